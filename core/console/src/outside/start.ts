// SPDX-License-Identifier: Apache-2.0
// Starts a page for people without an account: language of the browser, light or dark as the device is.
import { createApp, type Component } from "vue";
import { addMessages, i18n, preferredLanguage, setLanguage, type Loaders } from "@/shared/i18n";
import "@/shared/design/tokens.css";
import "@/shared/design/base.css";
import "./outside.css";

const outside: Loaders = { "zh-CN": () => import("./locales/zh-CN.json"), en: () => import("./locales/en.json") };

function followTheme() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
  };
  apply();
  // Safari 13 knows only the older of the two.
  if (dark.addEventListener) dark.addEventListener("change", apply);
  else dark.addListener(apply);
}

export async function startOutside(page: Component, messages: Loaders): Promise<void> {
  followTheme();
  await setLanguage(preferredLanguage(), false);
  await Promise.all([addMessages(outside), addMessages(messages)]);
  createApp(page).use(i18n).mount("#app");
}
