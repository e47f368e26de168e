// SPDX-License-Identifier: Apache-2.0
// Beside a ticket: clocks, way, history and guests are read anew with each change. What is asked for last wins, and what
// could be read once stays when it can not be read again.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { type Component, ref } from "vue";
import ClocksPane from "@/console/ticket/ClocksPane.vue";
import GuestSection from "@/console/ticket/GuestSection.vue";
import HistoryPane from "@/console/ticket/HistoryPane.vue";
import WayPane from "@/console/ticket/WayPane.vue";
import { useDesk } from "@/console/stores/desk";
import { i18n } from "@/shared/i18n";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const at = "2099-01-01T00:00:00Z";
const panes: [string, Component, string, (what: string) => object][] = [
  ["clocks", ClocksPane, "/sla", (what) => ({ items: [{ clock: what, run: 1, policy: "p", policy_title: {}, goal: 1, counted: 0, segments: [], warnings: [] }] })],
  ["way", WayPane, "/workflow", (what) => ({ states: [{ name: "new", title: { zh: what, en: what }, category: "new", owner: "team", owner_name: "" }], transitions: [] })],
  ["history", HistoryPane, "/events", (what) => ({ items: [{ sequence: 1, at, actor: { kind: "plugin", id: 0, name: what }, event: { kind: "resumed" } }] })],
  ["guests", GuestSection, "/guests", (what) => ({ items: [{ id: 1, name: what, question: "?", expires_at: at }] })],
];
/** Answers to what the pane reads, in the order in which it asked; whatever else it reads is empty. */
function opened(pane: Component, path: string) {
  const answers: ((answer: Response) => void)[] = [];
  vi.stubGlobal("fetch", (address: string) => (new URL(address, "https://desk.test").pathname.endsWith(path) ? new Promise<Response>((go) => answers.push(go)) : Promise.resolve(json({ items: [] }))));
  const changes = ref(0);
  const state = { id: 7, ticket: ref({ type: "x", workflow: "w", state: "new", clocks: [] }), messages: ref([]), transitions: ref([]), changes, may: () => true, over: ref(false) };
  const pinia = createPinia();
  mount({ setup: () => ((useDesk().workflows = [{ name: "w", states: [{ name: "new", title: { zh: "今天的", en: "今天的" }, category: "new", owner: "team", owner_name: "" }], transitions: [] }] as never), () => null) }, { global: { plugins: [i18n, pinia] } }).unmount();
  const page = mount(pane, { props: { state: state as never }, global: { plugins: [i18n, pinia] }, attachTo: document.body });
  const answer = async (which: number, body: object, status?: number) => {
    answers[which]?.(json(body, status));
    await flushPromises();
  };
  return { page, answer, change: async () => (++changes.value, await flushPromises()) };
}
afterEach(() => vi.unstubAllGlobals());

// The history asks for one page after the other, which tests/growing.test.ts sees.
test.each(panes.filter(([name]) => name !== "history"))("an older reading of the %s does not overwrite a newer one", async (_, pane, path, body) => {
  const { page, answer, change } = opened(pane, path);
  await flushPromises();
  await change();
  await answer(1, body("第二次"));
  await answer(0, body("第一次"));
  expect(page.text()).toContain("第二次");
  expect(page.text()).not.toContain("第一次");
  page.unmount();
});

test.each(panes)("of the %s, what was there stays when it is not read again, and that is said until it is", async (_, pane, path, body) => {
  const { page, answer, change } = opened(pane, path);
  await flushPromises();
  await answer(0, body("第一次"));
  await change();
  await answer(1, { code: "overloaded" }, 503);
  expect(page.text()).toContain("第一次");
  expect(page.text()).not.toContain("今天的");
  // Pressed, it is seen to be read again.
  const again = () => page.find("[role=alert] button");
  await again().trigger("click");
  await flushPromises();
  expect(again().attributes("aria-busy")).toBe("true");
  await answer(2, { code: "overloaded" }, 503);
  expect(again().attributes("aria-busy")).toBeUndefined();
  await again().trigger("click");
  await flushPromises();
  await answer(3, body("第三次"));
  expect(page.text()).toContain("第三次");
  expect(page.find("[role=alert]").exists()).toBe(false);
  page.unmount();
});

test.each(panes)("%s that never came are not shown as none, nor as others", async (_, pane, path) => {
  const { page, answer } = opened(pane, path);
  await flushPromises();
  await answer(0, { code: "overloaded" }, 503);
  expect(page.find("[role=alert]").exists()).toBe(true);
  for (const none of ["guest.none", "sla.none", "今天的"]) expect(page.text()).not.toContain(none);
  page.unmount();
});
