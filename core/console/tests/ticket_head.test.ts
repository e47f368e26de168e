// SPDX-License-Identifier: Apache-2.0
// At the head of a ticket: its subject, which is not lost when it is refused, and the customer's links, which can be ended.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import AssignDialog from "@/console/ticket/AssignDialog.vue";
import HoldDialog from "@/console/ticket/HoldDialog.vue";
import TicketScreen from "@/console/ticket/TicketScreen.vue";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { question } from "@/shared/ui/confirm";
import DMenu, { type MenuItem } from "@/shared/ui/DMenu.vue";
import { soon } from "./soon";

const nothing = { template: "<p />" };
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const ticket = { id: 7, number: "T-7", subject: "旧", version: 3, messages: 0, state: "open", category: "open", priority: "normal", workflow: "w", team: "t", customer: { id: 5, name: "王女士" }, watchers: [], clocks: [], tags: [], fields: {}, links: [] };
let changed: unknown[] = [];
let ended: string[] = [];
let category = "open";
beforeEach(() => {
  category = "open";
  changed = [];
  ended = [];
  vi.stubGlobal("fetch", async (address: string, { method, body }: RequestInit) => {
    const { pathname } = new URL(address, "https://desk.test");
    if (method === "PATCH") {
      changed.push(JSON.parse(body as string));
      return changed.length === 1 ? json({ code: "invalid_field" }, 422) : json({ ...ticket, version: 4, subject: "新的主题" });
    }
    if (method === "DELETE") return ended.push(pathname), new Response(null, { status: 204 });
    return json(pathname.endsWith("/tickets/7") ? { ...ticket, category } : { items: [], others: [] });
  });
});
afterEach(() => vi.unstubAllGlobals());
async function opened() {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets/:id", name: "ticket", component: nothing }] });
  await router.push("/tickets/7");
  const pinia = createPinia();
  useSession(pinia).me = { user: { id: 1 }, teams: [], rights: ["ticket_edit", "ticket_reply", "ticket_assign", "ticket_hold"] } as never;
  const page = mount(TicketScreen, { shallow: true, global: { plugins: [router, i18n, pinia], stubs: { DMenu: { name: "DMenu", props: ["items"], template: "<div><slot /></div>" }, DButton: false } }, attachTo: document.body });
  await soon(() => expect(page.find("h1").exists()).toBe(true));
  return page;
}

test("a subject that was refused stands there again, and is not sent again by going on", async () => {
  const page = await opened();
  await page.find("h1").trigger("dblclick");
  await page.find("header input").setValue("新的主题");
  await page.find("header form").trigger("submit");
  await flushPromises();
  expect((page.find("header input").element as HTMLInputElement).value).toBe("新的主题");
  await page.find("header input").trigger("blur");
  await flushPromises();
  expect(changed).toHaveLength(1);
  await page.find("header form").trigger("submit");
  await flushPromises();
  expect(changed).toEqual([{ subject: "新的主题" }, { subject: "新的主题" }]);
  expect(page.find("h1").text()).toBe("新的主题");
  page.unmount();
});

test("the subject has the focus when it is edited, and an input method's Esc leaves it as it is typed", async () => {
  const page = await opened();
  await page.find("h1").trigger("dblclick");
  await flushPromises();
  const input = page.find("header input");
  expect(document.activeElement).toBe(input.element);
  await input.setValue("新");
  await input.trigger("keydown", { key: "Escape", isComposing: true });
  expect(page.find("header input").exists()).toBe(true);
  await input.trigger("keydown", { key: "Escape" });
  expect(page.find("h1").text()).toBe("旧");
  expect(changed).toEqual([]);
  page.unmount();
});

test("on a ticket that is over, keys and presses offer nothing that its menu does not", async () => {
  for (const over of [false, true]) {
    category = over ? "closed" : "open";
    const page = await opened();
    await page.find("h1").trigger("dblclick");
    expect(page.find("header input").exists()).toBe(!over);
    for (const [code, dialog] of [["KeyZ", HoldDialog], ["KeyA", AssignDialog]] as const) {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { code, key: code, bubbles: true, cancelable: true }));
      await flushPromises();
      expect(page.findComponent(dialog).exists()).toBe(!over);
      if (!over) page.findComponent(dialog).vm.$emit("done");
    }
    page.unmount();
  }
});

test("a dialog that waits out of sight is not thrown away for another one", async () => {
  const page = await opened();
  const choose = (wanted: string) => (page.findComponent(DMenu).props("items") as MenuItem[]).find(({ label }) => label === wanted)?.run?.();
  choose("ticket.assign");
  await flushPromises();
  const waiting = page.findComponent(AssignDialog).vm;
  choose("ticket.hold");
  await flushPromises();
  expect(page.findComponent(AssignDialog).vm).toBe(waiting);
  expect(page.findComponent(HoldDialog).exists()).toBe(false);
  expect(useToasts().all.map(({ text }) => text)).toEqual(["offline.first"]);
  page.findComponent(AssignDialog).vm.$emit("done");
  choose("ticket.hold");
  await flushPromises();
  expect(page.findComponent(HoldDialog).exists()).toBe(true);
  page.unmount();
});

test("the customer's links end by one's word only", async () => {
  const page = await opened();
  const end = () => (page.findComponent(DMenu).props("items") as MenuItem[]).find(({ label }) => label === "ticket.portal_link_end")?.run?.();
  end();
  question.value?.answer(false);
  await flushPromises();
  expect(ended).toEqual([]);
  end();
  question.value?.answer(true);
  await flushPromises();
  expect(ended).toEqual(["/api/v1/tickets/7/portal-link"]);
  page.unmount();
});

test.each(["h1", ".more-acts"])("a subject that was saved or called off gives the focus back to what opened it (%s)", async (from) => {
  const page = await opened();
  const open = async () => {
    if (from === "h1") await page.find("h1").trigger("dblclick");
    else (page.findComponent(DMenu).props("items") as MenuItem[]).find(({ label }) => label === "ticket.edit_subject_item")?.run?.();
    await flushPromises();
    expect(document.activeElement).toBe(page.find("header input").element);
  };
  await open();
  await page.find("header input").trigger("keydown", { key: "Escape" });
  await flushPromises();
  expect(document.activeElement).toBe(page.find(from).element);
  await open();
  await page.find("header input").setValue("新的主题");
  await page.find("header form").trigger("submit");
  await flushPromises();
  // Refused, it is typed on.
  expect(document.activeElement).toBe(page.find("header input").element);
  await page.find("header form").trigger("submit");
  await flushPromises();
  expect(document.activeElement).toBe(page.find(from).element);
  // Who went on has gone on.
  await open();
  (document.activeElement as HTMLElement).blur();
  await flushPromises();
  expect(page.find("header input").exists()).toBe(false);
  expect(document.activeElement).toBe(document.body);
  page.unmount();
});

test("a subject that is refused after one went on comes back without the focus", async () => {
  const page = await opened();
  await page.find("h1").trigger("dblclick");
  await page.find("header input").setValue("新的主题");
  const elsewhere = document.body.appendChild(document.createElement("textarea"));
  const server = fetch;
  let refuse: () => void = () => undefined;
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => (init.method === "PATCH" ? new Promise<Response>((go) => (refuse = () => go(server(address, init)))) : server(address, init)));
  await page.find("header form").trigger("submit");
  await flushPromises();
  elsewhere.focus();
  refuse();
  // It takes the focus from nobody: what lands in it would be saved.
  await soon(() => expect((page.find("header input").element as HTMLInputElement).value).toBe("新的主题"));
  await flushPromises();
  expect(document.activeElement).toBe(elsewhere);
  elsewhere.remove();
  page.unmount();
});
