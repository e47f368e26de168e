// SPDX-License-Identifier: Apache-2.0
// Where there is room for the list or a ticket only, the list is drawn anew when one comes back, and stands where it stood.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import ListPane from "@/console/tickets/ListPane.vue";
import type { ListState } from "@/console/tickets/state";
import TicketsScreen from "@/console/tickets/TicketsScreen.vue";
import { i18n } from "@/shared/i18n";
import { soon } from "./soon";

afterEach(() => vi.unstubAllGlobals());

function serve(status = 200): void {
  vi.stubGlobal("fetch", async (address: string) => {
    const { pathname, searchParams } = new URL(address, "https://desk.test");
    if (status !== 200) return new Response('{"code":"overloaded"}', { status });
    const from = Number(searchParams.get("cursor") ?? 200);
    const items = pathname.endsWith("/tickets") ? Array.from({ length: 60 }, (_, at) => ({ id: from - at, subject: `subject ${from - at}`, type: "x", state: "new" })) : [];
    return new Response(JSON.stringify(pathname.endsWith("/count") ? { count: 1, more: false } : { items, next: from > 100 ? String(from - 60) : null }), { headers: { "Content-Type": "application/json" } });
  });
}
async function shown() {
  serve();
  const nothing = { template: "<p />" };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets", name: "tickets", component: nothing }, { path: "/tickets/:id", name: "ticket", component: nothing }] });
  await router.push("/tickets?view=a");
  const page = mount(TicketsScreen, { shallow: true, global: { plugins: [router, i18n, createPinia()], stubs: { ListPane: false, DList: false } } });
  await soon(() => expect(page.find(".d-list").exists()).toBe(true));
  await flushPromises();
  const state = (page.findComponent(ListPane).vm as unknown as { state: ListState }).state;
  const go = async (to: string) => {
    await router.push(to);
    await flushPromises();
  };
  return { page, go, state };
}

test("back from a ticket, the list is scrolled down as it was, and knows it; another list begins at its top", async () => {
  const { page, go, state } = await shown();
  const list = () => page.find(".d-list").element as HTMLElement;
  list().scrollTop = 800;
  await page.find(".d-list").trigger("scroll");
  expect(state.atTop.value).toBe(false);
  await go("/tickets/150?view=a");
  expect(page.find(".d-list").exists()).toBe(false);
  await go("/tickets?view=a");
  expect(list().scrollTop).toBe(800);
  expect(state.atTop.value).toBe(false);
  await go("/tickets/150?view=a");
  await go("/tickets?view=b");
  await soon(() => expect(page.find(".d-list").exists()).toBe(true));
  await flushPromises();
  expect(list().scrollTop).toBe(0);
  expect(state.atTop.value).toBe(true);
  page.unmount();
});

test("a page that did not come is told above the rows, and can be asked for again", async () => {
  const { page, state } = await shown();
  expect(page.find("[role=alert]").exists()).toBe(false);
  serve(503);
  await state.list.more();
  await flushPromises();
  expect(page.find(".d-list").exists()).toBe(true);
  serve();
  await page.find("[role=alert] button").trigger("click");
  await soon(() => expect(state.list.rows.value).toHaveLength(120));
  await flushPromises();
  expect(page.find("[role=alert]").exists()).toBe(false);
  page.unmount();
});

test("the box for all rows is ticked though one of them left", async () => {
  const { page, state } = await shown();
  state.list.gone.value = new Set([199]);
  state.list.choosePage(true);
  await flushPromises();
  expect((page.findComponent(ListPane).vm as unknown as { pageChosen: boolean }).pageChosen).toBe(true);
  expect(state.list.chosen.value.size).toBe(59);
  page.unmount();
});

test("a ticket that is open stays as it is when the window gets wider or narrower than what has room for both", async () => {
  serve();
  let made = 0;
  const one = { setup: () => (++made, {}), template: "<input class='typed' />" };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets", name: "tickets", component: one, children: [{ path: ":id", name: "ticket", component: one }] }] });
  await router.push("/tickets/150");
  const width = async (pixels: number) => {
    Object.defineProperty(window, "innerWidth", { value: pixels, configurable: true });
    window.dispatchEvent(new Event("resize"));
    await flushPromises();
  };
  await width(1000);
  const page = mount({ components: { TicketsScreen }, template: "<TicketsScreen />" }, { global: { plugins: [router, i18n, createPinia()], stubs: { ListPane: true } } });
  await soon(() => expect(page.find(".typed").exists()).toBe(true));
  expect(page.find("list-pane-stub").exists()).toBe(false);
  await page.find(".typed").setValue("写到一半");
  const before = made;
  for (const [pixels, list] of [[1400, true], [1000, false], [1400, true]] as const) {
    await width(pixels);
    expect(page.find("list-pane-stub").exists()).toBe(list);
    expect((page.find(".typed").element as HTMLInputElement).value).toBe("写到一半");
  }
  expect(made).toBe(before);
  page.unmount();
});
