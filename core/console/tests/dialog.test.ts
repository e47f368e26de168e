// SPDX-License-Identifier: Apache-2.0
// What was typed into a dialog is dropped by no accident, and what was handed over is not called off by closing it.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Component, h, ref } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { useDrafts } from "@/console/stores/drafts";
import { useDesk } from "@/console/stores/desk";
import OfflineBanner from "@/console/shell/OfflineBanner.vue";
import AssignDialog from "@/console/ticket/AssignDialog.vue";
import HoldDialog from "@/console/ticket/HoldDialog.vue";
import MacroDialog from "@/console/ticket/MacroDialog.vue";
import RelateDialog from "@/console/ticket/RelateDialog.vue";
import StepDialog from "@/console/ticket/StepDialog.vue";
import { ApiError } from "@/shared/api/client";
import { useOutbox } from "@/shared/api/outbox";
import { i18n } from "@/shared/i18n";
import DCombobox from "@/shared/ui/DCombobox.vue";
import DDialog from "@/shared/ui/DDialog.vue";
import { question } from "@/shared/ui/confirm";

let page: ReturnType<typeof mount> | undefined;
beforeEach(() => {
  question.value = undefined;
  localStorage.clear();
});
afterEach(() => {
  page?.unmount();
  vi.unstubAllGlobals();
});
const dialog = () => document.querySelector("[role=dialog]");
const button = (text: string) => [...document.querySelectorAll<HTMLButtonElement>("[role=dialog] button")].find((one) => one.textContent === text);
async function escape(more: KeyboardEventInit = {}): Promise<void> {
  (document.querySelector("[role=dialog] textarea, [role=dialog] input") ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", code: "Escape", bubbles: true, cancelable: true, ...more }));
  await flushPromises();
}
async function shown(props: Record<string, unknown>) {
  page = mount(DDialog, { props: { open: true, title: "x", ...props }, slots: { default: () => h("textarea"), footer: ({ close }: { close: () => void }) => h("button", { onClick: close }, "取消") }, global: { plugins: [i18n] }, attachTo: document.body });
  await flushPromises();
  expect(dialog()).not.toBeNull();
  return page;
}
const closed = () => page?.emitted("update:open")?.length ?? 0;

test("Esc and the cross ask first while something is unsaved; its own button does not", async () => {
  await shown({ unsaved: true });
  for (const answer of [false, true]) {
    if (answer) document.querySelector<HTMLElement>("[role=dialog] .head button")?.click();
    else await escape();
    await flushPromises();
    expect(closed()).toBe(0);
    expect(question.value?.title).toBe(i18n.global.t("leave.title"));
    question.value?.answer(answer);
    await flushPromises();
  }
  expect(closed()).toBe(1);
  page?.unmount();
  await shown({ unsaved: true });
  button("取消")?.click();
  await flushPromises();
  expect(closed()).toBe(1);
  expect(question.value).toBeUndefined();
});

test("Esc closes where nothing was typed, not while something is on its way, and not an input method's choice", async () => {
  await shown({});
  await escape({ isComposing: true });
  expect(closed()).toBe(0);
  await escape();
  expect(closed()).toBe(1);
  page?.unmount();
  await shown({ busy: true, unsaved: true });
  await escape();
  expect(closed()).toBe(0);
  expect(question.value).toBeUndefined();
});

test("a dialog that opens with something wrong in it begins there", async () => {
  page = mount(DDialog, { props: { open: true, title: "x" }, slots: { default: () => [h("input"), h("input", { "aria-invalid": "true" })] }, global: { plugins: [i18n] }, attachTo: document.body });
  await flushPromises();
  await vi.waitFor(() => expect(document.activeElement?.tagName).toBe("INPUT"));
  expect(document.activeElement?.getAttribute("aria-invalid")).toBe("true");
});

/** A step's dialog with a message in it, sent; `answer` is the server's. */
async function stepSent() {
  let answer: (done: boolean) => void = () => undefined;
  const state = { id: 7, ticket: ref({ type: "x", workflow: "w", fields: {} }), may: () => true, act: vi.fn(() => new Promise<boolean>((go) => (answer = go))) };
  const pinia = createPinia();
  const sent = mount(StepDialog, { props: { state: state as never, step: { name: "ask", title: {}, to: "pending", require: ["message"] } as never }, global: { plugins: [i18n, pinia] }, attachTo: document.body });
  page = sent as never;
  await flushPromises();
  const text = document.querySelector("[role=dialog] textarea") as HTMLTextAreaElement;
  text.value = "请补充订单号";
  text.dispatchEvent(new Event("input"));
  document.querySelector("[role=dialog] form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  expect(state.act).toHaveBeenCalledOnce();
  return { sent, pinia, answer: async (done: boolean) => (answer(done), await flushPromises()) };
}

test("a step that waits for the server is not called off, but may wait out of sight, and comes back when it is refused", async () => {
  for (const taken of [true, false]) {
    const { sent, pinia, answer } = await stepSent();
    expect(button(i18n.global.t("common.cancel"))?.disabled).toBe(true);
    await escape();
    expect(sent.emitted("done")).toBeUndefined();
    useOutbox(pinia).reached = false;
    await flushPromises();
    button(i18n.global.t("offline.meanwhile"))?.click();
    await flushPromises();
    expect(dialog()).toBeNull();
    expect(sent.emitted("done")).toBeUndefined();
    await answer(taken);
    expect(sent.emitted("done")).toEqual(taken ? [[false]] : undefined);
    if (!taken) expect((document.querySelector("[role=dialog] textarea") as HTMLTextAreaElement).value).toBe("请补充订单号");
    sent.unmount();
  }
});

test("what is refused after one has gone on is in the draft", async () => {
  const { sent, pinia, answer } = await stepSent();
  sent.unmount();
  await answer(false);
  expect(useDrafts(pinia).local(7, "note")?.body).toBe("请补充订单号");
});

/** A dialog whose command waits; `answer` is the server's, a refusal or that it is done. */
async function handedOver(of: Component, fill: () => void | Promise<void>, more: object = {}, pinia = createPinia()) {
  vi.stubGlobal("fetch", async () => new Response('{"items":[]}', { headers: { "Content-Type": "application/json" } }));
  let answer: (refusal?: ApiError) => void = () => undefined;
  const act = vi.fn((...[, , , , , shown]: unknown[]) => new Promise<boolean>((go) => (answer = (refusal) => (refusal && (shown as (failure: unknown) => boolean)(refusal), go(!refusal)))));
  const state = { id: 7, ticket: ref({ type: "x", workflow: "w", team: "t", fields: {}, links: [] }), may: () => true, act };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets/:id", name: "ticket", component: { template: "<p />" } }] });
  await router.push("/tickets/7");
  const sent = mount(of, { props: { state: state as never, ...more }, global: { plugins: [i18n, pinia, router] }, attachTo: document.body });
  page = sent as never;
  await flushPromises();
  await fill();
  await flushPromises();
  document.querySelector("[role=dialog] form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  question.value?.answer(true); // where it asks first
  await flushPromises();
  expect(act).toHaveBeenCalledOnce();
  return { sent, act, pinia, router, answer: async (refusal?: ApiError) => (answer(refusal), await flushPromises()) };
}
const refusal = new ApiError(422, { code: "invalid_field", detail: "请填写转派理由" });
function into(at: number, text: string): void {
  const input = document.querySelectorAll<HTMLInputElement>("[role=dialog] input")[at] as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new Event("input"));
}
function other(): void {
  const combobox = page?.findComponent(DCombobox);
  combobox?.vm.$emit("update:modelValue", "9");
}
const held = () => (into(0, "等配件"), into(1, "周五到货"));
const kinds: [string, Component, () => void, object][] = [
  ["hold", HoldDialog, held, {}],
  ["assign", AssignDialog, () => undefined, {}],
  ["link", RelateDialog, other, {}],
  ["merge", RelateDialog, other, { merge: true }],
];

test.each(kinds)("%s stays until the server has answered, and says in it why it was refused", async (_, of, fill, more) => {
  const { sent, act, answer, pinia } = await handedOver(of, fill, more);
  const typed = () => [...document.querySelectorAll<HTMLInputElement>("[role=dialog] input")].map(({ value }) => value);
  const before = typed();
  expect(button(i18n.global.t("common.cancel"))?.disabled).toBe(true);
  await escape();
  document.querySelector("[role=dialog] form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  expect(sent.emitted("done")).toBeUndefined();
  expect(act).toHaveBeenCalledOnce();
  // Without a line it may wait out of sight; what is refused later is shown as it was left.
  useOutbox(pinia).reached = false;
  await flushPromises();
  button(i18n.global.t("offline.meanwhile"))?.click();
  await flushPromises();
  expect(dialog()).toBeNull();
  await answer(refusal);
  expect(sent.emitted("done")).toBeUndefined();
  expect(dialog()?.querySelector("[role=alert]")?.textContent).toContain("请填写转派理由");
  expect(typed()).toEqual(before);
  expect(button(i18n.global.t("common.cancel"))?.disabled).toBe(false);
});

test.each([[false, "/tickets/9"], [true, "/tickets/7"]])("a merge leads to the other ticket, but nobody who went on meanwhile (%s)", async (away, to) => {
  const { sent, answer, pinia, router } = await handedOver(RelateDialog, other, { merge: true });
  if (away) {
    useOutbox(pinia).reached = false;
    await flushPromises();
    button(i18n.global.t("offline.meanwhile"))?.click();
    await flushPromises();
  }
  await answer();
  expect(sent.emitted("done")).toHaveLength(1);
  expect(router.currentRoute.value.path).toBe(to);
});

test("the note of a hold that was refused after one has gone on is in the draft", async () => {
  const { sent, pinia, answer } = await handedOver(HoldDialog, held);
  sent.unmount();
  await answer(refusal);
  expect(useDrafts(pinia).local(7, "note")?.body).toBe("周五到货");
});

test("the note of a hold that was refused after the page was left stands among the refused changes", async () => {
  const pinia = createPinia();
  useOutbox(pinia).all = [{ id: "a", label: "T-7 挂起", verb: "post", path: "/tickets/{ticket_id}/hold", asked: { body: { reason: "等配件", note: "周五到货" } }, owner: 0, at: 1, refused: { code: "conflict", detail: "" } }];
  const banner = mount(OfflineBanner, { global: { plugins: [i18n, pinia] }, attachTo: document.body });
  page = banner as never;
  await banner.find("button").trigger("click");
  await vi.waitFor(() => expect(dialog()?.textContent).toContain("周五到货"));
});

/** What inputs that are marked as wrong are described by. */
const wrong = () => [...document.querySelectorAll<HTMLElement>('[role=dialog] [aria-invalid="true"]')].map((input) => document.getElementById(input.getAttribute("aria-describedby")?.split(" ")[0] ?? "")?.textContent);
const refusedFor = (...pointers: string[]) => new ApiError(422, { code: "invalid_field", fields: pointers.map((pointer) => ({ pointer, message: `不行：${pointer}` })) } as never);

test("what a step, a hold, an assignment, a merge, a link or a macro was refused for is marked at its input, which has the focus", async () => {
  const fields = [{ name: "order", kind: "text", title: {}, access: "write", required: false, initial: "X1", choices: [] }, { name: "parts", kind: "choices", title: {}, access: "write", required: false, initial: ["a"], choices: [{ name: "a", title: {} }] }];
  const cases: [Component, () => void, object, string[]][] = [
    [StepDialog, () => undefined, { step: { name: "ask", title: {}, to: "pending", require: ["field.order", "field.parts"] } }, ["/fields/order", "/fields/parts", "/message"]],
    [HoldDialog, held, {}, ["/reason", "/note", "/until"]],
    [AssignDialog, () => undefined, {}, ["/team", "/assignee"]],
    [RelateDialog, other, { merge: true }, ["/into"]],
    [RelateDialog, other, {}, ["/ticket"]],
  ];
  const pinia = createPinia();
  mount({ setup: () => ((useDesk().types = [{ name: "x", title: {}, fields }] as never), () => null) }, { global: { plugins: [i18n, pinia] } }).unmount();
  for (const [of, fill, more, pointers] of cases) {
    const { sent, answer } = await handedOver(of, fill, more, pinia);
    expect(wrong()).toEqual([]);
    await answer(refusedFor(...pointers));
    expect(wrong()).toEqual(pointers.map((pointer) => `不行：${pointer}`));
    expect(document.activeElement?.getAttribute("aria-invalid")).toBe("true");
    sent.unmount();
  }
  const run = async (_: unknown, __: unknown, shown: (failure: unknown) => boolean) => !shown(refusedFor("/message"));
  page = mount(MacroDialog, { props: { state: { id: 7, ticket: ref({}) } as never, tools: { run } as never, macro: { name: "m", title: {}, message: "您好", reply: true, actions: [] } as never }, global: { plugins: [i18n, pinia] }, attachTo: document.body }) as never;
  await flushPromises();
  document.querySelector("[role=dialog] form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  expect(wrong()).toEqual(["不行：/message"]);
});

test("a server that answers and takes nothing is called busy, and not away", async () => {
  const { pinia } = await stepSent();
  vi.stubGlobal("fetch", async () => new Response('{"code":"overloaded"}', { status: 503, headers: { "Content-Type": "application/json", "Retry-After": "600" } }));
  void useOutbox(pinia).put("x", "post", "/tickets/{ticket_id}/take", { path: { ticket_id: 7 } });
  await vi.waitFor(() => expect(dialog()?.textContent).toContain("offline.kept_busy"));
});
