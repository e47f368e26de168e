// SPDX-License-Identifier: Apache-2.0
// How the browser tests run: one worker (two cores carry a server and a browser, not more), Debian's Chromium.
import { defineConfig } from "@playwright/test";
import { full, place } from "./support/place.ts";

export default defineConfig({
  testDir: "specs",
  outputDir: `${place.build}/traces`,
  workers: 1,
  // In the test run compilers and sanitizers share the two cores with the browser, so a test may be tried once more, on a new
  // desk, and is then listed as flaky. The checks at full size try nothing twice.
  retries: full ? 0 : 1,
  fullyParallel: false,
  forbidOnly: true,
  // Ceilings, not pace: a machine that compiles and tests beside the browser is several times slower, and still right. At full
  // size one runs for an hour, and must outlive what else the machine does in that time.
  timeout: 300_000,
  expect: { timeout: full ? 240_000 : 30_000 },
  reporter: [["list"], ["./support/leaf_through.ts"]],
  use: {
    ignoreHTTPSErrors: true,
    actionTimeout: full ? 900_000 : 30_000,
    navigationTimeout: full ? 900_000 : 60_000,
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // Chromium's own sandbox refuses to run as root, which a container is.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ],
    },
  },
});
