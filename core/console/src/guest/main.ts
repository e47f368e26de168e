// SPDX-License-Identifier: Apache-2.0
import { startOutside } from "@/outside/start";
import GuestApp from "./GuestApp.vue";

void startOutside(GuestApp, { "zh-CN": () => import("./locales/zh-CN.json"), en: () => import("./locales/en.json") });
