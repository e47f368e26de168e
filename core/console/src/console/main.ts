// SPDX-License-Identifier: Apache-2.0
// The console and the admin area: appearance and language first, then who is signed in, then the screen of the address.
import "@/shared/design/tokens.css";
import "@/shared/design/base.css";
import { createPinia } from "pinia";
import { createApp } from "vue";
import { observers } from "@/shared/api/client";
import { useOutbox } from "@/shared/api/outbox";
import { addMessages, i18n, preferredLanguage, setLanguage } from "@/shared/i18n";
import { learnServerTime } from "@/shared/live/clock";
import { live } from "@/shared/live/stream";
import { applyAppearance, usePreferences } from "@/shared/stores/preferences";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { allowSingleKeys } from "@/shared/ui/keys";
import App from "./App.vue";
import { watchParts } from "./missing_parts";
import { makeRouter } from "./router";

applyAppearance();
const pinia = createPinia();
const app = createApp(App).use(pinia).use(i18n);
const session = useSession(pinia);
const outbox = useOutbox(pinia);
const preferences = usePreferences(pinia);
allowSingleKeys(() => preferences.kept.singleKeys);

const parts = watchParts(session, useToasts(pinia));
observers.reached = (yes, serverTime) => {
  if (serverTime !== undefined) learnServerTime(serverTime);
  outbox.sawServer(yes);
  if (yes) parts.serverAnswered();
};
observers.signedOut = () => {
  if (session.me) session.ended = true;
  live.pause();
};

const router = makeRouter(session, parts);
app.use(router);
void (async () => {
  await setLanguage(preferredLanguage(), false);
  await addMessages({ "zh-CN": () => import("./locales/zh-CN.json"), en: () => import("./locales/en.json") });
  app.mount("#app");
})();
