// SPDX-License-Identifier: Apache-2.0
// A list's direction: the view's where nothing else is asked for, kept with a view of one's own, and shown.
import { ArrowUpNarrowWide } from "@lucide/vue";
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { defineComponent, h, provide } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { useDesk } from "@/console/stores/desk";
import ListPane from "@/console/tickets/ListPane.vue";
import { listKey, type ListState, makeListState } from "@/console/tickets/state";
import ViewMenu from "@/console/tickets/ViewMenu.vue";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import DMenu, { type MenuItem } from "@/shared/ui/DMenu.vue";
import { soon } from "./soon";

const views = [
  { name: "mine", title: { zh: "我的" }, sort: "due", columns: [], own: false },
  { name: "oldest", title: { zh: "最久" }, sort: "updated", order: "ascending", columns: [], own: false },
  { name: "own-1", title: { zh: "近的" }, sort: "due", order: "descending", columns: [], own: true, id: 1, version: 4 },
];
let page: ReturnType<typeof mount> | undefined;
afterEach(() => {
  page?.unmount();
  vi.unstubAllGlobals();
});

async function shown(address: string) {
  const lists: string[] = []; // what each list was asked for
  const kept: unknown[] = [];
  vi.stubGlobal("fetch", async (to: string, { method, body }: RequestInit = {}) => {
    const { pathname, searchParams } = new URL(to, "https://desk.test");
    if (method === "PATCH" || method === "POST") kept.push(JSON.parse(String(body)));
    else if (pathname.endsWith("/tickets")) lists.push(["view", "sort", "order"].map((name) => searchParams.get(name)).join(" "));
    return new Response(JSON.stringify(pathname.endsWith("/count") ? { count: 0, more: false } : { items: [] }), { headers: { "Content-Type": "application/json" } });
  });
  const nothing = { template: "<p />" };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets", name: "tickets", component: nothing }, { path: "/tickets/:id", name: "ticket", component: nothing }] });
  await router.push(address);
  let state: ListState | undefined;
  const setup = () => {
    const desk = useDesk();
    desk.views = views as never;
    vi.spyOn(desk, "load").mockResolvedValue(undefined);
    vi.spyOn(useSession(), "can").mockReturnValue(true);
    provide(listKey, (state = makeListState()));
    return () => [h(ListPane), h(ViewMenu)];
  };
  page = mount(defineComponent({ setup }), { shallow: true, global: { plugins: [router, i18n, createPinia()], stubs: { ListPane: false, ViewMenu: false, DButton: false, DMenu: { props: ["items"], template: "<div><slot /></div>" } } } });
  await soon(() => expect(state?.list.loaded.value).toBe(true));
  const menu = (label: string) => page?.findAllComponents(DMenu).flatMap((one) => one.props("items") as MenuItem[]).find((item) => item.label === label);
  const run = async (label: string) => {
    menu(label)?.run?.();
    await flushPromises();
  };
  return { lists, kept, router, menu, run, order: () => state?.selection().order, arrow: () => page?.findComponent(ArrowUpNarrowWide).exists() };
}

test.each([
  ["/tickets?view=mine", "ascending"],
  ["/tickets?view=oldest", "ascending"],
  ["/tickets?view=own-1", "descending"],
  ["/tickets?view=own-1&order=ascending", "ascending"],
  ["/tickets?view=oldest&sort=updated", "ascending"],
  ["/tickets?view=oldest&sort=created", "descending"], // the direction of another sort
  ["/tickets?view=own-1&sort=priority", "descending"],
])("%s is read and shown %s", async (address, order) => {
  const { lists, arrow } = await shown(address);
  expect(lists.at(-1)?.split(" ")[2]).toBe(order);
  expect(arrow()).toBe(order === "ascending");
});

test("what is turned around stands in the address only where the view does not say it", async () => {
  const { router, run, menu, order } = await shown("/tickets?view=own-1");
  expect(menu("sort.reverse")?.checked).toBe(true);
  await run("sort.reverse");
  expect(router.currentRoute.value.query).toEqual({ view: "own-1", order: "ascending" });
  expect(menu("sort.reverse")?.checked).toBe(false);
  await run("sort.reverse");
  expect(router.currentRoute.value.query).toEqual({ view: "own-1" });
  expect(order()).toBe("descending");
});

test("a view of one's own that is turned around can be kept so, and turned back", async () => {
  const { kept, router, run, menu } = await shown("/tickets?view=own-1");
  expect(menu("view.update")).toBeUndefined();
  await run("sort.reverse");
  await run("view.update");
  expect(kept).toEqual([{ sort: "due", order: null }]);
  expect(router.currentRoute.value.query).toEqual({ view: "own-1" });
  await router.push("/tickets?view=own-1&sort=updated&order=ascending");
  await flushPromises();
  await run("view.update");
  expect(kept.at(-1)).toEqual({ sort: "updated", order: "ascending" });
});

test("a new view is kept as it is on the screen", async () => {
  await shown(`/tickets?view=oldest&filter=${encodeURIComponent('{"field":"urges","operator":"at_least","value":1}')}`);
  const keeps = () => (page?.findComponent(ViewMenu).vm as unknown as { kept: object }).kept;
  expect(keeps()).toMatchObject({ sort: "updated", order: "ascending" });
});
