// SPDX-License-Identifier: Apache-2.0
// What was typed into a dialog is dropped by no accident, and what was handed over is not called off by closing it.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { h, ref } from "vue";
import { useDrafts } from "@/console/stores/drafts";
import StepDialog from "@/console/ticket/StepDialog.vue";
import { useOutbox } from "@/shared/api/outbox";
import { i18n } from "@/shared/i18n";
import DDialog from "@/shared/ui/DDialog.vue";
import { question } from "@/shared/ui/confirm";

let page: ReturnType<typeof mount> | undefined;
beforeEach(() => void (question.value = undefined));
afterEach(() => page?.unmount());
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
