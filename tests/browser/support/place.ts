// SPDX-License-Identifier: Apache-2.0
// Where things lie. The program and the built pages come from the environment that `run` sets.
import { fileURLToPath } from "node:url";
import * as path from "node:path";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

export const place = {
  root,
  /** The program under test. */
  docket: process.env.DOCKET ?? path.join(root, "build/release/bin/docket"),
  /** Plugins, where the build puts them. */
  plugins: path.join(path.dirname(process.env.DOCKET ?? path.join(root, "build/release/bin/docket")), "../lib/plugins"),
  /** The built pages. */
  web: process.env.DOCKET_WEB ?? path.join(root, "core/console/dist"),
  /** What runs leave behind for people: traces of failures. */
  build: path.join(root, "build/browser"),
  /** The screenshots that a person can leaf through. */
  screens: path.join(root, "build/screens"),
};

/** Whether this run is the one at full size. */
export const full = process.env.DOCKET_FULL === "1";
