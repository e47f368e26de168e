// SPDX-License-Identifier: Apache-2.0
// The undo of a bulk job is still there after a reload, and in the list of jobs. A job is followed over a break.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import JobsScreen from "@/admin/running/JobsScreen.vue";
import JobTray from "@/console/shell/JobTray.vue";
import { useExports } from "@/console/stores/exports";
import { useJobs } from "@/console/stores/jobs";
import type { Schemas } from "@/shared/api/client";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { question } from "@/shared/ui/confirm";
import { soon } from "./soon";

// The dialog without its machinery.
vi.mock("@/shared/ui/DDialog.vue", async () => {
  const { h } = await import("vue");
  return { __esModule: true, default: { props: ["open"], render(this: { open: boolean; $slots: Record<string, () => never> }) { return this.open ? h("div", this.$slots.default?.()) : null; } } };
});

const job = (id: number, more: Partial<Schemas["Job"]> = {}): Schemas["Job"] & { id: number } => ({ kind: "bulk", by: 3, state: "done", done: 400, failed: 0, total: 400, error: "", created_at: new Date().toISOString(), ended_at: new Date().toISOString(), ...more, id });
let known: ReturnType<typeof job>[] = [];
let undone: string[] = [];
beforeEach(() => {
  [known, undone] = [[], []];
  vi.stubGlobal("fetch", async (address: string, { method }: RequestInit) => {
    const { pathname } = new URL(address, "https://desk.test");
    const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
    if (method === "POST") {
      undone.push(pathname);
      return json(job(99, { kind: "undo", state: "running", done: 0, ended_at: undefined }), 202);
    }
    if (pathname.endsWith("/jobs")) return json({ items: known });
    const one = known.find(({ id }) => pathname.endsWith(`/jobs/${id}`));
    return one ? json(one) : json({ code: "not_found" }, 404);
  });
});
afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
});
function loaded(user = 3) {
  const pinia = createPinia();
  setActivePinia(pinia);
  useSession().me = { user: { id: user }, rights: ["ticket_bulk"] } as never;
  return useJobs();
}

test("jobs that were begun here are followed again after a reload, by the same name and by nobody else", async () => {
  known = [job(1), job(2, { state: "running", ended_at: undefined }), job(3), job(4, { ended_at: new Date(Date.now() - 2 * 3_600_000).toISOString() })];
  const before = loaded();
  for (const one of known) before.follow(one, `转派 ${one.id}`);
  before.follow(job(5), "转派 5"); // the server does not know it any more
  before.close(3);
  expect(loaded(4).all).toEqual([]);
  const after = loaded();
  await soon(() => expect(after.all.map(({ label }) => label)).toEqual(["转派 2", "转派 1"]));
  expect(after.all.map(({ job: { state } }) => state)).toEqual(["running", "done"]);
  await after.undo(1, "撤销转派 1");
  expect(undone).toEqual(["/api/v1/jobs/1/undo"]);
  const again = loaded();
  again.follow(job(6), "备注"); // at once, before the others were read
  known.push(job(99), job(6));
  await soon(() => expect(again.all.map(({ label }) => label)).toEqual(["备注", "撤销转派 1", "转派 2", "转派 1"]));
  expect(again.all.map(({ undone: yes }) => Boolean(yes))).toEqual([false, false, false, true]);
  for (const store of [before, after, again]) for (const one of store.all) store.close(one.job.id);
});

test("the list of jobs offers the undo of what changed tickets and has ended", async () => {
  known = [job(1), job(2, { state: "running", ended_at: undefined }), job(3, { kind: "backup" }), job(4, { done: 0 })];
  loaded();
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)", component: { template: "<p />" } }] });
  await router.push("/admin/jobs");
  const page = mount(JobsScreen, { global: { plugins: [i18n, router] } });
  await soon(() => expect(page.findAll("tbody tr")).toHaveLength(4));
  const undo = page.findAll("tbody button").filter((one) => one.text() === i18n.global.t("common.undo"));
  expect(undo).toHaveLength(1);
  await undo[0]?.trigger("click");
  expect(undone).toEqual([]);
  question.value?.answer(true);
  await flushPromises();
  expect(undone).toEqual(["/api/v1/jobs/1/undo"]);
  expect(useJobs().all.map(({ job: { id } }) => id)).toEqual([99]);
  useJobs().close(99);
  page.unmount();
});

// ---- following ----
const running = (id: number) => job(id, { state: "running", done: 1, ended_at: undefined });
/** Answers by path; gives what was asked, with the moment of it. */
function serve(answer: (path: string) => Response) {
  const asked: { path: string; at: number }[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    const path = new URL(address, "https://desk.test").pathname.replace("/api/v1", "");
    asked.push({ path, at: Date.now() });
    return answer(path);
  });
  return asked;
}
const reply = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
/** A store that wants the words of a component. */
function setUp<Store>(use: () => Store): Store {
  const pinia = createPinia();
  setActivePinia(pinia);
  useSession().me = { user: { id: 3 }, rights: ["ticket_bulk"] } as never;
  let store!: Store;
  mount({ setup: () => ((store = use()), () => null) }, { global: { plugins: [i18n, pinia] } });
  return store;
}

test.each([403, 404])("a job that may not be read any more (%i) leaves the tray with a word; the others are followed", async (status) => {
  vi.useFakeTimers();
  const asked = serve((path) => (path === "/jobs/1" ? reply({ code: status === 403 ? "forbidden" : "not_found" }, status) : reply(job(2))));
  const jobs = setUp(useJobs);
  jobs.follow(running(1), "转派 1");
  jobs.follow(running(2), "转派 2");
  await vi.advanceTimersByTimeAsync(4_000);
  expect(jobs.all.map(({ label, job: { state } }) => [label, state])).toEqual([["转派 2", "done"]]);
  expect(useToasts().all.map(({ kind, text }) => [kind, text])).toEqual([["warn", i18n.global.t("bulk.lost", { what: "转派 1" })]]);
  expect(asked).toHaveLength(2);
});

test("while the server is away a job is asked for less and less, at least twice a minute", async () => {
  vi.useFakeTimers();
  let away = true;
  const asked = serve(() => {
    if (away) throw new TypeError("away");
    return reply(running(1));
  });
  const jobs = setUp(useJobs);
  jobs.follow(running(1), "转派 1");
  await vi.advanceTimersByTimeAsync(300_000);
  const waits = asked.slice(1).map(({ at }, index) => at - (asked[index]?.at ?? 0));
  expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(new Set(waits.slice(6))).toEqual(new Set([30_000]));
  away = false;
  await vi.advanceTimersByTimeAsync(30_000);
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked.length - before).toBe(10);
  expect(jobs.all).toHaveLength(1);
  jobs.close(1);
});

test("the tray says why a job failed, puts what was refused first, and says when the results can not be read", async () => {
  let there = true;
  serve((path) => (path === "/jobs/1/results" && there ? reply({ items: [{ item: 11, outcome: "done", detail: "" }, { item: 12, outcome: "refused", detail: "closed" }] }) : reply({ code: "internal" }, 500)));
  const jobs = setUp(useJobs);
  jobs.follow(job(1, { state: "failed", error: "the disk is full" }), "转派 1");
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:id(.*)", name: "ticket", component: { template: "<p />" } }] });
  const page = mount(JobTray, { global: { plugins: [i18n, router] } });
  expect(page.text()).toContain("the disk is full");
  const show = async () => {
    await page.findAll("button").find((one) => one.text() === i18n.global.t("bulk.results"))?.trigger("click");
    await vi.dynamicImportSettled();
    await flushPromises();
  };
  await show();
  expect(page.findAll("tbody tr a").map((one) => one.text())).toEqual([expect.stringContaining("12"), expect.stringContaining("11")]);
  there = false;
  await show();
  expect(page.findAll("tbody tr")).toHaveLength(0);
  expect(page.find("[role=alert]").text()).toContain(i18n.global.t("error.internal"));
  there = true;
  await page.find("[role=alert] button").trigger("click");
  await flushPromises();
  expect(page.findAll("tbody tr")).toHaveLength(2);
  page.unmount();
});

test("an export is followed over a break, until its file is there; what may not be read is given up", async () => {
  vi.useFakeTimers();
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  let polls: (() => Response)[] = [];
  const asked = serve((path) => (path === "/exports" ? reply(running(5), 202) : ((polls.length > 1 ? polls.shift() : polls[0]) as () => Response)()));
  const away = () => {
    throw new TypeError("away");
  };
  const files = setUp(useExports);
  const told = vi.spyOn(useToasts(), "show");
  const refused = () => told.mock.calls.filter(([kind]) => kind === "danger");
  polls = [away, () => reply({ code: "overloaded" }, 503), away, () => reply(running(5)), () => reply(job(5))];
  const first = files.start({ what: "tickets", format: "csv" });
  await vi.advanceTimersByTimeAsync(60_000);
  await first;
  expect(click).toHaveBeenCalledTimes(1);
  expect(refused()).toEqual([]);
  const polled = asked.filter(({ path }) => path === "/jobs/5");
  expect(polled[2]!.at - polled[1]!.at).toBeGreaterThan(polled[1]!.at - polled[0]!.at);

  polls = [away];
  asked.length = 0;
  const second = files.start({ what: "tickets", format: "csv" });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked.length).toBeLessThan(40);
  polls = [() => reply({ code: "not_found" }, 404)];
  await vi.advanceTimersByTimeAsync(30_000);
  await second;
  expect(click).toHaveBeenCalledTimes(1);
  expect(refused()).toHaveLength(1);
  click.mockRestore();
});

test("what was refused is found among very many results; beyond what is read it is said so", async () => {
  const count = 10_050;
  vi.stubGlobal("fetch", async (address: string) => {
    const from = Number(new URL(address, "https://desk.test").searchParams.get("cursor") ?? 0);
    const items = Array.from({ length: Math.min(200, count - from) }, (_, at) => ({ item: from + at + 1, outcome: from + at + 1 === 3_000 ? "refused" : "done", detail: "" }));
    return reply({ items, next: from + 200 < count ? String(from + 200) : null });
  });
  const jobs = setUp(useJobs);
  jobs.follow(job(1, { total: count }), "转派 1");
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:id(.*)", name: "ticket", component: { template: "<p />" } }] });
  const page = mount(JobTray, { global: { plugins: [i18n, router] } });
  await page.findAll("button").find((one) => one.text() === i18n.global.t("bulk.results"))?.trigger("click");
  await soon(() => expect(page.findAll("tbody tr").length).toBe(200));
  expect(page.find("tbody tr a").text()).toContain("3000");
  expect(page.text()).toContain(i18n.global.t("bulk.results_cut"));
  await page.findAll("button").find((one) => one.text() === i18n.global.t("bulk.results_more"))?.trigger("click");
  expect(page.findAll("tbody tr")).toHaveLength(400);
  page.unmount();
});
