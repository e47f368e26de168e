// SPDX-License-Identifier: Apache-2.0
// A half-written ticket survives the next call, with its files; clearing can be taken back.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, type Pinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import NewTicketScreen from "@/console/new/NewTicketScreen.vue";
import { useDesk } from "@/console/stores/desk";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { question } from "@/shared/ui/confirm";
import DFileDrop from "@/shared/ui/DFileDrop.vue";

let pinia: Pinia;
beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ items: [] }), { status: 200, headers: { "Content-Type": "application/json" } })));
  setActivePinia((pinia = createPinia()));
  useSession().me = { user: { id: 1 }, rights: ["customer_read", "ticket_create"] } as never;
  mount({ setup: () => (useDesk(), () => null) }, { global: { plugins: [i18n, pinia] } }).unmount();
  useDesk().types = [{ name: "consult", title: {}, fields: [] }] as never;
});
afterEach(() => vi.unstubAllGlobals());

async function opened(at: string) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/tickets/new", component: NewTicketScreen }] });
  await router.push(at);
  const page = mount(NewTicketScreen, { global: { plugins: [router, i18n, pinia], stubs: { DCombobox: true, DDialog: true } } });
  const text = page.find<HTMLTextAreaElement>("textarea");
  const drop = page.findComponent(DFileDrop);
  const attached = () => (drop.props("modelValue") as { name: string }[]).map(({ name }) => name);
  return { page, text, drop, attached };
}

function choose(picker: Element, name: string): void {
  Object.defineProperty(picker, "files", { value: [new File(["x"], name)], configurable: true });
  Object.defineProperty(picker, "value", { set: () => undefined, configurable: true });
}

test("what was begun for one customer stays while a ticket for another is written", async () => {
  const first = await opened("/tickets/new");
  await first.text.setValue("客户甲：洗衣机漏水");
  first.drop.vm.$emit("update:modelValue", [{ id: 5, name: "漏水.jpg", size: 1 }]);
  await flushPromises();
  first.page.unmount();

  const second = await opened("/tickets/new?customer=3&name=客户乙");
  expect(second.text.element.value).toBe("");
  await second.text.setValue("客户乙：不制冷");
  second.page.unmount();

  const again = await opened("/tickets/new");
  expect(again.text.element.value).toBe("客户甲：洗衣机漏水");
  expect(again.attached()).toEqual(["漏水.jpg"]);
  again.page.unmount();
  const other = await opened("/tickets/new?customer=3&name=客户乙");
  expect(other.text.element.value).toBe("客户乙：不制冷");
  expect(other.attached()).toEqual([]);
  other.page.unmount();
});

test("what was cleared comes back, also after the page was left", async () => {
  for (const left of [false, true]) {
    const { page, text, drop, attached } = await opened("/tickets/new");
    await text.setValue("写了十行");
    drop.vm.$emit("update:modelValue", [{ id: 5, name: "漏水.jpg", size: 1 }]);
    await flushPromises();
    await page.findAll("button").filter((one) => one.text() === "new.clear")[0]?.trigger("click");
    expect(text.element.value).toBe("");
    expect(attached()).toEqual([]);
    if (left) page.unmount();
    useToasts().all.at(-1)?.action?.run();
    await flushPromises();
    const now = left ? await opened("/tickets/new") : { page, text, attached };
    expect(now.text.element.value).toBe("写了十行");
    expect(now.attached()).toEqual(["漏水.jpg"]);
    now.page.unmount();
    localStorage.clear();
  }
});

test("a file that is still on its way when the page is left comes to the draft, also where it is open again", async () => {
  let there: (response: Response) => void = () => undefined;
  vi.stubGlobal("fetch", (address: string) => {
    if (new URL(address, "https://desk.test").pathname.endsWith("/attachments")) return new Promise<Response>((go) => (there = go));
    return Promise.resolve(new Response(JSON.stringify({ items: [] }), { status: 200, headers: { "Content-Type": "application/json" } }));
  });
  const begun = async () => {
    const one = await opened("/tickets/new");
    await one.text.setValue("洗衣机漏水");
    choose(one.page.find("input[type=file]").element, "漏水.jpg");
    await one.page.find("input[type=file]").trigger("change");
    await flushPromises();
    one.page.unmount();
  };
  const arrives = async (id: number) => {
    there(new Response(JSON.stringify({ id, name: "漏水.jpg", size: 1 }), { status: 201, headers: { "Content-Type": "application/json" } }));
    await flushPromises();
  };
  await begun();
  await arrives(5);
  const again = await opened("/tickets/new");
  expect(again.text.element.value).toBe("洗衣机漏水");
  expect(again.attached()).toEqual(["漏水.jpg"]);
  again.page.unmount();

  localStorage.clear();
  await begun();
  const open = await opened("/tickets/new");
  await arrives(6);
  await open.text.setValue("洗衣机漏水，第二天");
  expect(open.attached()).toEqual(["漏水.jpg"]);
  open.page.unmount();
  const last = await opened("/tickets/new");
  expect(last.attached()).toEqual(["漏水.jpg"]);
  last.page.unmount();

  // Made meanwhile: the next ticket is another customer's.
  localStorage.clear();
  await begun();
  localStorage.clear();
  await arrives(7);
  const next = await opened("/tickets/new");
  expect(next.attached()).toEqual([]);
  next.page.unmount();
});

test("a ticket is not sent while a file of it is on its way", async () => {
  const sent: string[] = [];
  let there: (response: Response) => void = () => undefined;
  vi.stubGlobal("fetch", (address: string, { method, body }: RequestInit) => {
    const { pathname } = new URL(address, "https://desk.test");
    if (pathname.endsWith("/attachments")) return new Promise<Response>((go) => (there = go));
    if (method === "POST") sent.push(body as string);
    return Promise.resolve(new Response(JSON.stringify({ id: 9, items: [] }), { status: 200, headers: { "Content-Type": "application/json" } }));
  });
  const { page, text } = await opened("/tickets/new");
  await page.find("input[maxlength]").setValue("漏水");
  await text.setValue("洗衣机漏水");
  choose(page.find("input[type=file]").element, "漏水.jpg");
  await page.find("input[type=file]").trigger("change");
  await page.find("form").trigger("submit");
  await flushPromises();
  expect(sent).toEqual([]);
  there(new Response(JSON.stringify({ id: 5, name: "漏水.jpg", size: 1 }), { status: 201, headers: { "Content-Type": "application/json" } }));
  await flushPromises();
  await page.find("form").trigger("submit");
  await flushPromises();
  expect(JSON.parse(sent[0] ?? "{}")).toMatchObject({ subject: "漏水", attachments: [5] });
  page.unmount();
});

/** Answers by path; what was posted there, with its key. */
function serve(answer: (path: string, method: string) => Response | Promise<Response>) {
  const posted: { path: string; key: string; body: Record<string, unknown> }[] = [];
  vi.stubGlobal("fetch", async (address: string, { method, body, headers }: RequestInit) => {
    const path = new URL(address, "https://desk.test").pathname.replace("/api/v1", "");
    if (method === "POST" && typeof body === "string") posted.push({ path, key: (headers as Record<string, string>)["Idempotency-Key"] ?? "", body: JSON.parse(body) as Record<string, unknown> });
    return answer(path, method ?? "GET");
  });
  return posted;
}
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
async function send(page: Awaited<ReturnType<typeof opened>>["page"]): Promise<void> {
  await page.find("form").trigger("submit");
  await flushPromises();
}

test("sent again after a reload it is the same ticket; changed, it is another", async () => {
  const posted = serve((path, method) => {
    if (method === "POST" && path === "/tickets") throw new TypeError("the answer was lost");
    return json({ items: [] });
  });
  const first = await opened("/tickets/new");
  await first.page.find("input[maxlength]").setValue("漏水");
  await first.text.setValue("洗衣机漏水");
  await send(first.page);
  await send(first.page);
  first.page.unmount();
  const again = await opened("/tickets/new");
  await send(again.page);
  expect(new Set(posted.map(({ key }) => key)).size).toBe(1);
  again.drop.vm.$emit("update:modelValue", [{ id: 5, name: "漏水.jpg", size: 1 }]);
  await flushPromises();
  await send(again.page);
  expect(posted).toHaveLength(4);
  expect(posted[3]?.key).not.toBe(posted[0]?.key);
  again.page.unmount();
});

test("a file that did not get there stops the ticket, until somebody says that it goes without", async () => {
  const posted = serve((path) => (path === "/attachments" ? json({ code: "too_large" }, 413) : json({ id: 9, items: [] })));
  const { page, text } = await opened("/tickets/new");
  await page.find("input[maxlength]").setValue("漏水");
  await text.setValue("洗衣机漏水");
  choose(page.find("input[type=file]").element, "漏水.jpg");
  await page.find("input[type=file]").trigger("change");
  await flushPromises();
  await send(page);
  expect(posted).toEqual([]);
  question.value?.answer(false);
  await flushPromises();
  expect(posted).toEqual([]);
  await send(page);
  question.value?.answer(true);
  await flushPromises();
  expect(posted.map(({ path }) => path)).toEqual(["/tickets"]);
  page.unmount();
});

test("a template fills in what is empty; what was typed stays, and another template takes back what the first gave", async () => {
  const one = { title: {}, type: "consult", priority: "", region: "", product_line: "", team: "", tags: [], fields: {} };
  const templates = [
    { ...one, name: "a", subject: "咨询", body: "型号：\n", tags: ["咨询"], priority: "high", fields: { order: "A" } },
    { ...one, name: "b", subject: "退货", body: "单号：\n", tags: ["退货"] },
  ];
  useDesk().types = [{ name: "consult", title: {}, fields: [{ name: "order", kind: "text", title: {}, access: "write", required: false, initial: null, choices: [] }] }] as never;
  const posted = serve((path) => json(path === "/templates" ? { items: templates } : { id: 9, items: [] }));
  const { page, text } = await opened("/tickets/new");
  await flushPromises();
  await text.setValue("客户说漏水，写了十行");
  const use = async (name: string) => {
    await page.findAll("select")[0]?.setValue(name);
    await flushPromises();
  };
  await use("a");
  expect(text.element.value).toBe("客户说漏水，写了十行\n\n型号：");
  const subject = page.find<HTMLInputElement>("input[maxlength]");
  expect(subject.element.value).toBe("咨询");
  await use("b");
  expect(text.element.value).toBe("客户说漏水，写了十行\n\n单号：");
  expect(subject.element.value).toBe("退货");
  await subject.setValue("王女士要退货");
  await use("a");
  expect(subject.element.value).toBe("王女士要退货");
  await use("b");
  await send(page);
  expect(posted[0]?.body).toEqual({ type: "consult", subject: "王女士要退货", body: "客户说漏水，写了十行\n\n单号：", channel: "agent", tags: ["退货"] });
  page.unmount();
});

const field = (name: string, kind: string) => ({ name, kind, title: {}, access: "write", required: false, initial: null, choices: [] });
const marked = (page: Awaited<ReturnType<typeof opened>>["page"]) => page.findAll('[aria-invalid="true"]').map((one) => page.find(`#${one.attributes("aria-describedby")?.split(" ")[0]}`).text());

test("a date half filled in is marked and not dropped, also where it is folded away", async () => {
  useDesk().types = [{ name: "consult", title: {}, fields: [field("bought", "date")] }] as never;
  const posted = serve(() => json({ id: 9, items: [] }));
  const { page, text } = await opened("/tickets/new");
  await page.find("input[maxlength]").setValue("漏水");
  await text.setValue("洗衣机漏水");
  await page.find(".fold-more").trigger("click");
  const date = page.find("input[type=date]");
  const half = vi.spyOn(date.element as HTMLInputElement, "validity", "get").mockReturnValue({ badInput: true } as ValidityState);
  await page.find(".fold-more").trigger("click");
  await send(page);
  expect(posted).toEqual([]);
  expect(marked(page)).toEqual(["common.unfinished"]);
  expect(page.find(".fold-more").attributes("aria-expanded")).toBe("true");
  // Finished, the mark goes at once.
  half.mockRestore();
  await date.setValue("2026-03-01");
  expect(marked(page)).toEqual([]);
  await send(page);
  expect(posted.map(({ body }) => body.fields)).toEqual([{ bought: "2026-03-01" }]);
  page.unmount();
});

test("what a ticket was refused for is marked at its input, also where that is folded away", async () => {
  useDesk().types = [{ name: "consult", title: {}, fields: [field("order", "text")] }] as never;
  serve((path, method) => (method === "POST" && path === "/tickets" ? json({ code: "invalid_field", fields: ["/priority", "/fields/order", "/tags/0"].map((pointer) => ({ pointer, message: `不行：${pointer}` })) }, 422) : json({ items: [] })));
  const { page, text } = await opened("/tickets/new");
  await page.find("input[maxlength]").setValue("漏水");
  await text.setValue("洗衣机漏水");
  await send(page);
  expect(marked(page)).toEqual(["不行：/priority", "不行：/fields/order", "不行：/tags/0"]);
  expect(page.find(".fold-more").attributes("aria-expanded")).toBe("true");
  page.unmount();
});

test("clearing empties a date half filled in as well", async () => {
  useDesk().types = [{ name: "consult", title: {}, fields: [{ ...field("bought", "date"), required: true }, field("until", "date")] }] as never;
  const posted = serve(() => json({ id: 9, items: [] }));
  const { page, text } = await opened("/tickets/new");
  await page.find(".fold-more").trigger("click");
  const until = page.find('[data-field="until"]').element as HTMLInputElement;
  // To the form it is empty already; a browser empties it when it is told so all the same.
  let half = true;
  vi.spyOn(until, "validity", "get").mockImplementation(() => ({ badInput: half }) as ValidityState);
  Object.defineProperty(until, "value", { get: () => "", set: () => (half = false) });
  await page.findAll("button").filter((one) => one.text() === "new.clear")[0]?.trigger("click");
  await page.find("input[maxlength]").setValue("漏水");
  await text.setValue("洗衣机漏水");
  await page.find('[data-field="bought"]').setValue("2026-03-01");
  await send(page);
  expect(posted.map(({ body }) => body.fields)).toEqual([{ bought: "2026-03-01" }]);
  page.unmount();
});
