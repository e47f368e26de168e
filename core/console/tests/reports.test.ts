// SPDX-License-Identifier: Apache-2.0
// What a report shows is of the question that stands above it, and of today, however long the screen stands open.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ref, type Ref } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import ReportsScreen from "@/console/reports/ReportsScreen.vue";
import { i18n } from "@/shared/i18n";
import * as clock from "@/shared/live/clock";

vi.mock("@/shared/live/clock", () => ({ now: ref(Date.parse("2026-03-31T10:00:00Z")), serverNow: () => Date.now(), learnServerTime: () => undefined, everySecond: () => () => undefined }));

const json = (body: unknown) => new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
const table = (kind: string) => json({ name: "volume", label: kind, group: "team", as_of: "2026-03-31T10:00:00Z", columns: [{ name: "team", label: "", kind: "text" }, { name: "created", label: "", kind: "count" }], rows: [[kind, 3]] });
let asked: { query: URLSearchParams; give: (response: Response) => void; aborted: () => boolean }[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  (clock.now as Ref<number>).value = Date.parse("2026-03-31T10:00:00Z");
  vi.stubGlobal("fetch", (address: string, { signal }: RequestInit) => {
    const { pathname, searchParams } = new URL(address, "https://desk.test");
    if (pathname.endsWith("/reports")) return Promise.resolve(json({ items: [{ name: "volume", label: "", groups: [{ name: "team", label: "" }], dated: true, filters: [] }] }));
    return new Promise<Response>((give, refuse) => {
      signal?.addEventListener("abort", () => refuse(new DOMException("", "AbortError")));
      asked.push({ query: searchParams, give, aborted: () => Boolean(signal?.aborted) });
    });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
async function settle(): Promise<void> {
  await flushPromises();
  await vi.advanceTimersByTimeAsync(300);
  await flushPromises();
}
async function opened() {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/reports", component: { template: "<p />" } }] });
  await router.push("/reports");
  const page = mount(ReportsScreen, { global: { plugins: [router, i18n, createPinia()], stubs: { DChart: true } } });
  await settle();
  return { router, page };
}

test("the table of the question before is marked until the answer is there, and its late answer is none", async () => {
  const { router, page } = await opened();
  asked[0]?.give(table("all teams"));
  await settle();
  expect(page.find(".counted").classes()).not.toContain("is-old");
  await router.push("/reports?from=2026-03-01");
  await flushPromises();
  expect(page.find(".counted").classes()).toContain("is-old");
  await settle();
  await router.push("/reports?from=2026-03-02");
  await settle();
  expect(asked.map(({ aborted }) => aborted())).toEqual([false, true, false]);
  asked[2]?.give(table("since the second"));
  asked[1]?.give(table("since the first"));
  await settle();
  expect(page.text()).toContain("since the second");
  expect(page.find(".counted").classes()).not.toContain("is-old");
  page.unmount();
});

test("a date that is typed asks once", async () => {
  const { router, page } = await opened();
  asked[0]?.give(table("a"));
  await settle();
  for (const year of ["0002", "0020", "0202", "2026"]) {
    await router.push(`/reports?from=${year}-03-01`);
    await flushPromises();
  }
  await settle();
  expect(asked.slice(1).map(({ query }) => query.get("from"))).toEqual(["2026-03-01"]);
  page.unmount();
});

test("on the next day it is the next day's report", async () => {
  const { page } = await opened();
  expect([asked[0]?.query.get("from"), asked[0]?.query.get("to")]).toEqual(["2026-03-02", "2026-03-31"]);
  asked[0]?.give(table("a"));
  await settle();
  (clock.now as Ref<number>).value = Date.parse("2026-04-01T10:00:00Z");
  await settle();
  expect([asked[1]?.query.get("from"), asked[1]?.query.get("to")]).toEqual(["2026-03-03", "2026-04-01"]);
  asked[1]?.give(table("b"));
  await settle();
  const month = page.findAll("button").filter((one) => one.text() === "reports.this_month")[0];
  await month?.trigger("click");
  await settle();
  expect(asked[2]?.query.get("from")).toBe("2026-04-01");
  page.unmount();
});
