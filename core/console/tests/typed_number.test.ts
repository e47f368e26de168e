// SPDX-License-Identifier: Apache-2.0
// A phone number that is typed where tickets are found is no ticket's number.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { ref } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import CommandPalette from "@/console/shell/CommandPalette.vue";
import RelateDialog from "@/console/ticket/RelateDialog.vue";
import { numberIn } from "@/console/tickets/number";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import DCombobox, { type Choice } from "@/shared/ui/DCombobox.vue";
import { soon } from "./soon";

// The dialog without its machinery.
vi.mock("@/shared/ui/DDialog.vue", async () => {
  const { h } = await import("vue");
  return { __esModule: true, default: { render(this: { $slots: Record<string, () => never> }) { return h("div", this.$slots.default?.()); } } };
});
const json = (body: unknown) => new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
afterEach(() => vi.unstubAllGlobals());

test.each([["1042", "1042"], ["T-1042", "1042"], ["t1042 ", "1042"], ["T13800000001", "13800000001"], ["13800000001", undefined], ["02088886666", undefined], ["漏水", undefined]])("%s", (typed, number) => {
  expect(numberIn(typed)).toBe(number);
});

test("the palette offers the search first for a phone number", async () => {
  vi.stubGlobal("fetch", async () => json({ items: [] }));
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)", component: { template: "<p />" } }] });
  const pinia = createPinia();
  useSession(pinia).me = { user: { id: 1 }, teams: [], rights: ["ticket_read"] } as never;
  const page = mount(CommandPalette, { props: { open: true }, global: { plugins: [router, i18n, pinia] }, attachTo: document.body });
  const offered = async (text: string) => {
    const input = document.querySelector<HTMLInputElement>(".palette input");
    if (!input) throw new Error("no palette");
    input.value = text;
    input.dispatchEvent(new Event("input"));
    await flushPromises();
    return [...document.querySelectorAll(".palette .item")].map((one) => one.textContent?.trim() ?? "");
  };
  await flushPromises();
  expect((await offered("1042"))[0]).toBe("palette.open_number");
  const phone = await offered("13800000001");
  expect(phone[0]).toBe("palette.search_for");
  expect(phone).not.toContain("palette.open_number");
  page.unmount();
});

test("the other ticket is found by its number, and by words where there is none of that number", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    const { pathname, searchParams } = new URL(address, "https://desk.test");
    asked.push(pathname.endsWith("/search") ? `words ${searchParams.get("text")}` : `number ${(JSON.parse(searchParams.get("filter") ?? "{}") as { value?: string }).value}`);
    const row = { id: 9, subject: "漏水", type: "x", state: "new", customer_name: "王女士" };
    return json({ items: pathname.endsWith("/search") || searchParams.get("filter")?.includes('"9"') ? [row] : [] });
  });
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)", component: { template: "<p />" } }] });
  const page = mount(RelateDialog, { props: { state: { id: 7, ticket: ref({}) } as never }, global: { plugins: [router, i18n, createPinia()], stubs: { DCombobox: true } } });
  await soon(() => expect(page.findComponent(DCombobox).exists()).toBe(true));
  const search = page.findComponent(DCombobox).props("search") as (text: string) => Promise<Choice[]>;
  for (const text of ["9", "13800000001", "1042"]) expect((await search(text)).map(({ value }) => value)).toEqual(["9"]);
  expect(asked).toEqual(["number 9", "words 13800000001", "number 1042", "words 1042"]);
  page.unmount();
});
