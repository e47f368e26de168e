// SPDX-License-Identifier: Apache-2.0
// The guest page.
import "@/shared/design/tokens.css";
import "@/shared/design/base.css";
import { createApp } from "vue";
import { addMessages, i18n, preferredLanguage, setLanguage } from "@/shared/i18n";
import { applyAppearance } from "@/shared/stores/preferences";
import App from "./App.vue";

applyAppearance();
void (async () => {
  await setLanguage(preferredLanguage(), false);
  await addMessages({ "zh-CN": () => import("./locales/zh-CN.json"), en: () => import("./locales/en.json") });
  createApp(App).use(i18n).mount("#app");
})();
