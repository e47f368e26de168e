// SPDX-License-Identifier: Apache-2.0
// Pressed again because no answer came, it happens once; changed, it is another thing. And who is asked sees what they may.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ref, shallowRef } from "vue";
import GuestSection from "@/console/ticket/GuestSection.vue";
import BulkBar from "@/console/tickets/BulkBar.vue";
import { listKey } from "@/console/tickets/state";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { soon } from "./soon";

vi.mock("@/shared/ui/DDialog.vue", async () => {
  const { h } = await import("vue");
  return { __esModule: true, default: { props: ["open"], render(this: { open: boolean; $slots: Record<string, (given: object) => never> }) { return this.open ? h("div", [this.$slots.default?.({}), this.$slots.footer?.({ close: () => undefined })]) : null; } } };
});
vi.mock("@/shared/text/clipboard", () => ({ copyText: () => Promise.resolve(false) }));
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
let keys: string[] = [];
let away = true;
beforeEach(() => {
  keys = [];
  away = true;
  vi.stubGlobal("fetch", async (_: string, { method, headers }: RequestInit) => {
    if (method !== "POST") return json({ items: [] });
    keys.push((headers as Record<string, string>)["Idempotency-Key"] ?? "");
    if (away) throw new TypeError("the answer was lost");
    return json({ id: 1, kind: "bulk", state: "done", done: 2, failed: 0, total: 2, link: "/g#x" }, 202);
  });
});
afterEach(() => vi.unstubAllGlobals());

test("a bulk reply whose answer was lost", async () => {
  const pinia = createPinia();
  useSession(pinia).me = { user: { id: 1 }, rights: ["ticket_bulk", "ticket_reply"] } as never;
  const list = { rows: shallowRef([{ id: 1 }, { id: 2 }]), chosen: ref(new Set([1, 2])), allMatching: ref(false), next: ref(), choosePage: vi.fn() };
  const page = mount(BulkBar, { props: { pageChosen: false }, global: { plugins: [i18n, pinia], provide: { [listKey as symbol]: { list, selection: () => ({}) } } } });
  const begin = () => page.findAll("button").find((one) => one.text() === "bulk.reply")?.trigger("click");
  const say = async (text: string) => {
    await page.find("textarea").setValue(text);
    await page.find("form").trigger("submit");
    await flushPromises();
  };
  await begin();
  await soon(() => expect(page.find("textarea").exists()).toBe(true));
  await say("已发货");
  await say("已发货");
  await say("已发货，请查收");
  away = false;
  await say("已发货，请查收");
  expect([keys[1] === keys[0], keys[2] === keys[1], keys[3] === keys[2]]).toEqual([true, false, true]);
  // Said once more on purpose.
  await begin();
  await say("已发货，请查收");
  expect(keys[4]).not.toBe(keys[3]);
  page.unmount();
});

test("a guest whose link did not come; what was said long ago can be released too", async () => {
  const messages = Array.from({ length: 40 }, (_, at) => ({ number: at + 1, kind: "customer", author_name: "王女士", body: `第${at + 1}条`, attachments: [] }));
  const page = mount(GuestSection, { props: { state: { id: 7, ticket: ref({}), messages: shallowRef(messages), changes: ref(0), may: () => true, over: ref(false) } as never }, global: { plugins: [i18n, createPinia()] } });
  await page.find("h3 button").trigger("click");
  await soon(() => expect(page.find("form").exists()).toBe(true));
  expect(page.findAll(".releases label")).toHaveLength(12);
  await page.find(".releases .earlier").trigger("click");
  expect(page.findAll(".releases label")).toHaveLength(40);
  expect(page.find(".releases .earlier").exists()).toBe(false);
  const ask = async () => {
    await page.find("form").trigger("submit");
    await flushPromises();
  };
  await page.find("form input").setValue("老师傅");
  await page.find("form textarea").setValue("能修吗");
  await ask();
  expect(page.find("form [role=alert]").exists()).toBe(true);
  await ask();
  await page.find("form textarea").setValue("能修吗？");
  await ask();
  expect([keys[1] === keys[0], keys[2] === keys[1]]).toEqual([true, false]);
  // A browser that gives no clipboard: the link is there to be copied by hand, and that is said.
  away = false;
  await ask();
  await page.find(".guest-link button").trigger("click");
  await flushPromises();
  expect(useToasts().all.map(({ text }) => text)).toEqual(["ticket.copy_by_hand"]);
  page.unmount();
});
