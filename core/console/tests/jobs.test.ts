// SPDX-License-Identifier: Apache-2.0
// The undo of a bulk job is still there after a reload, and in the list of jobs.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import JobsScreen from "@/admin/running/JobsScreen.vue";
import { useJobs } from "@/console/stores/jobs";
import type { Schemas } from "@/shared/api/client";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { question } from "@/shared/ui/confirm";

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
afterEach(() => sessionStorage.clear());
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
  await vi.waitFor(() => expect(after.all.map(({ label }) => label)).toEqual(["转派 2", "转派 1"]));
  expect(after.all.map(({ job: { state } }) => state)).toEqual(["running", "done"]);
  await after.undo(1, "撤销转派 1");
  expect(undone).toEqual(["/api/v1/jobs/1/undo"]);
  const again = loaded();
  again.follow(job(6), "备注"); // at once, before the others were read
  known.push(job(99), job(6));
  await vi.waitFor(() => expect(again.all.map(({ label }) => label)).toEqual(["备注", "撤销转派 1", "转派 2", "转派 1"]));
  expect(again.all.map(({ undone: yes }) => Boolean(yes))).toEqual([false, false, false, true]);
});

test("the list of jobs offers the undo of what changed tickets and has ended", async () => {
  known = [job(1), job(2, { state: "running", ended_at: undefined }), job(3, { kind: "backup" }), job(4, { done: 0 })];
  loaded();
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)", component: { template: "<p />" } }] });
  await router.push("/admin/jobs");
  const page = mount(JobsScreen, { global: { plugins: [i18n, router] } });
  await vi.waitFor(() => expect(page.findAll("tbody tr")).toHaveLength(4));
  const undo = page.findAll("tbody button").filter((one) => one.text() === i18n.global.t("common.undo"));
  expect(undo).toHaveLength(1);
  await undo[0]?.trigger("click");
  expect(undone).toEqual([]);
  question.value?.answer(true);
  await flushPromises();
  expect(undone).toEqual(["/api/v1/jobs/1/undo"]);
  expect(useJobs().all.map(({ job: { id } }) => id)).toEqual([99]);
  page.unmount();
});
