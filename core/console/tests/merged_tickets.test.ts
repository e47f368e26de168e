// SPDX-License-Identifier: Apache-2.0
// What was said on tickets that ended in the one on the screen: folded before its own conversation, read when it is wanted.
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ref } from "vue";
import MessageList from "@/console/ticket/MessageList.vue";
import { addMessages, i18n } from "@/shared/i18n";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const message = (number: number, kind: string, body: string, more: object = {}) => ({ number, kind, author: { kind: "user", id: 1, name: "lin" }, author_name: "林小满", body, attachments: [], at: "2026-03-02T02:00:00Z", formatted: [], ...more });
const source = (id: number, into: number, more: object = {}) => ({ id, number: `T${id}`, subject: `主题${id}`, created_at: "2026-03-01T02:00:00Z", messages: 2, into, ...more });

let page: VueWrapper | undefined;
let asked: string[] = [];
let answers: Record<string, () => Response> = {};
beforeEach(async () => {
  await addMessages({ "zh-CN": () => import("@/console/locales/zh-CN.json"), en: () => import("@/console/locales/en.json") });
  localStorage.clear();
  asked = [];
  vi.stubGlobal("fetch", async (address: string) => {
    const path = new URL(address, "https://desk.test").pathname.replace("/api/v1/tickets/", "");
    asked.push(path);
    return answers[path]?.() ?? json({ code: "not_found" }, 404);
  });
});
afterEach(() => {
  page?.unmount();
  vi.unstubAllGlobals();
});
async function shown(merged_from: number[]) {
  const ticket = ref({ id: 7, merged_from, customer: { id: 1, name: "王女士" } });
  const state = { id: 7, ticket, messages: ref([message(1, "customer", "这张的话")]), fileById: ref(new Map()), unread: {}, again: vi.fn() };
  page = mount(MessageList, { props: { state: state as never }, global: { plugins: [i18n, createPinia()] }, attachTo: document.body });
  await vi.dynamicImportSettled();
  await flushPromises();
  return { page, ticket };
}
const folds = () => page?.findAll(".merged-ticket h3 button") ?? [];

test("a ticket in which none ended asks for none", async () => {
  await shown([]);
  expect(asked).toEqual([]);
  expect(page?.findAll(".message")).toHaveLength(1);
});

test("each ticket that ended here is told by number and subject, and its messages are read when it is unfolded", async () => {
  answers = {
    "7/merged": () => json({ items: [source(3, 5), source(5, 7)] }),
    "3/messages": () => json({ items: [message(1, "customer", "先前的话"), message(2, "note", "内部的话", { attachments: [9] })] }),
    "3/attachments": () => json({ items: [{ id: 9, name: "照片.png", media_type: "image/png", size: 100 }] }),
  };
  await shown([5]);
  expect(asked).toEqual(["7/merged"]);
  expect(folds().map((one) => one.text())).toEqual(["并入的工单 T3《主题3》· 2 条消息 经 5 并入", "并入的工单 T5《主题5》· 2 条消息"]);
  expect(folds()[0]?.attributes("aria-expanded")).toBe("false");
  await folds()[0]?.trigger("click");
  await flushPromises();
  expect(asked.slice(1)).toEqual(["3/messages", "3/attachments"]);
  expect(folds()[0]?.attributes("aria-expanded")).toBe("true");
  const told = page?.find(`[id="${folds()[0]?.attributes("aria-controls")}"]`);
  expect(told?.findAll(".message .text").map((one) => one.text())).toEqual(["先前的话", "内部的话"]);
  expect(told?.find(".message.is-customer .strong").text()).toBe("王女士");
  expect(told?.find(".message.is-note .label").text()).toBe("内部备注");
  expect(told?.find("img").attributes("alt")).toBe("照片.png");
  await folds()[0]?.trigger("click");
  expect(page?.findAll(".message")).toHaveLength(1);
});

test("messages, files and the list that did not come are told, and come when asked for again", async () => {
  let away = true;
  const unless = (body: unknown) => () => (away ? json({ code: "overloaded" }, 503) : json(body));
  answers = {
    "7/merged": unless({ items: [source(5, 7)] }),
    "5/messages": unless({ items: [message(1, "reply", "先前的话", { attachments: [9] })] }),
    "5/attachments": unless({ items: [{ id: 9, name: "合同.pdf", media_type: "application/pdf", size: 100 }] }),
  };
  const again = async (what: string) => {
    away = false;
    await page?.findAll(what).find((one) => one.text() === "重试")?.trigger("click");
    await flushPromises();
    away = true;
  };
  await shown([5]);
  expect(folds()).toHaveLength(0);
  expect(page?.find(".merged-tickets [role=alert]").exists()).toBe(true);
  await again(".merged-tickets button");
  expect(page?.find("[role=alert]").exists()).toBe(false);
  await folds()[0]?.trigger("click");
  await flushPromises();
  expect(page?.find(".merged-ticket [role=alert]").exists()).toBe(true);
  answers["5/attachments"] = () => json({ code: "overloaded" }, 503);
  await again(".merged-ticket button");
  expect(page?.find(".merged-ticket .text").text()).toBe("先前的话");
  expect(page?.find(".merged-ticket .unread").exists()).toBe(true);
  answers["5/attachments"] = unless({ items: [{ id: 9, name: "合同.pdf", media_type: "application/pdf", size: 100 }] });
  await again(".merged-ticket .unread button");
  expect(page?.find(".merged-ticket .unread").exists()).toBe(false);
  expect(page?.find(".merged-ticket .file").text()).toContain("合同.pdf");
});

test("a merge while the page is open appears, and what is unfolded stays so", async () => {
  let items = [source(5, 7)];
  answers = { "7/merged": () => json({ items }), "5/messages": () => json({ items: [message(1, "reply", "先前的话")] }) };
  const { ticket } = await shown([5]);
  await folds()[0]?.trigger("click");
  await flushPromises();
  items = [source(3, 7), source(5, 7)];
  ticket.value = { ...ticket.value, merged_from: [3, 5] };
  await flushPromises();
  expect(folds().map((one) => one.attributes("aria-expanded"))).toEqual(["false", "true"]);
  expect(page?.find(".merged-ticket .text").text()).toBe("先前的话");
});
