// SPDX-License-Identifier: Apache-2.0
// The keyboard is on a ticket of the list, not on a place in it.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { defineComponent, h, provide } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import ListPane from "@/console/tickets/ListPane.vue";
import { listKey, type ListState, makeListState } from "@/console/tickets/state";
import TicketRow from "@/console/tickets/TicketRow.vue";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { soon } from "./soon";

afterEach(() => vi.unstubAllGlobals());

async function shown(served: { ids: number[] }) {
  vi.stubGlobal("fetch", async (address: string) => {
    const { pathname } = new URL(address, "https://desk.test");
    const items = pathname.endsWith("/tickets") ? served.ids.map((id) => ({ id, subject: `subject ${id}`, type: "x", state: "new" })) : [];
    return new Response(JSON.stringify(pathname.endsWith("/count") ? { count: 1, more: false } : { items }), { headers: { "Content-Type": "application/json" } });
  });
  const nothing = { template: "<p />" };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets", name: "tickets", component: nothing }, { path: "/tickets/:id", name: "ticket", component: nothing }] });
  await router.push("/tickets");
  const pinia = createPinia();
  let state: ListState | undefined;
  const page = mount(defineComponent({ setup: () => (provide(listKey, (state = makeListState())), vi.spyOn(useSession(), "can").mockReturnValue(true), () => h(ListPane)) }), { shallow: true, global: { plugins: [router, i18n, pinia], stubs: { ListPane: false, DList: { props: ["items"], template: '<div><slot v-for="(item, index) in items" name="row" :item="item" :index="index" /></div>' } } } });
  await soon(() => expect(state?.list.loaded.value).toBe(true));
  return { page, router, state: state as ListState };
}
const press = (code: string) => document.body.dispatchEvent(new KeyboardEvent("keydown", { code, key: code, bubbles: true, cancelable: true }));

test("a ticket that comes in before it moves neither what Enter opens nor what X chooses", async () => {
  const served = { ids: [5, 4, 3, 2] };
  const { page, router, state } = await shown(served);
  for (let turn = 0; turn < 3; ++turn) press("KeyJ");
  served.ids = [7, 6, 5, 4, 3, 2];
  await state.list.reload(true);
  await flushPromises();
  expect(state.cursor.value).toBe(4);
  press("KeyX");
  expect([...state.list.chosen.value]).toEqual([3]);
  press("Enter");
  await flushPromises();
  expect(router.currentRoute.value.path).toBe("/tickets/3");
  page.unmount();
});

test("when its ticket leaves it is on none, and goes on from there", async () => {
  const served = { ids: [5, 4, 3, 2] };
  for (const [code, next] of [["KeyJ", 3], ["KeyK", 5]] as const) {
    served.ids = [5, 4, 3, 2];
    const { page, router, state } = await shown(served);
    press("KeyJ");
    press("KeyJ");
    served.ids = [5, 3, 2];
    await state.list.reload(true);
    await flushPromises();
    press("KeyX");
    press("Enter");
    await flushPromises();
    expect(state.list.chosen.value.size).toBe(0);
    expect(router.currentRoute.value.path).toBe("/tickets");
    press(code);
    press("KeyX");
    expect([...state.list.chosen.value]).toEqual([next]);
    page.unmount();
  }
});

test("a range begins at the ticket that was chosen before, wherever it is by now", async () => {
  const served = { ids: [5, 4, 3, 2] };
  const { page, state } = await shown(served);
  const choose = (id: number, range: boolean) => page.findAllComponents(TicketRow).find((row) => row.props("row").id === id)?.vm.$emit("choose", true, range);
  choose(4, false);
  served.ids = [7, 6, 5, 4, 3, 2];
  await state.list.reload(true);
  await flushPromises();
  choose(3, true);
  expect([...state.list.chosen.value].sort()).toEqual([3, 4]);
  page.unmount();
});
