// SPDX-License-Identifier: Apache-2.0
// A ticket on the screen over a line that breaks: what did not come is not shown as nothing, what was not taken is put back.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { type TicketState, useTicket } from "@/console/ticket/ticket";
import { addMessages, i18n } from "@/shared/i18n";
import { useToasts } from "@/shared/stores/toasts";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
afterEach(() => vi.unstubAllGlobals());
async function opened(answer: (path: string, method: string) => Response) {
  vi.stubGlobal("fetch", async (address: string, { method }: RequestInit) => answer(new URL(address, "https://desk.test").pathname.replace("/api/v1/tickets/7", ""), method ?? "GET"));
  let state!: TicketState;
  const page = mount({ setup: () => ((state = useTicket(7)), () => null) }, { global: { plugins: [i18n, createPinia()] } });
  await state.begin();
  await flushPromises();
  return { page, state };
}
const message = { number: 1, attachments: [5], formatted: [] };

test("steps and files that did not come are told, and come with the next reading", async () => {
  let away = true;
  const { page, state } = await opened((path) => {
    if (path === "/transitions") return away ? json({ code: "overloaded" }, 503) : json({ items: [{ name: "resolve", title: {}, require: [] }] });
    if (path === "/attachments") return away ? json({ code: "overloaded" }, 503) : json({ items: [{ id: 5, name: "漏水.jpg" }] });
    return json(path === "/messages" ? { items: [message] } : { id: 7, version: 3, messages: 1 });
  });
  expect(state.ticket.value?.id).toBe(7);
  expect({ ...state.unread }).toEqual({ steps: true, files: true });
  away = false;
  await state.again();
  await flushPromises();
  expect({ ...state.unread }).toEqual({ steps: false, files: false });
  expect(state.transitions.value).toHaveLength(1);
  expect(state.files.value).toHaveLength(1);
  page.unmount();
});

test("a change that somebody else's came before, with the line gone at that moment, is put back and refused", async () => {
  let away = false;
  const { page, state } = await opened((path, method) => {
    if (method === "PATCH") {
      away = true;
      return json({ code: "stale_version" }, 412);
    }
    if (path === "" && away) throw new TypeError("away");
    return json(path === "" ? { id: 7, version: 3, messages: 0, subject: "旧" } : { items: [] });
  });
  expect(await state.change("主题", { subject: "新" }, { subject: "新" })).toBe(false);
  expect(state.ticket.value?.subject).toBe("旧");
  page.unmount();
});

test("what was refused after others had changed the ticket is put back to what they made of it", async () => {
  let version = 3;
  const { page, state } = await opened((path, method) => {
    if (method === "PATCH") return version++ === 3 ? json({ code: "stale_version" }, 412) : json({ code: "forbidden" }, 403);
    return json(path === "" ? { id: 7, version, messages: 0, subject: "旧", priority: version > 3 ? "high" : "low" } : { items: [] });
  });
  expect(await state.change("主题", { subject: "新" }, { subject: "新" })).toBe(false);
  expect(state.ticket.value).toMatchObject({ subject: "旧", priority: "high" });
  page.unmount();
});

test("a refusal is told once: where it is shown, not beside it as well; of a ticket that was left with its number", async () => {
  const { page, state } = await opened((path, method) => (method === "POST" ? json({ code: "forbidden" }, 403) : json(path === "" ? { id: 7, number: "T-7", version: 3, messages: 0 } : { items: [] })));
  await addMessages({ "zh-CN": () => import("@/console/locales/zh-CN.json"), en: () => import("@/console/locales/en.json") });
  const said = () => useToasts().all.map(({ text }) => text);
  const shown = vi.fn(() => true);
  expect(await state.act("挂起", "post", "/tickets/{ticket_id}/hold", {}, {}, shown)).toBe(false);
  expect(shown).toHaveBeenCalledOnce();
  expect(said()).toEqual([]);
  expect(await state.act("挂起", "post", "/tickets/{ticket_id}/hold", {}, {}, () => false)).toBe(false);
  expect(said()).toEqual(["“挂起”没有成功"]);
  const late = state.act("转派", "post", "/tickets/{ticket_id}/assign", {});
  page.unmount();
  await late;
  expect(said()[1]).toBe("“T-7 转派”没有成功");
});

test("a command that was answered does not end what another one waits for", async () => {
  const { page, state } = await opened((path) => json(path === "" ? { id: 7, version: 3, messages: 0 } : { items: [] }));
  const answers: (() => void)[] = [];
  const reads = fetch;
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => (init.method === "POST" ? new Promise<Response>((go) => answers.push(() => go(json({ id: 7, version: 3, messages: 0 })))) : reads(address, init)));
  const first = state.act("挂起", "post", "/tickets/{ticket_id}/hold", {});
  const second = state.act("转派", "post", "/tickets/{ticket_id}/assign", {});
  await flushPromises();
  answers[0]?.();
  await first;
  expect(state.busy.value).toBe("转派");
  await flushPromises();
  answers[1]?.();
  await second;
  expect(state.busy.value).toBe("");
  page.unmount();
});
