// SPDX-License-Identifier: Apache-2.0
// What was published while a page is open reaches it by what it meets, and not by asking all the time.
import { mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useDesk } from "@/console/stores/desk";
import { ApiError } from "@/shared/api/client";
import { i18n } from "@/shared/i18n";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const state = (name: string, zh: string) => ({ name, title: { "zh-CN": zh, zh } });
const field = (name: string) => ({ name, kind: "text", title: {}, access: "write" });
let published: { types: unknown[]; workflows: unknown[]; teams: unknown[] };
const channels = [{ name: "email", title: { zh: "e-mail" } }, { name: "mail_b2b", title: { zh: "大客户邮箱", "zh-CN": "大客户邮箱" } }];
let people: { id: number; name: string }[];
let away: boolean;
let reads = 0;
beforeEach(() => {
  vi.useFakeTimers();
  reads = 0;
  away = false;
  published = { types: [{ name: "repair", title: {}, workflow: "w", fields: [field("serial")] }], workflows: [{ name: "w", states: [state("new", "新建")], transitions: [] }], teams: [{ name: "service", title: {} }] };
  people = [{ id: 2, name: "林小满" }];
  vi.stubGlobal("fetch", (address: string) => {
    if (away) return Promise.reject(new TypeError("away"));
    if (address.includes("/users")) return Promise.resolve(json({ items: people }));
    ++reads;
    return Promise.resolve(json({ me: { user: { id: 1, name: "王工" }, rights: ["user_read"] }, desk: { zone: "Asia/Shanghai", channels }, views: [], ...published }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened() {
  const pinia = createPinia();
  let desk!: ReturnType<typeof useDesk>;
  mount({ setup: () => ((desk = useDesk()), () => null) }, { global: { plugins: [i18n, pinia] } });
  await desk.load();
  await vi.advanceTimersByTimeAsync(100);
  return desk;
}
const later = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

test("a state, a type and a team of a new publication have their names within a minute; what is nothing is looked for once", async () => {
  const desk = await opened();
  expect(desk.stateTitle("repair", "waiting_parts")).toBe("waiting_parts");
  published.workflows = [{ name: "w", states: [state("new", "新建"), state("waiting_parts", "等备件")], transitions: [] }];
  published.types = [...published.types, { name: "return", title: { "zh-CN": "退货", zh: "退货" }, workflow: "w", fields: [] }];
  await later(10);
  expect(reads).toBe(1);
  await later(60);
  expect(reads).toBe(2);
  expect(desk.stateTitle("repair", "waiting_parts")).toBe("等备件");
  expect(desk.typeTitle("return")).toBe("退货");
  for (let turn = 0; turn < 5; ++turn) {
    expect(desk.stateTitle("repair", "taken_out_long_ago")).toBe("taken_out_long_ago");
    await later(120);
  }
  expect(reads).toBe(3);
});

test("a refusal about a field that the form does not show brings the form; one about a field that it shows does not", async () => {
  const desk = await opened();
  const refused = (name: string) => new ApiError(422, { code: "invalid_field", fields: [{ pointer: `/fields/${name}`, message: "" }] } as never);
  desk.sawRefusal(refused("serial"), "repair");
  desk.sawRefusal(new ApiError(409, {}), "repair");
  await later(1);
  expect(reads).toBe(1);
  published.types = [{ name: "repair", title: {}, workflow: "w", fields: [field("serial"), field("batch")] }];
  desk.sawRefusal(refused("batch"), "repair");
  await later(1);
  expect(desk.typeByName.get("repair")?.fields.map(({ name }) => name)).toEqual(["serial", "batch"]);
  desk.seekFields("repair", ["batch"]);
  await later(120);
  expect(reads).toBe(2);
});

test("who was added and who is on duty is read again: by name, and when a ticket is handed on", async () => {
  const desk = await opened();
  expect(desk.personName(2)).toBe("林小满");
  people = [...people, { id: 17, name: "陈新来" }];
  expect(desk.personName(17)).toBe("#17");
  await later(70);
  expect(desk.personName(17)).toBe("陈新来");
  people = [{ id: 2, name: "林小满（休假）" }];
  void desk.loadPeople(true);
  await later(1);
  expect(desk.personName(2)).toBe("林小满（休假）");
});

test("what did not change stays the object that it was, also where the server is away; the next look finds it", async () => {
  const desk = await opened();
  const { types, workflows } = desk;
  await desk.renew();
  expect(desk.types).toBe(types);
  expect(desk.workflows).toBe(workflows);
  away = true;
  desk.typeTitle("return");
  await later(70);
  expect(desk.types).toBe(types);
  away = false;
  published.types = [...published.types, { name: "return", title: { "zh-CN": "退货", zh: "退货" }, workflow: "w", fields: [] }];
  await later(300);
  desk.typeTitle("return");
  await later(1);
  expect(desk.typeTitle("return")).toBe("退货");
  const before = reads;
  await desk.renew(300_000);
  expect(reads).toBe(before);
});

test("channels are in the words of these pages, and those that a plugin brings by its title", async () => {
  const desk = await opened();
  i18n.global.mergeLocaleMessage(i18n.global.locale.value, { channel: { email: "邮件" } });
  expect(desk.channels.map(({ value }) => value)).toEqual(["email", "mail_b2b"]);
  expect(desk.channelTitle("email")).toBe("邮件");
  expect(desk.channelTitle("mail_b2b")).toBe("大客户邮箱");
  expect(desk.channelTitle("fax_of_old")).toBe("fax_of_old");
});
