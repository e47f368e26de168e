// SPDX-License-Identifier: Apache-2.0
// When a part of the page does not come, the page says why (it was open over an upgrade, or the server is away) and how to go on.
import { flushPromises } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchParts } from "@/console/missing_parts";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";

const page = (hash: string) => `<script type="module" crossorigin src="/assets/console-${hash}.js"></script>`;
const away = () => Promise.reject(new TypeError("away"));
const same = () => Promise.resolve(new Response(page("old")));
const other = () => Promise.resolve(new Response(page("new")));
let answer: () => Promise<Response>;
let reload: ReturnType<typeof vi.fn<() => void>>;
let parts: ReturnType<typeof watchParts>;
const listeners: [string, EventListener][] = [];
beforeEach(() => {
  setActivePinia(createPinia());
  const script = document.createElement("script");
  script.type = "module";
  script.setAttribute("src", "/assets/console-old.js");
  vi.spyOn(document, "querySelector").mockReturnValue(script);
  // The server gives pages to whoever asks for HTML, and answers a program with 404.
  vi.stubGlobal("fetch", (_: string, { headers }: { headers?: Record<string, string> }) => (headers?.Accept === "text/html" ? answer() : Promise.resolve(new Response("", { status: 404 }))));
  const listen = window.addEventListener.bind(window);
  vi.spyOn(window, "addEventListener").mockImplementation((type: string, listener: unknown) => {
    listeners.push([type, listener as EventListener]);
    listen(type, listener as EventListener);
  });
  parts = watchParts(useSession(), useToasts(), (reload = vi.fn<() => void>()));
});
afterEach(() => {
  for (const [type, listener] of listeners.splice(0)) window.removeEventListener(type, listener);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
async function missing(): Promise<void> {
  window.dispatchEvent(new Event("vite:preloadError", { cancelable: true }));
  await flushPromises();
}
const told = () => useToasts().all.map(({ text }) => text);

test("after an upgrade it is said, once, with the way out", async () => {
  answer = other;
  await missing();
  await missing();
  expect(told()).toEqual(["parts.other"]);
  expect(reload).not.toHaveBeenCalled();
  useToasts().all[0]?.action?.run();
  expect(reload).toHaveBeenCalledOnce();
});

test("where the session ended as well the page begins anew by itself", async () => {
  answer = other;
  useSession().ended = true;
  await missing();
  expect(reload).toHaveBeenCalledOnce();
});

test("while the server is away that is said, once; when it is back, that the page is to be loaded", async () => {
  for (const one of [away, () => Promise.resolve(new Response("", { status: 503 }))]) {
    answer = one;
    await missing();
  }
  expect(told()).toEqual(["parts.away"]);
  expect(useToasts().all[0]?.action).toBeUndefined();
  expect(await parts.isStale()).toBe(false);
  answer = same;
  parts.serverAnswered();
  parts.serverAnswered();
  expect(told()).toEqual(["parts.away", "parts.back"]);
  expect(await parts.isStale()).toBe(true);
});

test("a part that does not come from a server that is there is no missing server", async () => {
  answer = same;
  await missing();
  expect(told()).toEqual(["parts.same"]);
  parts.serverAnswered();
  expect(told()).toEqual(["parts.same"]);
  useToasts().all[0]?.action?.run();
  expect(reload).toHaveBeenCalledOnce();
});

test("where nothing was missing nothing is asked and nothing said", async () => {
  answer = () => Promise.reject(new Error("asked"));
  parts.serverAnswered();
  expect(await parts.isStale()).toBe(false);
  expect(told()).toEqual([]);
});
