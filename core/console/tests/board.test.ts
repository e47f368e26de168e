// SPDX-License-Identifier: Apache-2.0
// A board on a wall says when its figures are old, among the figures: nothing else of the page is seen there.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import BoardScreen from "@/console/board/BoardScreen.vue";
import { i18n } from "@/shared/i18n";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const team = { team: "service", label: { zh: "客服" }, open: 3, waiting: 0, overdue: 0, due_soon: 0, on_hold: 0, created_today: 1, resolved_today: 1, agents: [] };
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

test("after two reads that failed the board says since when it stands still and why, until one succeeds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const good = () => json({ as_of: "2026-03-02T01:30:00Z", teams: [team] });
  const bad = () => json({ code: "unauthenticated" }, 401);
  const answers = [good, bad, bad, good];
  vi.stubGlobal("fetch", async () => (answers.shift() ?? good)());
  const page = mount(BoardScreen, { global: { plugins: [i18n, createPinia()], stubs: { RouterLink: true } } });
  for (const stale of [false, false, true, false]) {
    await flushPromises();
    expect(page.find(".board .as-of").exists()).toBe(true);
    expect(page.find(".board.is-stale [role=alert]").exists()).toBe(stale);
    await vi.advanceTimersByTimeAsync(5_000);
  }
  page.unmount();
});

test("coming back to the page while a read is out begins no second round of reads", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked: (() => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise<Response>((go) => asked.push(() => go(json({ as_of: "2026-03-02T01:30:00Z", teams: [team] })))));
  const page = mount(BoardScreen, { global: { plugins: [i18n, createPinia()], stubs: { RouterLink: true } } });
  document.dispatchEvent(new Event("visibilitychange"));
  await flushPromises();
  for (const answer of [...asked]) answer();
  await flushPromises();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toHaveLength(2);
  page.unmount();
});
