// SPDX-License-Identifier: Apache-2.0
// A ticket's data by keyboard: what is on its way is not sent, what is called off neither, and the focus stays where it was.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { ref } from "vue";
import { useDesk } from "@/console/stores/desk";
import DataPane from "@/console/ticket/DataPane.vue";
import GuestSection from "@/console/ticket/GuestSection.vue";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { question } from "@/shared/ui/confirm";
import DCombobox from "@/shared/ui/DCombobox.vue";

let page: ReturnType<typeof mount> | undefined;
afterEach(() => page?.unmount());
async function shown(more: object = {}, rights = ["customer_read"], may = (_: string) => true) {
  const ticket = { type: "x", team: "t", priority: "normal", product_line: "", region: "", tags: ["a", "b"], fields: { order: "1" }, links: [], watchers: [], copied: [], channel: "api", created_at: "2026-03-02T01:30:00Z", customer: undefined as { id: number; name: string } | undefined, ...more };
  const state = { refusedDrafts: new Map<string, unknown>(), ticket: ref(ticket), may, over: ref(false), messages: ref([]), changes: ref(0), change: vi.fn(async (_: string, __: object, guess: object) => Boolean((state.ticket.value = { ...state.ticket.value, ...guess }))), act: vi.fn() };
  const pinia = createPinia();
  useSession(pinia).me = { user: { id: 1 }, rights } as never;
  page = mount(DataPane, { props: { state: state as never }, shallow: true, global: { plugins: [i18n, pinia], stubs: { RouterLink: true, ChoiceInput: false, DSelect: false, DField: false, DInput: false, DBadge: false, FieldInput: false } }, attachTo: document.body });
  useDesk(pinia).types = [{ name: "x", fields: [{ name: "order", kind: "text", title: { zh: "订单号" }, help: "", access: "write", choices: [] }, { name: "why", kind: "choice", title: { zh: "原因" }, help: "", access: "write", choices: [{ name: "late", title: { zh: "迟到" } }, { name: "broken", title: { zh: "破损" } }] }] }] as never;
  await flushPromises();
  return state;
}
const at = (name: string) => page?.find(`[data-edit="${name}"]`);
async function edit(name: string) {
  await at(name)?.trigger("click");
  await flushPromises();
  return document.activeElement as HTMLSelectElement & HTMLInputElement;
}
async function keyed(target: Element, key: string): Promise<void> {
  for (const kind of ["keydown", "keyup"]) target.dispatchEvent(new KeyboardEvent(kind, { key, bubbles: true, cancelable: true }));
  await flushPromises();
}
async function arrow(select: HTMLSelectElement, value: string): Promise<void> {
  await keyed(select, "ArrowDown");
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await flushPromises();
}

test("arrows lead through the choices and nothing is sent before Enter", async () => {
  const state = await shown();
  const select = await edit("priority");
  expect(select.tagName).toBe("SELECT");
  // The key that came for it is still held here.
  select.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", repeat: true, bubbles: true, cancelable: true }));
  await arrow(select, "high");
  await arrow(select, "urgent");
  expect(state.change).not.toHaveBeenCalled();
  await keyed(select, "Enter");
  expect(state.change.mock.calls.map(([, body]) => body)).toEqual([{ priority: "urgent" }]);
  expect(document.activeElement).toBe(at("priority")?.element);
});

test("a pointer's choice is taken at once, what is left is taken, what is called off is not", async () => {
  const state = await shown();
  let select = await edit("priority");
  select.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  select.value = "low";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await flushPromises();
  expect(state.change).toHaveBeenCalledOnce();
  select = await edit("priority");
  await arrow(select, "high");
  select.blur();
  await flushPromises();
  expect(state.change.mock.calls.map(([, body]) => body)).toEqual([{ priority: "low" }, { priority: "high" }]);
  select = await edit("priority");
  await arrow(select, "low");
  await keyed(select, "Escape");
  expect(state.change).toHaveBeenCalledTimes(2);
  expect(document.activeElement).toBe(at("priority")?.element);
});

test("a choice of the form is saved on Enter, and nothing is on the way there", async () => {
  const state = await shown();
  const select = await edit("f.why");
  expect(select.tagName).toBe("SELECT");
  await arrow(select, "late");
  await arrow(select, "broken");
  // The key that came for it is still held here.
  select.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", repeat: true, bubbles: true, cancelable: true }));
  await flushPromises();
  expect(state.change).not.toHaveBeenCalled();
  await keyed(select, "Enter");
  expect(state.change.mock.calls.map(([, body]) => body)).toEqual([{ fields: { why: "broken" } }]);
  expect(document.activeElement).toBe(at("f.why")?.element);
});

test("Esc in a field of the form saves nothing, though the browser tells that it was left", async () => {
  const state = await shown();
  const input = await edit("f.order");
  input.value = "2";
  input.dispatchEvent(new Event("input"));
  const form = input.closest("form") as HTMLFormElement;
  const told = () => form.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  told();
  await flushPromises();
  expect(state.change).not.toHaveBeenCalled();
  expect(document.activeElement).toBe(at("f.order")?.element);
});

test("what was not touched is not sent over what somebody else wrote meanwhile", async () => {
  const state = await shown();
  const input = await edit("f.order");
  state.ticket.value = { ...state.ticket.value, fields: { order: "3" } };
  await flushPromises();
  input.blur();
  await flushPromises();
  expect(state.change).not.toHaveBeenCalled();
});

test("after a tag was added or removed the focus is on what adds one", async () => {
  const state = await shown();
  const input = await edit("tags");
  input.value = "c";
  input.dispatchEvent(new Event("input"));
  input.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  expect(state.change).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(at("tags")?.element);
  const off = page?.find(".off").element as HTMLElement;
  off.focus();
  off.click();
  await flushPromises();
  expect(state.ticket.value.tags).toEqual(["b", "c"]);
  expect(document.activeElement).toBe(at("tags")?.element);
});

test("a date half filled in does not empty its field on going on; it waits to be finished", async () => {
  const state = await shown();
  const input = await edit("f.order");
  input.value = "";
  input.dispatchEvent(new Event("input"));
  const half = vi.spyOn(input, "validity", "get").mockReturnValue({ badInput: true } as ValidityState);
  const leave = async () => {
    input.closest("form")?.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    await flushPromises();
  };
  await leave();
  expect(state.change).not.toHaveBeenCalled();
  expect(inputIn("dd.is-editing")).toBe(input);
  half.mockRestore();
  await leave();
  expect(state.change.mock.calls.map(([, body]) => body)).toEqual([{ fields: { order: null } }]);
});

test("whoever was about to copy somebody in can leave it", async () => {
  await shown();
  useDesk().people = [{ id: 2, name: "李", login: "li", active: true }] as never;
  await flushPromises();
  await edit("copied");
  const chooser = () => page?.findAllComponents(DCombobox)[0];
  expect(chooser()).toBeDefined();
  await chooser()?.trigger("keydown", { key: "Escape" });
  await flushPromises();
  expect(chooser()).toBeUndefined();
  expect(document.activeElement).toBe(at("copied")?.element);
});

// ---- what the server does not take ----
async function typed(input: Element, text: string): Promise<void> {
  (input as HTMLInputElement).value = text;
  input.dispatchEvent(new Event("input"));
  await flushPromises();
}
const submit = async (input: Element) => {
  input.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
};
const inputIn = (form: string) => (page?.element as Element).querySelector<HTMLInputElement>(`${form} input`) ?? undefined;

test.each([["f.order", "dd.is-editing"], ["tags", ".tags"]])("what was typed into %s and refused stands there again, and is not sent again by going on", async (name, where) => {
  const state = await shown();
  state.change.mockResolvedValueOnce(false);
  const input = await edit(name);
  await typed(input, "写了很久");
  await submit(input);
  const back = inputIn(where) as HTMLInputElement;
  expect(back.value).toBe("写了很久");
  expect(document.activeElement).toBe(back);
  back.blur();
  await flushPromises();
  expect(state.change).toHaveBeenCalledTimes(1);
  expect(inputIn(where)?.value).toBe("写了很久");
  await submit(inputIn(where) as HTMLInputElement);
  expect(state.change).toHaveBeenCalledTimes(2);
  expect(inputIn(where)).toBeUndefined();
});

test("who edits something else by then finds what was refused on coming back; called off, it is gone", async () => {
  const state = await shown();
  let refuse: (no: false) => void = () => undefined;
  state.change.mockImplementationOnce(() => new Promise((go) => (refuse = go)));
  const input = await edit("f.order");
  await typed(input, "写了很久");
  input.blur();
  await flushPromises();
  const select = await edit("priority");
  refuse(false);
  await flushPromises();
  expect(document.activeElement).toBe(select);
  await keyed(select, "Escape");
  const back = await edit("f.order");
  expect(back.value).toBe("写了很久");
  back.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  await flushPromises();
  expect((await edit("f.order")).value).toBe("1");
});

// ---- whose it is ----
async function chooseCustomer(id: string, name: string): Promise<void> {
  await at("customer")?.trigger("click");
  await flushPromises();
  page?.findAllComponents(DCombobox)[0]?.vm.$emit("chosen", { value: id, label: name });
  await flushPromises();
}

test("a ticket's customer is named at once, and changed by whoever says yes to what the next one then reads", async () => {
  const state = await shown();
  await chooseCustomer("5", "王女士");
  expect(state.change.mock.calls.map(([, body, guess]) => [body, guess])).toEqual([[{ customer: 5 }, { customer: { id: 5, name: "王女士" } }]]);
  expect(at("customer")?.text()).toBe("王女士");
  await chooseCustomer("6", "李先生");
  expect(state.change).toHaveBeenCalledTimes(1);
  question.value?.answer(false);
  await flushPromises();
  expect(state.change).toHaveBeenCalledTimes(1);
  await chooseCustomer("6", "李先生");
  question.value?.answer(true);
  await flushPromises();
  expect(state.change).toHaveBeenLastCalledWith(expect.anything(), { customer: 6 }, expect.anything());
});

test("who may not see customers sees the name and can not change it", async () => {
  await shown({ customer: { id: 5, name: "王女士" } }, []);
  expect(at("customer")?.element.tagName).toBe("DIV");
  await at("customer")?.trigger("click");
  await flushPromises();
  expect(at("customer")?.text()).toBe("王女士");
});

test("guests are asked for only where one may write notes; they are for nobody else", async () => {
  for (const yes of [true, false]) {
    await shown({}, [], (right) => yes || right !== "ticket_note");
    expect(page?.findComponent(GuestSection).exists()).toBe(yes);
    page?.unmount();
  }
});

test("a value that is refused after one went on comes back without the focus", async () => {
  const state = await shown();
  let refuse: (taken: boolean) => void = () => undefined;
  state.change.mockImplementation(() => new Promise<boolean>((go) => (refuse = go)));
  const elsewhere = document.body.appendChild(document.createElement("textarea"));
  for (const on of [true, false]) {
    const input = await edit("f.order");
    input.value = on ? "2" : "3";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await page?.find(".is-editing form").trigger("submit");
    await flushPromises();
    if (on) elsewhere.focus();
    refuse(false);
    await flushPromises();
    expect(page?.find(".is-editing input").exists()).toBe(true);
    expect(document.activeElement === elsewhere).toBe(on);
    await keyed(page?.find(".is-editing input").element as Element, "Escape");
  }
  elsewhere.remove();
});
