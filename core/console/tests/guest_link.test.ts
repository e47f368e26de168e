// SPDX-License-Identifier: Apache-2.0
// The link of a guest is told once: it is not lost by Esc, the cross, or by going elsewhere before it is copied.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ref } from "vue";
import GuestSection from "@/console/ticket/GuestSection.vue";
import { i18n } from "@/shared/i18n";
import { useToasts } from "@/shared/stores/toasts";
import { question } from "@/shared/ui/confirm";
import { soon } from "./soon";

const link = "https://desk.test/g#secret";
let answer: () => void = () => undefined;
beforeEach(() => {
  question.value = undefined;
  vi.stubGlobal("fetch", (_: string, { method }: RequestInit) => {
    const given = (body: unknown) => new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
    return method === "POST" ? new Promise<Response>((go) => (answer = () => go(given({ id: 1, link })))) : Promise.resolve(given({ items: [] }));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
const dialog = () => document.querySelector("[role=dialog]");
const shown = () => document.querySelector<HTMLInputElement>(".guest-link input")?.value;
const button = (text: string) => [...document.querySelectorAll<HTMLButtonElement>("[role=dialog] button")].find((one) => one.textContent === text);
async function escape(): Promise<void> {
  (dialog() ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", code: "Escape", bubbles: true, cancelable: true }));
  await flushPromises();
}
/** Somebody was asked; `made`: the link is there. */
async function asked(made = true) {
  const state = { id: 7, ticket: ref({}), messages: ref([]), changes: ref(0), may: () => true, over: ref(false) };
  const pinia = createPinia();
  const page = mount(GuestSection, { props: { state: state as never }, global: { plugins: [i18n, pinia] }, attachTo: document.body });
  await page.find("h3 button").trigger("click");
  await soon(() => expect(dialog()).not.toBeNull());
  document.querySelector("#guest")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  const come = async () => (answer(), await flushPromises());
  if (made) {
    await come();
    await soon(() => expect(shown()).toBe(link));
  }
  return { page, come, toasts: useToasts(pinia) };
}

test("closing by habit asks first while it is not copied; its own button does not", async () => {
  const { page } = await asked();
  expect(shown()).toBe(link);
  for (const close of [escape, async () => (document.querySelector<HTMLElement>("[role=dialog] .head button")?.click(), await flushPromises())]) {
    await close();
    expect(question.value?.title).toBe("guest.not_copied");
    question.value?.answer(false);
    await flushPromises();
    expect(shown()).toBe(link);
  }
  button("common.done")?.click();
  await flushPromises();
  await soon(() => expect(dialog()).toBeNull());
  expect(question.value).toBeUndefined();
  page.unmount();
});

test("once it is copied that is seen, and nothing is asked", async () => {
  const write = vi.fn(() => Promise.resolve());
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue({ writeText: write } as never);
  const { page } = await asked();
  button("common.copy")?.click();
  await flushPromises();
  expect(write).toHaveBeenCalledWith(link);
  expect(button("common.copied")).toBeDefined();
  await escape();
  await soon(() => expect(dialog()).toBeNull());
  expect(question.value).toBeUndefined();
  page.unmount();
});

test.each([true, false])("whoever goes elsewhere takes it along (it was there: %s)", async (made) => {
  const { page, come, toasts } = await asked(made);
  page.unmount();
  if (!made) await come();
  expect(toasts.all.map(({ detail }) => detail)).toEqual([link]);
  // There it can be copied, also after other messages; where the browser does not, it stays to be copied by hand.
  for (let i = 0; i < 5; ++i) toasts.show("ok", "x");
  const told = toasts.all.find(({ detail }) => detail === link);
  expect(told?.action?.label).toBe("common.copy");
  document.execCommand = () => false;
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue(undefined as never);
  told?.action?.run();
  toasts.close(told?.id ?? 0);
  await flushPromises();
  expect(toasts.all.at(-1)).toMatchObject({ text: "ticket.copy_by_hand", detail: link });
  const write = vi.fn(() => Promise.resolve());
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue({ writeText: write } as never);
  told?.action?.run();
  await flushPromises();
  expect(write).toHaveBeenCalledWith(link);
  expect(toasts.all.at(-1)?.text).toBe("common.copied");
});

test("what was copied by hand is copied, whatever the button does after that", async () => {
  document.execCommand = () => false;
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue(undefined as never);
  const { page } = await asked();
  document.querySelector(".guest-link input")?.dispatchEvent(new Event("copy"));
  await flushPromises();
  button("common.copied")?.click();
  await flushPromises();
  expect(button("common.copied")).toBeDefined();
  await escape();
  await soon(() => expect(dialog()).toBeNull());
  expect(question.value).toBeUndefined();
  page.unmount();
});
