// SPDX-License-Identifier: Apache-2.0
import { consoleScreens } from "../support/console_screens.ts";
import { test } from "../support/test.ts";

test.use({ deskWish: { language: "zh" } });
consoleScreens("zh");
