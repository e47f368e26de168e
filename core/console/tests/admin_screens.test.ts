// SPDX-License-Identifier: Apache-2.0
// Screens of the admin area when answers are late, refused or many.
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { useDefinitions } from "@/admin/definitions/draft";
import HistoryScreen from "@/admin/definitions/HistoryScreen.vue";
import PlanScreen from "@/admin/definitions/PlanScreen.vue";
import DeliveriesScreen from "@/admin/links/DeliveriesScreen.vue";
import TokensScreen from "@/admin/links/TokensScreen.vue";
import UserPanel from "@/admin/people/UserPanel.vue";
import DispatchScreen from "@/admin/rules/DispatchScreen.vue";
import AuditScreen from "@/admin/running/AuditScreen.vue";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { question } from "@/shared/ui/confirm";
import { soon } from "./soon";

interface Asked {
  verb: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  key: string;
}
const json = (body: unknown, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
let asked: Asked[] = [];
let answer: (one: Asked) => Response | Promise<Response>;
let page: VueWrapper;

beforeEach(() => {
  asked = [];
  setActivePinia(createPinia());
  useSession().me = { user: { id: 1 }, rights: ["delivery_manage", "ticket_read", "definition_read", "audit_read"], team_rights: {} } as never;
  vi.stubGlobal("fetch", async (address: string, { method, body, headers }: RequestInit) => {
    const url = new URL(address, "http://desk.example");
    const one = { verb: method ?? "", path: url.pathname.replace("/api/v1", ""), query: url.searchParams, body: JSON.parse(String(body ?? "{}")) as Record<string, unknown>, key: (headers as Record<string, string>)["Idempotency-Key"] ?? "" };
    asked.push(one);
    return answer(one);
  });
});
afterEach(() => {
  page.unmount();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
async function open(screen: Component, address = "/", props = {}): Promise<VueWrapper> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:rest(.*)*", component: screen, props: () => props }] });
  await router.push(address);
  page = mount({ template: "<RouterView />" }, { global: { plugins: [i18n, router] }, attachTo: document.body });
  await flushPromises();
  return page;
}
const button = (text: string) => page.findAll("button").find((one) => one.text().includes(text));
const press = async (text: string) => {
  await button(text)?.trigger("click");
  await flushPromises();
};
const to = (path: string, verb = "POST") => asked.filter((one) => one.path === path && one.verb === verb);
const said = () => useToasts().all.map(({ text }) => text);

test("switching somebody off saves that alone, and a refusal leaves all as it was", async () => {
  const person = { id: 7, version: 3, login: "lin", name: "林", email: "", phone: "", language: "zh", active: true, skills: [], regions: [], product_lines: [], grants: [], memberships: [], presence: "off", created_at: "2026-01-01T00:00:00Z" };
  let works = false;
  answer = ({ verb }) => (verb !== "PATCH" ? json({ items: [] }) : works ? json({ ...person, version: 4, active: false }) : json({ code: "conflict", detail: "还有工单在他手里" }, 409));
  await open(UserPanel, "/", { person, roles: [], known: [] });
  const name = page.find("input");
  await name.setValue("林一半");
  for (const next of [false, true]) {
    works = next;
    await press("switch_off");
    question.value?.answer(true);
    await flushPromises();
    expect(asked.filter(({ verb }) => verb === "PATCH").map(({ body }) => body)).toEqual(Array(next ? 2 : 1).fill({ active: false }));
    expect(name.element.value).toBe("林一半");
    expect(page.find("section:last-of-type [role=alert]").exists()).toBe(!next);
    expect(Boolean(button("switch_on"))).toBe(next);
  }
});

test("one wish makes one token, however often it is pressed", async () => {
  answer = ({ path, verb }) => (path === "/tokens" && verb === "POST" ? Promise.reject(new TypeError("offline")) : json({ items: [] }));
  await open(TokensScreen);
  await press("tokens.make");
  await soon(() => expect(document.body.querySelector("#new-token")).not.toBe(null));
  const form = () => document.body.querySelector("#new-token") as HTMLFormElement;
  const name = form().querySelector("input") as HTMLInputElement;
  const write = (text: string) => {
    name.value = text;
    name.dispatchEvent(new Event("input"));
  };
  const send = async () => {
    form().dispatchEvent(new Event("submit", { cancelable: true }));
    await flushPromises();
  };
  write("erp");
  await send();
  await send();
  write("erp2");
  await send();
  const keys = to("/tokens").map(({ key }) => key);
  expect(keys).toHaveLength(3);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test("the difference of a publication is not taken for that of another", async () => {
  const late: Record<string, ((files: Record<string, string>) => void)[]> = {};
  answer = ({ path }) => {
    const number = /publications\/(\d)\/files/.exec(path)?.[1];
    if (path === "/definitions") return json({ publication: { number: 4, digest: "d4", at: "2026-01-01T00:00:00Z", by: "wang", comment: "" } });
    if (!number) return json({ items: [4, 3, 2, 1].map((one) => ({ number: one, digest: `digest${one}`, at: "2026-01-01T00:00:00Z", by: "wang", comment: "" })) });
    return new Promise((go) => (late[number] ??= []).push((files) => go(json({ files }))));
  };
  await open(HistoryScreen, "/?publication=2");
  await soon(() => expect(late["2"]).toHaveLength(1));
  await page.findAll(".head")[0]?.find("button").trigger("click");
  await soon(() => expect(late["3"]).toHaveLength(1));
  for (const number of ["3", "4"]) for (const go of late[number] ?? []) go({ "new.yaml": number });
  await soon(() => expect(page.find(".what").text()).toContain("new.yaml"));
  for (const number of ["1", "2"]) for (const go of late[number] ?? []) go({ "old.yaml": number });
  await flushPromises();
  expect(page.find(".what").text()).not.toContain("old.yaml");
});

test("what is published is what was looked at, also when another tab goes on typing", async () => {
  localStorage.clear();
  const files = { "a.yaml": "a", "b.yaml": "b" };
  answer = ({ path }) => {
    if (path === "/definitions") return json({ publication: { number: 1, digest: "d1", at: "", by: "", comment: "" } });
    if (path === "/definitions/plan") return json({ valid: true, active: "d1", findings: [], affected: [] });
    return json(path.endsWith("/files") ? { files } : { code: "storage_full" }, path.endsWith("/files") ? 200 : 507);
  };
  const definitions = useDefinitions();
  await definitions.load();
  definitions.edit("a.yaml", "a1");
  await open(PlanScreen);
  await soon(() => expect(page.find("form").exists()).toBe(true));
  definitions.edit("b.yaml", "b1");
  await flushPromises();
  expect(page.find("form").exists()).toBe(false);
  await soon(() => expect(page.find("form").exists()).toBe(true));
  await page.find("form").trigger("submit");
  await soon(() => expect(to("/definitions/publications")).toHaveLength(1));
  const edited = { "a.yaml": "a1", "b.yaml": "b1" };
  expect(to("/definitions/plan").map(({ body }) => body.files)).toEqual([{ ...files, "a.yaml": "a1" }, edited]);
  expect(to("/definitions/publications")[0]?.body.files).toEqual(edited);
  localStorage.clear();
});

test("a ticket is tried by what is published, or by the draft with its rules; a draft with faults says where", async () => {
  localStorage.clear();
  let faulty = false;
  const rule = { name: "any", when: "", skills: [], match_region: false, match_product_line: false };
  const tried = (team: string) => json({ state: "new", priority: "normal", assumed: {}, sla_policies: [], clocks: [], fired: [], people: [], assignments: [{ reason: "rule", team, waiting: true }], dispatch_rules: [{ ...rule, team, holds: true, asked: true, because: "" }] });
  answer = ({ path, body }) => {
    if (path === "/rules") return json({ sla: [], triggers: [], dispatch: [{ ...rule, team: "days" }] });
    if (path === "/dispatch/preview" && faulty) return json({ code: "invalid_definition", fields: [{ pointer: "dispatch.yaml:3:5", message: "没有这个班组" }] }, 422);
    if (path === "/dispatch/preview") return tried(body.files ? "nights" : "days");
    if (path === "/definitions") return json({ publication: { number: 1, digest: "d1", at: "", by: "", comment: "" } });
    return json(path.endsWith("/files") ? { files: { "dispatch.yaml": "a", "desk.yaml": "d" } } : { items: [] });
  };
  const definitions = useDefinitions();
  await definitions.load();
  await open(DispatchScreen, "/?type=return");
  const choice = () => page.findAll("select").find((one) => one.find("option[value=draft]").exists());
  const rules = () => page.find(".rule-list");
  await soon(() => expect(rules().text()).toContain("days"));
  expect(choice()).toBe(undefined);
  definitions.edit("dispatch.yaml", "b");
  await flushPromises();
  await choice()?.setValue("draft");
  await soon(() => expect(rules().text()).toContain("nights"));
  expect(to("/dispatch/preview").map(({ body }) => body.files)).toEqual([undefined, { "dispatch.yaml": "b", "desk.yaml": "d" }]);
  faulty = true;
  await page.find("form").trigger("submit");
  await soon(() => expect(page.find("[role=alert]").text()).toContain("没有这个班组"));
  expect(page.find("[role=alert] a").attributes("href")).toBe("/admin/definitions?file=dispatch.yaml");
  faulty = false;
  await choice()?.setValue("");
  await soon(() => expect(rules().text()).toContain("days"));
  expect(page.find("[role=alert]").exists()).toBe(false);
  localStorage.clear();
});

test("the audit trail as a file waits when it is told to, and is whole", async () => {
  vi.useFakeTimers();
  let refused = 0;
  answer = ({ query }) => {
    const cursor = query.get("cursor");
    if (cursor === "2" && refused++ < 2) return json({ code: "too_many_requests" }, 429, { "Retry-After": "3" });
    return json({ items: [{ sequence: Number(cursor ?? 1), at: "2026-01-01T00:00:00Z", actor: { kind: "user", name: "王" }, kind: "signed_in", subject: "", details: {} }], next: { null: "2", 2: "3" }[String(cursor)] });
  };
  const made: Blob[] = [];
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: (blob: Blob) => (made.push(blob), "blob:x"), revokeObjectURL: () => undefined }));
  HTMLAnchorElement.prototype.click = () => undefined;
  await open(AuditScreen);
  await press("audit.export");
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  expect(refused).toBe(3);
  expect((await made[0]?.text())?.split("\r\n").slice(1, -1).map((line) => line[0])).toEqual(["1", "2", "3"]);
});

const delivery = (id: number, destination: string, state = "dead") => ({ id, ticket: 1, sequence: 1, key: "", destination, recipient: { kind: "user", id: 1 }, text: "t", subject: `s${id}`, body: "", state, tries: 1, created_at: "2026-01-01T00:00:00Z", last_error: "", vendor_id: "" });
/** Two pages of dead ones, by mail and by sms in turn. */
const list = (query: URLSearchParams) => json({ items: (query.get("cursor") ? [3, 2, 1] : [6, 5, 4]).map((id) => delivery(id, id % 2 ? "mail" : "sms")).filter((one) => [null, one.destination].includes(query.get("destination"))), next: query.get("cursor") ? undefined : "p2" });
const replayed = () => asked.filter(({ verb }) => verb === "POST").map(({ path }) => Number(path.split("/")[2]));

test("ticks on later pages stay when trying again stops, and each row says what became of it", async () => {
  answer = ({ verb, path, query }) => (path === "/plugins" ? json({ items: [] }) : verb === "GET" ? list(query) : path.includes("/2/") ? json({ code: "storage_full" }, 507) : new Response(null, { status: 204 }));
  await open(DeliveriesScreen);
  await press("common.more");
  for (const id of [5, 2, 1]) await page.findAll("tbody input[type=checkbox], tbody [role=checkbox]")[6 - id]?.trigger("click");
  await press("replay_chosen");
  expect(replayed()).toEqual([5, 2]);
  expect(said()).toEqual(["admin.deliveries.replay_stopped"]);
  expect(page.findAll("tbody tr")).toHaveLength(6);
  expect(page.findAll("tbody tr").map((row) => row.text().includes("state.dead"))).toEqual([true, false, true, true, true, true]);
  await press("replay_chosen");
  expect(replayed()).toEqual([5, 2, 2]);
});

test("all dead ones of one destination are tried again, page by page, until somebody stops it", async () => {
  let go = () => undefined as void;
  let held = false;
  answer = async ({ verb, path, query }) => {
    if (path === "/plugins") return json({ items: [] });
    if (verb === "GET") return list(query);
    if (held) await new Promise<void>((next) => (go = next));
    return path.includes("/3/") ? json({ code: "not_found" }, 404) : path.includes("/1/") ? json({ code: "already_done" }, 409) : new Response(null, { status: 204 });
  };
  await open(DeliveriesScreen, "/?destination=mail");
  expect(page.findAll("tbody tr")).toHaveLength(1);
  const all = async () => {
    await press("replay_all");
    question.value?.answer(true);
    await flushPromises();
  };
  await all();
  await soon(() => expect(said()).toEqual(["admin.deliveries.replayed"]));
  expect(replayed()).toEqual([5, 3, 1]);
  // The server is asked for them: a page of others is not read to be thrown away.
  expect(to("/deliveries", "GET").map(({ query }) => query.get("destination"))).toEqual(["mail", "mail", "mail"]);
  expect(useToasts().all[0]?.detail).toBe("admin.deliveries.replay_left");
  asked = [];
  page.unmount();
  held = true;
  await open(DeliveriesScreen);
  await all();
  await soon(() => expect(replayed()).toEqual([6]));
  await press("deliveries.stop");
  go();
  await soon(() => expect(said()).toContain("admin.deliveries.replay_ended"));
  expect(replayed()).toEqual([6]);
});
