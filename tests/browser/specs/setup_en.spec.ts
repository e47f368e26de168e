// SPDX-License-Identifier: Apache-2.0
import { firstRun } from "../support/first_run.ts";

firstRun({ language: "en", theme: "dark", width: 390 });
