// SPDX-License-Identifier: Apache-2.0
// The words of the first run: needed once in a desk's life, so they are no part of what everybody loads.
import type { Loaders } from "@/shared/i18n";

export const setupMessages: Loaders = { "zh-CN": () => import("./locales/zh-CN.json"), en: () => import("./locales/en.json") };
