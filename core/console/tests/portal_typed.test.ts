// SPDX-License-Identifier: Apache-2.0
// What a customer or a guest typed, chose or was given is there after a slow answer, a failure, a reload and the back button.
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nextTick } from "vue";
import type { UploadedFile } from "@/outside/api";
import ReplyBox from "@/outside/ReplyBox.vue";
import PortalApp from "@/portal/PortalApp.vue";
import SubmitPage from "@/portal/SubmitPage.vue";
import { i18n } from "@/shared/i18n";
import { ApiError } from "@/shared/api/client";
import { soon } from "./soon";

const token = "s".repeat(43);
const desk = { name: { zh: "台" }, language: "zh", zone: "UTC", types: [{ name: "repair", title: { zh: "报修" }, fields: [] }], uploads: { max_bytes: 9_000, max_files: 3 } };
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const lost = new ApiError(0, { code: "network" });
const pages: VueWrapper[] = [];
const shown = <T extends VueWrapper>(page: T) => (pages.push(page), page);

// happy-dom tells of what replaceState did, as no browser does.
const untold = (event: Event) => event.stopImmediatePropagation();

beforeEach(() => {
  localStorage.clear();
  window.addEventListener("hashchange", untold, true);
  window.scrollTo = () => undefined;
});
afterEach(() => {
  pages.splice(0).forEach((page) => page.unmount());
  vi.unstubAllGlobals();
  history.replaceState(null, "", "/");
  window.removeEventListener("hashchange", untold, true);
});

function replyBox(send: (message: { body: string; attachments: number[] }, key: string) => Promise<object>) {
  return shown(mount(ReplyBox, { props: { label: "", sendLabel: "", needed: "", draftKey: "k", purpose: "/portal", bearer: token, most: 3, mostBytes: 9_000, send }, global: { plugins: [i18n] }, attachTo: document.body }));
}
const file = (id: number, name: string): UploadedFile => ({ id, name, media_type: "text/plain", size: 1 });
const keepDraft = (value: object) => localStorage.setItem("k", JSON.stringify({ at: Date.now(), value }));
const names = (page: VueWrapper) => page.findAll("li .out-file-name > [data-text]").map((one) => one.text());

describe("a reply", () => {
  test("what is added while it is on its way stays, what was sent goes", async () => {
    keepDraft({ body: "第一句", files: [file(1, "a.txt")] });
    let answer = (_: object) => undefined as void;
    const page = replyBox(() => new Promise((go) => (answer = go)));
    await page.find("form").trigger("submit");
    await page.find("textarea").setValue("第一句\n第二句");
    answer({});
    await flushPromises();
    expect(page.find("textarea").element.value).toBe("第二句");
    expect(names(page)).toEqual([]);
    // Changed in the middle, nobody can say what of it was sent.
    await page.find("form").trigger("submit");
    await page.find("textarea").setValue("改成别的");
    answer({});
    await flushPromises();
    expect(page.find("textarea").element.value).toBe("改成别的");
  });

  test("takes no file while it is on its way, and says so", async () => {
    const uploads = vi.fn(() => Promise.resolve(json(file(7, "a.txt"))));
    vi.stubGlobal("fetch", uploads);
    let answer = (_: object) => undefined as void;
    const page = replyBox(() => new Promise((go) => (answer = go)));
    await page.find("textarea").setValue("在吗");
    await page.find("form").trigger("submit");
    await page.find(".out-drop").trigger("drop", { dataTransfer: { files: [new File(["x"], "a.txt")] } });
    await flushPromises();
    expect(uploads).not.toHaveBeenCalled();
    expect(page.find(".out-drop [role=alert]").text()).toBe("outside.files.late");
    answer({});
    await flushPromises();
    await page.find(".out-drop").trigger("drop", { dataTransfer: { files: [new File(["x"], "a.txt")] } });
    await flushPromises();
    expect(names(page)).toEqual(["a.txt"]);
  });

  test("goes again under its key after a reload, and under a new one once it arrived", async () => {
    keepDraft({ body: "在吗", files: [] });
    const keys: string[] = [];
    const sender = (answer: () => Promise<object>) => (_: unknown, key: string) => (keys.push(key), answer());
    for (const answer of [() => Promise.reject(lost), () => Promise.resolve({})]) {
      const page = replyBox(sender(answer));
      await page.find("form").trigger("submit");
      await flushPromises();
      page.unmount();
    }
    expect(JSON.parse(localStorage.getItem("k") ?? "null")).toBe(null);
    const page = replyBox(sender(() => Promise.resolve({})));
    await page.find("textarea").setValue("在吗");
    await page.find("form").trigger("submit");
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    // The same words once more are another message.
    await flushPromises();
    await page.find("textarea").setValue("在吗");
    await page.find("form").trigger("submit");
    expect(keys[3]).not.toBe(keys[2]);
  });

  test("is kept away from the next visit also when its page goes with the answer", async () => {
    keepDraft({ body: "在吗", files: [] });
    const page = replyBox(() => Promise.resolve().then(() => (page.unmount(), {})));
    await page.find("form").trigger("submit");
    await flushPromises();
    expect(localStorage.getItem("k")).toBe(null);
  });

  test("does not go without a file that did not arrive unless one says so", async () => {
    let works = false;
    vi.stubGlobal("fetch", () => (works ? Promise.resolve(json(file(7, "a.txt"))) : Promise.reject(new TypeError("offline"))));
    const send = vi.fn((_: { attachments: number[] }) => Promise.resolve({}));
    const page = replyBox(send);
    const choose = async (...chosen: string[]) => {
      Object.defineProperty(page.find("input").element, "files", { value: chosen.map((name) => new File(["x"], name)), configurable: true });
      await page.find("input").trigger("change");
      await flushPromises();
    };
    await choose("a.txt", "b.txt");
    await page.find("textarea").setValue("见附件");
    await page.find("form").trigger("submit");
    expect(send).not.toHaveBeenCalled();
    expect(page.find("[role=alert]").text()).toContain("outside.files.not_there");
    // One of them goes the second time, the other is left out.
    works = true;
    await page.findAll("li .out-button")[0]?.trigger("click");
    await flushPromises();
    expect(names(page)).toEqual(["a.txt", "b.txt"]);
    await page.find("form").trigger("submit");
    expect(send).not.toHaveBeenCalled();
    expect(document.activeElement?.textContent).toBe("outside.files.without");
    await page.find("[role=alert] button").trigger("click");
    await flushPromises();
    expect(send.mock.calls.map(([{ attachments }]) => attachments)).toEqual([[7]]);
  });

  test("marks the file that the server no longer has by its place among those that were sent", async () => {
    keepDraft({ body: "在吗", files: [file(1, "a.txt"), file(2, "b.txt"), file(3, "c.txt")] });
    let refuse = (_: unknown) => undefined as void;
    const page = replyBox(() => new Promise((_, failed) => (refuse = failed)));
    await page.find("form").trigger("submit");
    await page.find("li button").trigger("click");
    expect(names(page)).toEqual(["b.txt", "c.txt"]);
    refuse(new ApiError(422, { code: "invalid_field", fields: [{ pointer: "/attachments/1", message: "这个附件已失效，请重新上传。" }] }));
    await flushPromises();
    expect(page.findAll("li.wrong .out-file-name > [data-text]").map((one) => one.text())).toEqual(["b.txt"]);
  });

  test.each([["/attachments/1", "这个附件已失效，请重新上传。", ["b.txt"]], ["/attachments/0", "这个附件已失效，请重新上传。", ["a.txt"]], ["/attachments", "这些附件不能用。", []]])("marks the files that the server no longer has (%s %s)", async (pointer, message, marked) => {
    keepDraft({ body: "见附件", files: [file(1, "a.txt"), file(12, "b.txt")] });
    const page = replyBox(() => Promise.reject(new ApiError(422, { code: "invalid_field", fields: [{ pointer, message }] })));
    await page.find("form").trigger("submit");
    await flushPromises();
    expect(page.findAll("li.wrong [data-text]").map((one) => one.text())).toEqual(marked);
    expect(page.text().includes("outside.files.lost_some")).toBe(!marked.length);
  });
});

describe("a new ticket", () => {
  const fill = async (page: VueWrapper) => {
    for (const [id, text] of [["subject", "不制冷"], ["name", "李"], ["contact", "13800000000"]]) await page.find(`#${id}`).setValue(text);
  };

  test("that nobody answered goes under the same key after a reload", async () => {
    const keys: string[] = [];
    vi.stubGlobal("fetch", (_: string, { headers }: RequestInit) => {
      keys.push((headers as Record<string, string>)["Idempotency-Key"] ?? "");
      return Promise.reject(new TypeError("offline"));
    });
    const open = () => shown(mount(SubmitPage, { props: { desk: desk as never, type: "repair" }, global: { plugins: [i18n] } }));
    const first = open();
    await fill(first);
    await first.find("form").trigger("submit");
    await flushPromises();
    first.unmount();
    const second = open();
    await second.find("form").trigger("submit");
    await flushPromises();
    await second.find("#subject").setValue("漏水");
    await second.find("form").trigger("submit");
    await flushPromises();
    expect(keys).toHaveLength(3);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test("goes as it was when it was sent; what is entered on its way stays in the form, and one is told", async () => {
    const bodies: string[] = [];
    let answer = (_: Response) => undefined as void;
    vi.stubGlobal("fetch", (_: string, { method, body }: RequestInit) => (method === "POST" ? (bodies.push(String(body)), new Promise<Response>((go) => (answer = go))) : Promise.resolve(json(desk))));
    history.replaceState(null, "", "/portal/new/repair");
    const page = shown(mount(PortalApp, { global: { plugins: [i18n] } }));
    await flushPromises();
    await fill(page);
    await page.find("#body").setValue("昨天开始");
    await page.find("form").trigger("submit");
    await page.find("#body").setValue("昨天开始\n灯也在闪");
    await page.find("#contact").setValue("13900000000");
    answer(json({ number: "T-1", token, link: "" }));
    await soon(() => expect(page.find("#address").exists()).toBe(true));
    expect(bodies.map((body) => JSON.parse(body))).toMatchObject([{ body: "昨天开始", customer: { phone: "13800000000" } }]);
    await page.find('a[href="/portal/new/repair"]').trigger("click");
    await flushPromises();
    const value = (id: string) => (page.find(`#${id}`).element as HTMLInputElement).value;
    expect(["subject", "body", "name", "contact"].map(value)).toEqual(["", "灯也在闪", "", "13900000000"]);
    // Where nothing was, the form is empty the next time and nothing is told.
    await page.find("#body").setValue("");
    await fill(page);
    await page.find("form").trigger("submit");
    answer(json({ number: "T-2", token, link: "" }));
    await soon(() => expect(page.find("#address").exists()).toBe(true));
    expect(page.find('a[href="/portal/new/repair"]').exists()).toBe(false);
    expect(localStorage.getItem("docket.portal.new")).toBe(null);
  });

  test("takes no file while it is being sent, which would be lost with the page, and says so", async () => {
    const uploads: string[] = [];
    let answer = (_: Response) => undefined as void;
    vi.stubGlobal("fetch", (address: string) => {
      if (address.includes("/attachments")) return uploads.push(address), Promise.resolve(json(file(7, "a.txt")));
      return new Promise<Response>((go) => (answer = go));
    });
    const page = shown(mount(SubmitPage, { props: { desk: desk as never, type: "repair" }, global: { plugins: [i18n] } }));
    await fill(page);
    await page.find("form").trigger("submit");
    await flushPromises();
    expect(page.find(".out-drop > button").attributes("disabled")).toBeDefined();
    await page.find(".out-drop").trigger("drop", { dataTransfer: { files: [new File(["x"], "a.txt")] } });
    await flushPromises();
    expect(uploads).toEqual([]);
    expect(page.find(".out-drop [role=alert]").text()).toBe("outside.files.late");
    // Not taken, the form takes files again.
    answer(json({ code: "overloaded" }, 503));
    await flushPromises();
    expect(page.find(".out-drop > button").attributes("disabled")).toBeUndefined();
    // What was not added is still not there.
    expect(page.find(".out-drop [role=alert]").text()).toBe("outside.files.late");
    await page.find(".out-drop").trigger("drop", { dataTransfer: { files: [new File(["x"], "a.txt")] } });
    await flushPromises();
    expect(names(page)).toEqual(["a.txt"]);
    expect(page.find(".out-drop [role=alert]").exists()).toBe(false);
  });

  test("with a date half filled in does not go without it, and says so; starting anew empties it", async () => {
    const bodies: string[] = [];
    vi.stubGlobal("fetch", (_: string, { body }: RequestInit) => (bodies.push(String(body)), Promise.resolve(json({ number: "T-1", token, link: "" }))));
    const dated = { ...desk, types: [{ name: "repair", title: {}, fields: [{ name: "bought", kind: "date", title: {}, help: "", required: false, choices: [] }] }] };
    localStorage.setItem("docket.portal.new", JSON.stringify({ at: Date.now(), value: { subject: "不制冷" } }));
    const page = shown(mount(SubmitPage, { props: { desk: dated as never, type: "repair" }, global: { plugins: [i18n] }, attachTo: document.body }));
    const date = page.find<HTMLInputElement>("input[type=date]");
    let half = true;
    vi.spyOn(date.element, "validity", "get").mockImplementation(() => ({ badInput: half }) as ValidityState);
    await fill(page);
    await page.find("form").trigger("submit");
    await flushPromises();
    expect(bodies).toEqual([]);
    expect(page.findAll("[aria-invalid=true]").map(({ element }) => element)).toEqual([date.element]);
    expect(document.activeElement).toBe(date.element);
    expect(page.find(".out-wrong").text()).toBe("common.unfinished");
    // Cleared by hand the mark goes at once, though nothing changes in the form.
    half = false;
    await page.find("form").trigger("focusout");
    expect(page.find(".out-wrong").exists()).toBe(false);
    half = true;
    Object.defineProperty(date.element, "value", { get: () => "", set: () => (half = false) });
    await page.findAll("button").find((one) => one.text() === "portal.form.start_anew")?.trigger("click");
    expect(half).toBe(false);
    await fill(page);
    await page.find("form").trigger("submit");
    await flushPromises();
    expect(bodies.map((body) => JSON.parse(body).fields)).toEqual([{}]);
  });

  test("does not go without a file by a word that was given for another one", async () => {
    const uploads: ((response: Response) => void)[] = [];
    const posted: { attachments: string[] }[] = [];
    vi.stubGlobal("fetch", (address: string, { body }: RequestInit) => (address.includes("/attachments") ? new Promise<Response>((go) => uploads.push(go)) : (posted.push(JSON.parse(String(body))), Promise.resolve(json({ number: "T-1", token, link: "" })))));
    const page = shown(mount(SubmitPage, { props: { desk: desk as never, type: "repair" }, global: { plugins: [i18n] } }));
    await fill(page);
    const add = async (name: string) => {
      await page.find(".out-drop").trigger("drop", { dataTransfer: { files: [new File(["x"], name)] } });
      await flushPromises();
    };
    await add("a.txt");
    uploads[0]?.(json({ code: "internal" }, 500));
    await flushPromises();
    await page.find("form").trigger("submit");
    await flushPromises();
    await add("b.txt");
    await page.findAll("button").find((one) => one.text() === "outside.files.without")?.trigger("click");
    await page.find("form").trigger("submit");
    await flushPromises();
    expect(posted).toEqual([]);
    uploads[1]?.(json({ ...file(8, "b.txt"), handle: "h" }));
    await flushPromises();
    await page.findAll("button").find((one) => one.text() === "outside.files.without")?.trigger("click");
    await flushPromises();
    expect(posted.map(({ attachments }) => attachments)).toEqual([["h"]]);
  });

  test("has its link in the address, so that reload, back and forward lead to it", async () => {
    const ticket = { number: "T-1", subject: "不制冷", type: {}, state: {}, category: "new", messages: [], steps: [], moves: [], may: {} };
    vi.stubGlobal("fetch", (address: string, { method }: RequestInit) => Promise.resolve(json(method === "POST" ? { number: "T-1", token, link: "" } : address.endsWith("/portal/desk") ? desk : ticket)));
    history.replaceState(null, "", "/portal/new/repair");
    const open = async () => {
      const page = shown(mount(PortalApp, { global: { plugins: [i18n] } }));
      await flushPromises();
      return page;
    };
    const page = await open();
    await fill(page);
    await page.find("form").trigger("submit");
    await soon(() => expect(page.find("#address").exists()).toBe(true));
    expect(location.pathname + location.hash).toBe(`/portal#${token}`);
    // Back, where the way to it is shown, and forward again.
    const to = async (address: string) => {
      history.replaceState(null, "", address);
      window.dispatchEvent(new PopStateEvent("popstate"));
      await nextTick();
    };
    await to("/portal");
    expect(page.find(`[role=status] a[href="/portal#${token}"]`).exists()).toBe(true);
    await to(`/portal#${token}`);
    await soon(() => expect(page.find("h1").text()).toBe("不制冷"));
    // A reload.
    page.unmount();
    const again = await open();
    await soon(() => expect(again.find("h1").text()).toBe("不制冷"));
  });
});
