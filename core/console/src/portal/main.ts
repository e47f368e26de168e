// SPDX-License-Identifier: Apache-2.0
import { startOutside } from "@/outside/start";
import PortalApp from "./PortalApp.vue";

void startOutside(PortalApp, { "zh-CN": () => import("./locales/zh-CN.json"), en: () => import("./locales/en.json") });
