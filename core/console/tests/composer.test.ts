// SPDX-License-Identifier: Apache-2.0
// What is written for colleagues stays with them, and nobody answers past a customer without having been told.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ref, shallowRef } from "vue";
import Composer from "@/console/ticket/Composer.vue";
import { type Outgoing, useDrafts } from "@/console/stores/drafts";
import { useOutbox } from "@/shared/api/outbox";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { question } from "@/shared/ui/confirm";
import DFileDrop from "@/shared/ui/DFileDrop.vue";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
let uploaded: (response: Response) => void = () => undefined;
let sent: { kind: string; body: string }[] = [];
let refused: object | undefined;
let undone: () => Response = () => new Response(null, { status: 204 });
beforeEach(() => {
  refused = undefined;
  localStorage.clear();
  sent = [];
  vi.stubGlobal("fetch", (address: string, { method, body }: RequestInit) => {
    const { pathname } = new URL(address, "https://desk.test");
    if (pathname.endsWith("/attachments")) return new Promise<Response>((go) => (uploaded = go));
    if (pathname.endsWith("/messages") && method === "POST") {
      if (refused) return Promise.resolve(json(refused, 422));
      sent.push(JSON.parse(body as string) as (typeof sent)[number]);
      return Promise.resolve(json({ held_id: sent.length }));
    }
    if (method === "DELETE" && pathname.includes("/held-messages/")) return Promise.resolve(undone());
    return Promise.resolve(json({ items: [] }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const customer = (body: string) => ({ author: { kind: "customer" }, author_name: "客户", body });
function opened(held = ["ticket_reply", "ticket_note"]) {
  const pinia = createPinia();
  useSession(pinia).me = { user: { id: 1 } } as never;
  const messages = shallowRef<unknown[]>([customer("坏了")]);
  const rights = ref(held);
  const state = { id: 7, ticket: ref<{ number: string; customer?: object }>({ number: "T-7" }), messages, busy: ref(""), may: (right: string) => rights.value.includes(right), renew: () => Promise.resolve() };
  const page = mount(Composer, { props: { state: state as never, tools: { there: false, answers: ref([]), macros: ref([]) } as never }, global: { plugins: [i18n, pinia] }, attachTo: document.body });
  const kind = (which: "reply" | "note") => (page.vm as unknown as { focus: (which: string) => void }).focus(which);
  return { page, state, pinia, messages, rights, kind, drafts: useDrafts(pinia) };
}
const attached = (page: ReturnType<typeof opened>["page"]) => (page.findComponent(DFileDrop).props("modelValue") as { name: string }[]).map(({ name }) => name);
async function add(page: ReturnType<typeof opened>["page"]): Promise<void> {
  const picker = page.find("input[type=file]");
  Object.defineProperty(picker.element, "files", { value: [new File(["x"], "内网.png")], configurable: true });
  Object.defineProperty(picker.element, "value", { set: () => undefined, configurable: true });
  await picker.trigger("change");
}
const made = () => json({ id: 5, name: "内网.png", size: 1 });

test("a file on its way into a note is in the note, though a reply is written when it is there", async () => {
  const { page, kind, drafts } = opened();
  kind("note");
  await flushPromises();
  await page.find("textarea").setValue("给同事看");
  await add(page);
  expect(page.findAll(".file")).toHaveLength(1);
  kind("reply");
  await flushPromises();
  expect(page.findAll(".file")).toHaveLength(0);
  uploaded(made());
  await flushPromises();
  expect(attached(page)).toEqual([]);
  expect(drafts.local(7, "reply")).toBeUndefined();
  expect(drafts.local(7, "note")).toMatchObject({ body: "给同事看", attachments: [{ id: 5 }] });
  kind("note");
  await flushPromises();
  expect(attached(page)).toEqual(["内网.png"]);
  page.unmount();
});

test("a file whose ticket was left before it was there is in the draft on return", async () => {
  const { page, drafts } = opened();
  await flushPromises();
  await add(page);
  page.unmount();
  uploaded(made());
  await flushPromises();
  expect(drafts.local(7, "reply")).toMatchObject({ attachments: [{ id: 5 }] });
});

test("what the customer said while the next answer is written is still told when the one before has gone", async () => {
  vi.useFakeTimers();
  const { page, messages } = opened();
  await vi.advanceTimersByTimeAsync(10);
  const press = () => page.find("textarea").trigger("keydown", { key: "Enter", ctrlKey: true });
  await page.find("textarea").setValue("第一句");
  await press();
  await vi.advanceTimersByTimeAsync(1_000);
  await page.find("textarea").setValue("明天派人上门");
  messages.value = [...messages.value, customer("不用了，已经好了")];
  await vi.advanceTimersByTimeAsync(11_000);
  expect(page.find(".arrived[role=alert]").exists()).toBe(true);
  await press();
  expect(sent.map(({ body }) => body)).toEqual(["第一句"]);
  await press();
  await vi.advanceTimersByTimeAsync(10);
  expect(sent.map(({ body }) => body)).toEqual(["第一句", "明天派人上门"]);
  page.unmount();
});

test("what came before the first letter was seen", async () => {
  const { page, messages } = opened();
  await flushPromises();
  messages.value = [...messages.value, customer("在吗")];
  await flushPromises();
  await page.find("textarea").setValue("在的");
  expect(page.find(".arrived[role=alert]").exists()).toBe(false);
  page.unmount();
});

test("a file that did not get there stops the answer, until somebody says that it goes without", async () => {
  const { page } = opened();
  await flushPromises();
  await page.find("textarea").setValue("见附件");
  await add(page);
  uploaded(new Response('{"code":"too_large"}', { status: 413 }));
  await flushPromises();
  const press = async () => {
    await page.find("textarea").trigger("keydown", { key: "Enter", ctrlKey: true });
    await flushPromises();
  };
  await press();
  expect(question.value?.title).toBe("composer.failed_files");
  expect(sent).toEqual([]);
  question.value?.answer(false);
  await flushPromises();
  expect(sent).toEqual([]);
  expect(page.findAll(".file")).toHaveLength(1);
  await press();
  question.value?.answer(true);
  await flushPromises();
  expect(sent.map(({ body }) => body)).toEqual(["见附件"]);
  expect(page.findAll(".file")).toHaveLength(0);
  page.unmount();
});

test("without a customer it is said that nobody will get the answer", async () => {
  const { page, state } = opened();
  await flushPromises();
  expect(page.find(".told").text()).toBe("composer.seen_by_nobody");
  state.ticket.value = { number: "T-7", customer: { id: 5, name: "" } };
  await flushPromises();
  expect(page.find(".told").text()).toBe("composer.seen_by_customer");
  page.unmount();
});

test("what was sent is not called unsent because it could not be seen at once", async () => {
  const { page, state, pinia } = opened();
  state.renew = () => Promise.reject(new TypeError("away"));
  vi.stubGlobal("fetch", () => Promise.resolve(json({ items: [] })));
  await flushPromises();
  await page.find("textarea").setValue("明天上门");
  await page.find("textarea").trigger("keydown", { key: "Enter", ctrlKey: true });
  await flushPromises();
  expect(useToasts(pinia).all).toEqual([]);
  page.unmount();
});

test("of the files of an answer that was refused, the one that the server no longer has is marked", async () => {
  const { page, pinia, drafts } = opened();
  useOutbox(pinia).begin(1, ({ typed }, failure) => drafts.settled(typed as Outgoing, failure));
  await flushPromises();
  drafts.giveBack(7, "reply", { body: "见附件", attachments: [{ id: 4, name: "a.txt", size: 1 }, { id: 5, name: "b.txt", size: 1 }], mentions: { users: [], teams: [] }, at: 1 });
  await flushPromises();
  refused = { code: "invalid_field", fields: [{ pointer: "/attachments/1", message: "gone" }] };
  await page.find("textarea").trigger("keydown", { key: "Enter", ctrlKey: true });
  await flushPromises();
  expect(attached(page)).toEqual(["a.txt", "b.txt"]);
  expect(page.findAll(".file.is-failed .wrap").map((one) => one.text())).toEqual(["b.txt", "files.lost"]);
  page.unmount();
});

test("an undo that does not get there is not told as a message that was sent", async () => {
  vi.useFakeTimers();
  const { page, pinia } = opened();
  await vi.advanceTimersByTimeAsync(10);
  for (const [status, told] of [[404, "composer.too_late"], [500, "error.internal"]] as const) {
    await page.find("textarea").setValue("明天上门");
    await page.find("textarea").trigger("keydown", { key: "Enter", ctrlKey: true });
    await vi.advanceTimersByTimeAsync(10);
    undone = () => json({ code: status === 404 ? "not_found" : "internal" }, status);
    useToasts(pinia).all.at(-1)?.action?.run();
    await vi.advanceTimersByTimeAsync(10);
    expect(useToasts(pinia).all.at(-1)?.text).toBe(told);
  }
  page.unmount();
});

const press = async (page: ReturnType<typeof opened>["page"]) => {
  await page.find("textarea").trigger("keydown", { key: "Enter", ctrlKey: true });
  await flushPromises();
};
const written = (page: ReturnType<typeof opened>["page"]) => page.find("textarea").element.value;

test("an answer on a ticket that went to a team where one may not answer stays one, is not sent, and is a note only when one moves it", async () => {
  const { page, rights, drafts } = opened();
  await flushPromises();
  drafts.keep(7, "note", { body: "内部的话", attachments: [], mentions: { users: [], teams: [] }, at: 1 });
  await page.find("textarea").setValue("明天上门 ");
  rights.value = ["ticket_note"];
  await flushPromises();
  expect(page.classes()).toContain("is-reply");
  expect(written(page)).toBe("明天上门 ");
  expect(page.find("[role=alert]").text()).toContain("composer.may_not_reply");
  await press(page);
  expect(sent).toEqual([]);
  await page.find("[role=alert] button").trigger("click");
  await flushPromises();
  expect(page.classes()).toContain("is-note");
  expect(written(page)).toBe("明天上门 \n\n内部的话");
  expect(page.find("[role=alert]").exists()).toBe(false);
  expect(drafts.local(7, "reply")).toBeUndefined();
  expect(drafts.local(7, "note")?.body).toBe("明天上门 \n\n内部的话");
  await press(page);
  expect(sent).toMatchObject([{ kind: "note", body: "明天上门 \n\n内部的话" }]);
  page.unmount();
});

test("an empty box becomes what one may write, but not under one's hands", async () => {
  const { page, rights } = opened();
  await flushPromises();
  page.find("textarea").element.focus();
  rights.value = ["ticket_note"];
  await flushPromises();
  expect(page.classes()).toContain("is-reply");
  page.find("textarea").element.blur();
  rights.value = ["ticket_reply", "ticket_note"];
  await flushPromises();
  rights.value = ["ticket_note"];
  await flushPromises();
  expect(page.classes()).toContain("is-note");
  page.unmount();
});

test("whoever may only write notes has their draft again, and what they wrote to the customer before", async () => {
  const blank = { attachments: [], mentions: { users: [], teams: [] }, at: 1 };
  const { page: first, drafts } = opened();
  await flushPromises();
  first.unmount();
  drafts.keep(7, "note", { body: "内部的话", ...blank });
  const note = opened(["ticket_note"]);
  await flushPromises();
  expect(written(note.page)).toBe("内部的话");
  note.page.unmount();
  note.drafts.drop(7, "note");
  note.drafts.keep(7, "reply", { body: "明天上门", ...blank });
  const { page } = opened(["ticket_note"]);
  await flushPromises();
  expect(page.classes()).toContain("is-reply");
  expect(written(page)).toBe("明天上门");
  expect(page.find("[role=alert]").text()).toContain("composer.may_not_reply");
  page.unmount();
});

test("a key that is held down does not answer the question that it brought", async () => {
  const { page, rights } = opened();
  await flushPromises();
  await page.find("textarea").setValue("明天上门");
  await page.find("textarea").trigger("keydown", { key: "Enter", ctrlKey: true, repeat: true });
  await flushPromises();
  expect(sent).toEqual([]);
  expect(rights.value).toContain("ticket_reply");
  page.unmount();
});

test("while a ticket is given away, what is written waits for the server's word", async () => {
  const { page, state, rights } = opened();
  await flushPromises();
  await page.find("textarea").setValue("明天上门");
  state.busy.value = "转派";
  rights.value = ["ticket_note"];
  await flushPromises();
  await press(page);
  expect(sent).toEqual([]);
  // It was refused.
  rights.value = ["ticket_reply", "ticket_note"];
  state.busy.value = "";
  await flushPromises();
  expect(page.classes()).toContain("is-reply");
  expect(written(page)).toBe("明天上门");
  expect(page.find("[role=alert]").exists()).toBe(false);
  page.unmount();
});

test("an answer that comes back where one may no longer answer waits in its own box", async () => {
  const { page, rights, drafts } = opened();
  rights.value = ["ticket_note"];
  await flushPromises();
  drafts.giveBack(7, "reply", { body: "明天上门", attachments: [], mentions: { users: [], teams: [] }, at: 1 });
  await flushPromises();
  expect(page.classes()).toContain("is-note");
  expect(written(page)).toBe("");
  await page.findAll("[role=radio]")[0]?.trigger("click");
  await flushPromises();
  expect(written(page)).toBe("明天上门");
  expect(page.find("[role=alert]").text()).toContain("composer.may_not_reply");
  page.unmount();
});

test("what is for colleagues becomes no answer where one may no longer write notes; it stays to be copied", async () => {
  const { page, kind, rights } = opened();
  kind("note");
  await flushPromises();
  await page.find("textarea").setValue("这位客户很难缠");
  for (const left of [["ticket_reply"], []]) {
    rights.value = left;
    await flushPromises();
    expect(page.classes()).toContain("is-note");
    expect(written(page)).toBe("这位客户很难缠");
    expect(page.find("[role=alert]").text()).toContain("composer.may_not_note");
    await press(page);
    await press(page);
    expect(sent).toEqual([]);
  }
  page.unmount();
});
