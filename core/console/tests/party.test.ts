// SPDX-License-Identifier: Apache-2.0
// Two people edit one customer: the second to save undoes nothing of the first's.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import PartyDialog from "@/console/customers/PartyDialog.vue";
import { i18n } from "@/shared/i18n";
import { soon } from "./soon";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const began = { id: 3, name: "王女士", phone: "13800000001", email: "", level: "", region: "", notes: "", version: 1, created_at: "2026-03-02T01:30:00Z" };
let there: typeof began = began;
let reads: () => Promise<Response>;
let sent: { body: Record<string, unknown>; version: string }[] = [];
beforeEach(() => {
  sent = [];
  there = { ...began };
  reads = () => Promise.resolve(json(there));
  vi.stubGlobal("fetch", (_: string, { method, body, headers }: RequestInit) => {
    if (method !== "PATCH") return reads();
    const version = (headers as Record<string, string>)["If-Match"] ?? "";
    const change = JSON.parse(body as string) as Record<string, unknown>;
    sent.push({ body: change, version });
    if (version !== `"v${there.version}"`) return Promise.resolve(json({ code: "stale_version" }, 412));
    there = { ...there, ...change, version: there.version + 1 };
    return Promise.resolve(json(there));
  });
});
afterEach(() => vi.unstubAllGlobals());

// The dialog without its machinery.
vi.mock("@/shared/ui/DDialog.vue", async () => {
  const { h } = await import("vue");
  return { __esModule: true, default: { render(this: { $slots: Record<string, (given: object) => never> }) { return h("div", [this.$slots.default?.({}), this.$slots.footer?.({ close: () => undefined })]); } } };
});
async function opened() {
  const page = mount(PartyDialog, { props: { kind: "customer", party: began as never }, global: { plugins: [i18n, createPinia()], stubs: { DCombobox: true } } });
  await soon(() => expect(page.find("form").exists()).toBe(true));
  const save = async () => {
    await page.find("form").trigger("submit");
    await flushPromises();
  };
  return { page, save };
}

test("a colleague's new number stays when a note is saved after it", async () => {
  const { page, save } = await opened();
  there = { ...began, phone: "13900000009", version: 2 };
  await page.find("textarea").setValue("下午再打");
  await save();
  expect(there.notes).toBe("");
  expect((page.find("input[type=tel]").element as HTMLInputElement).value).toBe("13900000009");
  expect((page.find("textarea").element as HTMLTextAreaElement).value).toBe("下午再打");
  expect(page.find("[role=alert]").exists()).toBe(false);
  await save();
  expect(sent).toEqual([{ body: { notes: "下午再打" }, version: '"v1"' }, { body: { notes: "下午再打" }, version: '"v2"' }]);
  expect(there).toMatchObject({ phone: "13900000009", notes: "下午再打" });
  page.unmount();
});

test("what both changed is named", async () => {
  const { page, save } = await opened();
  there = { ...began, phone: "13900000009", version: 2 };
  await page.find("input[type=tel]").setValue("13700000007");
  await save();
  expect(page.find("[role=alert]").exists()).toBe(true);
  expect((page.find("input[type=tel]").element as HTMLInputElement).value).toBe("13700000007");
  page.unmount();
});

test("where the newest cannot be read, the form says so and can be saved again", async () => {
  const { page, save } = await opened();
  there = { ...began, phone: "13900000009", version: 2 };
  reads = () => Promise.reject(new TypeError("away"));
  await page.find("textarea").setValue("下午再打");
  await save();
  expect(page.find("button[type=submit]").attributes("disabled")).toBeUndefined();
  reads = () => Promise.resolve(json(there));
  await save();
  await save();
  expect(there).toMatchObject({ phone: "13900000009", notes: "下午再打" });
  page.unmount();
});
