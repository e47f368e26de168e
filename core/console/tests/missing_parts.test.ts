// SPDX-License-Identifier: Apache-2.0
// When a part of the page does not come, the page says why: it was open over an upgrade, or the server is away.
import { flushPromises } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tellWhenMissing } from "@/console/missing_parts";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";

const page = (hash: string) => `<script type="module" crossorigin src="/assets/console-${hash}.js"></script>`;
let answer: () => Promise<Response>;
let reload: ReturnType<typeof vi.fn<() => void>>;
const listeners: [string, EventListener][] = [];
beforeEach(() => {
  setActivePinia(createPinia());
  const script = document.createElement("script");
  script.type = "module";
  script.setAttribute("src", "/assets/console-old.js");
  vi.spyOn(document, "querySelector").mockReturnValue(script);
  vi.stubGlobal("fetch", () => answer());
  const listen = window.addEventListener.bind(window);
  vi.spyOn(window, "addEventListener").mockImplementation((type: string, listener: unknown) => {
    listeners.push([type, listener as EventListener]);
    listen(type, listener as EventListener);
  });
  tellWhenMissing(useSession(), useToasts(), (reload = vi.fn<() => void>()));
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

test("after an upgrade it is said, once, with the way out", async () => {
  answer = () => Promise.resolve(new Response(page("new")));
  await missing();
  await missing();
  const { all } = useToasts();
  expect(all).toHaveLength(1);
  expect(reload).not.toHaveBeenCalled();
  all[0]?.action?.run();
  expect(reload).toHaveBeenCalledOnce();
});

test("where the session ended as well the page begins anew by itself", async () => {
  answer = () => Promise.resolve(new Response(page("new")));
  useSession().ended = true;
  await missing();
  expect(reload).toHaveBeenCalledOnce();
});

test("a server that is away or starts anew with the same pages is no upgrade: that it does not open yet is said, once", async () => {
  for (const one of [() => Promise.reject(new TypeError("away")), () => Promise.resolve(new Response("", { status: 503 })), () => Promise.resolve(new Response(page("old")))]) {
    answer = one;
    await missing();
  }
  const { all } = useToasts();
  expect(all).toHaveLength(1);
  expect(all[0]?.action).toBeUndefined();
  answer = () => Promise.resolve(new Response(page("new")));
  await missing();
  expect(useToasts().all).toHaveLength(2);
  expect(reload).not.toHaveBeenCalled();
});
