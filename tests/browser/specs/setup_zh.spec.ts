// SPDX-License-Identifier: Apache-2.0
import { firstRun } from "../support/first_run.ts";

firstRun({ language: "zh", theme: "light", width: 1366 });
