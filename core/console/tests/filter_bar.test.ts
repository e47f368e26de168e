// SPDX-License-Identifier: Apache-2.0
// What is typed into a filter is said before one leaves it, and leads nobody back from where they went.
import { type DOMWrapper, flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { defineComponent, h, provide, ref } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import FilterBar from "@/console/tickets/FilterBar.vue";
import { listKey, makeListState } from "@/console/tickets/state";
import TicketRow from "@/console/tickets/TicketRow.vue";
import { i18n } from "@/shared/i18n";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const filterOf = (operator: string, value: unknown) => JSON.stringify({ field: "subject", operator, value });
async function shown(filter: string, answer = () => '{"items":[]}') {
  vi.stubGlobal("fetch", async () => new Response(answer(), { headers: { "Content-Type": "application/json" } }));
  const nothing = { template: "<p />" };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets", name: "tickets", component: nothing }, { path: "/tickets/:id", name: "ticket", component: nothing }, { path: "/customers", component: nothing }] });
  await router.push({ path: "/tickets", query: { view: "a", filter } });
  const there = ref(true);
  const list = defineComponent({
    setup() {
      const state = makeListState();
      provide(listKey, state);
      return () => [there.value && h(FilterBar, { open: true }), state.list.rows.value.map((row) => h(TicketRow, { key: row.id, row, to: state.linkTo(row.id), columns: [] }))];
    },
  });
  const page = mount(list, { attachTo: document.body, global: { plugins: [router, i18n, createPinia()] } });
  await flushPromises();
  const said = () => JSON.parse(String(router.currentRoute.value.query.filter ?? "null"));
  return { page, router, there, said, input: () => page.find<HTMLInputElement>(".test input") };
}
// As keys do: `setValue` also says that the field was left.
function type(input: DOMWrapper<HTMLInputElement>): Promise<void> {
  input.element.value = "two";
  return input.trigger("input");
}
const long = async () => {
  await vi.advanceTimersByTimeAsync(2_000);
  await flushPromises();
};

test("a word that was typed without Enter is said as soon as the field is left", async () => {
  const { page, said, input } = await shown(filterOf("contains", ["one"]));
  input().element.value = "two";
  await input().trigger("change");
  await flushPromises();
  expect(said()).toEqual({ field: "subject", operator: "contains", value: ["one", "two"] });
  page.unmount();
});

test("so is a text within the time in which more may be typed", async () => {
  const { page, said, input } = await shown(filterOf("is", "one"));
  await type(input());
  await flushPromises();
  expect(said().value).toBe("one");
  await input().trigger("focusout");
  await flushPromises();
  expect(said().value).toBe("two");
  page.unmount();
});

test("whoever went to a ticket, another screen or another view meanwhile stays there", async () => {
  for (const to of ["/tickets/7?view=a", "/customers", "/tickets?view=b", "/tickets?text=b"]) {
    const { page, router, input } = await shown(filterOf("is", "one"));
    await type(input());
    await router.push(to);
    await long();
    expect(router.currentRoute.value.fullPath).toBe(to);
    page.unmount();
  }
});

test("a filter that is not there any more says nothing", async () => {
  const { page, said, there, input } = await shown(filterOf("is", "one"));
  await type(input());
  there.value = false;
  await long();
  expect(said().value).toBe("one");
  page.unmount();
});

test("Enter that an input method takes adds no word, and its text stays", async () => {
  const { page, said, input } = await shown(filterOf("contains", ["one"]));
  input().element.value = "pin";
  await input().trigger("keydown", { key: "Enter", isComposing: true });
  await long();
  expect(said().value).toEqual(["one"]);
  expect(input().element.value).toBe("pin");
  await input().trigger("keydown", { key: "Enter" });
  await long();
  expect(said().value).toEqual(["one", "pin"]);
  expect(input().element.value).toBe("");
  page.unmount();
});

test("a press on a row that goes, as the filter before is said, opens its ticket in the list as it then is; one let go elsewhere does not", async () => {
  for (const [x, to] of [[0, "/tickets/7"], [500, "/tickets"]] as const) {
    let rows: unknown[] = [{ id: 7, subject: "A", type: "x", state: "new", category: "new", priority: "normal", tags: [], version: 1, urges: 0, escalation: 0 }];
    const { page, router, input } = await shown(filterOf("is", "one"), () => JSON.stringify({ items: rows }));
    rows = [];
    await type(input());
    await page.find(".ticket-row .subject").trigger("mousedown");
    await input().trigger("focusout");
    await flushPromises();
    expect(page.find(".ticket-row").exists()).toBe(false);
    document.body.dispatchEvent(new MouseEvent("mouseup", { bubbles: true, clientX: x }));
    await flushPromises();
    expect(router.currentRoute.value.path).toBe(to);
    expect(JSON.parse(String(router.currentRoute.value.query.filter)).value).toBe("two");
    page.unmount();
  }
});
