// SPDX-License-Identifier: Apache-2.0
// "Resolve and next" goes on only from a ticket that was resolved, and only for somebody who is still there.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ref, shallowRef } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { useDesk } from "@/console/stores/desk";
import TicketScreen from "@/console/ticket/TicketScreen.vue";
import { listKey } from "@/console/tickets/state";
import { i18n } from "@/shared/i18n";
import { soon } from "./soon";

const nothing = { template: "<p />" };
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
let answer: (response: Response) => void = () => undefined;
let taken = 0;
const ticket = { id: 7, number: "T-7", subject: "a", version: 3, messages: 0, state: "open", category: "open", priority: "normal", workflow: "w", team: "t", watchers: [], clocks: [], tags: [], fields: {}, links: [] };
beforeEach(() => {
  taken = 0;
  vi.stubGlobal("fetch", (address: string, { method }: RequestInit) => {
    const { pathname } = new URL(address, "https://desk.test");
    if (pathname.endsWith("/transitions") && method === "POST") {
      ++taken;
      return new Promise<Response>((go) => (answer = go));
    }
    if (pathname.endsWith("/transitions")) return Promise.resolve(json({ items: [{ name: "resolve", title: {}, to: "done", require: [] }] }));
    return Promise.resolve(json(pathname.endsWith("/tickets/7") ? ticket : { items: [], others: [] }));
  });
});
afterEach(() => vi.unstubAllGlobals());

async function opened() {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets", name: "tickets", component: nothing }, { path: "/tickets/:id", name: "ticket", component: nothing }] });
  await router.push("/tickets/7");
  const around = { list: { rows: shallowRef([{ id: 6 }, { id: 7 }, { id: 8 }, { id: 9 }]) }, cursor: ref(0), linkTo: (id: number) => `/tickets/${id}` };
  const pinia = createPinia();
  const page = mount(TicketScreen, { shallow: true, global: { plugins: [router, i18n, pinia], provide: { [listKey as symbol]: around } } });
  useDesk(pinia).workflows = [{ name: "w", states: [{ name: "done", category: "resolved" }], transitions: [] }] as never;
  await soon(() => expect(page.find("h1").exists()).toBe(true));
  resolve();
  await soon(() => expect(taken).toBe(1));
  return { router, page, around };
}
function resolve(): void {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyE", key: "e", bubbles: true, cancelable: true }));
}
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; ++turn) await flushPromises();
}

test("it goes on when the step was taken, and stays when it was refused", async () => {
  for (const [response, where] of [[json(ticket), "/tickets/8"], [json({ code: "transition_not_allowed" }, 409), "/tickets/7"]] as const) {
    taken = 0;
    const { router, page } = await opened();
    answer(response);
    await settled();
    expect(router.currentRoute.value.path).toBe(where);
    page.unmount();
  }
});

test("whoever went elsewhere meanwhile stays there", async () => {
  const { router, page } = await opened();
  await router.push("/tickets");
  answer(json(ticket));
  await settled();
  expect(router.currentRoute.value.path).toBe("/tickets");
  page.unmount();
});

test("pressed again before the answer it takes no second step, and still goes on", async () => {
  const { router, page } = await opened();
  resolve();
  await settled();
  expect(taken).toBe(1);
  answer(json(ticket));
  await settled();
  expect(taken).toBe(1);
  expect(router.currentRoute.value.path).toBe("/tickets/8");
  page.unmount();
});

test("the next one is the first that stood below and still does", async () => {
  for (const [left, where] of [[[6, 8, 9], "/tickets/8"], [[6, 7, 9], "/tickets/9"], [[6], "/tickets/7"]] as const) {
    taken = 0;
    const { router, page, around } = await opened();
    around.list.rows.value = left.map((id) => ({ id }));
    answer(json(ticket));
    await settled();
    expect(router.currentRoute.value.path).toBe(where);
    page.unmount();
  }
});
