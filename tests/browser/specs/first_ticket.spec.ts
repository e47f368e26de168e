// SPDX-License-Identifier: Apache-2.0
// Somebody who has never met Docket makes a ticket: three required fields, six interactions, from an empty desk.
import type { Page } from "@playwright/test";
import { expect, office, phone, test, type Variant } from "../support/test.ts";

/** Counts what a person does: each click and each field filled is one. */
class Hands {
  count = 0;
  constructor(readonly page: Page) {}
  async click(name: string | RegExp, role: "button" | "link" = "button") {
    this.count++;
    await this.page.getByRole(role, { name }).first().click();
  }
  async fill(label: string | RegExp, text: string) {
    this.count++;
    await this.page.getByLabel(label).fill(text);
  }
}

for (const [where, variant] of [["at a desk", office], ["on a phone", phone]] as [string, Variant][]) {
  test(`three required fields and six interactions, ${where}`, async ({ open, desk }) => {
    const page = await open({ ...variant, who: "lin", at: "/" });
    const hands = new Hands(page);
    await hands.click(/^新建(工单)?$/, "link");
    await expect(page.getByLabel(/^主题/)).toBeVisible();
    await expect(page.locator("form [required], form [aria-required=true]")).toHaveCount(3);
    await hands.fill(/^主题/, `第一张工单 ${where}`);
    await hands.fill(/^问题描述/, "客户来电，洗衣机漏水");
    await hands.click("提交工单");
    await expect(page.locator(".ticket-head h1", { hasText: `第一张工单 ${where}` })).toBeVisible();
    expect(hands.count).toBeLessThanOrEqual(6);
    const { items } = await desk.admin.get("/tickets?limit=20");
    expect(items.filter((one: { subject: string }) => one.subject === `第一张工单 ${where}`)).toHaveLength(1);
  });
}

test("with the keyboard alone, from the list to the answer", async ({ open, desk }) => {
  const page = await open({ who: "lin", at: "/" });
  await page.locator(".list-pane").waitFor();
  await page.keyboard.press("c");
  await expect(page.getByLabel(/^主题/)).toBeFocused();
  await page.keyboard.type("只用键盘");
  await page.keyboard.press("Tab");
  await page.keyboard.type("不碰鼠标");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".ticket-head h1", { hasText: "只用键盘" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.locator("body").click({ position: { x: 700, y: 5 } });
  await page.keyboard.press("r");
  await expect(page.getByRole("combobox", { name: "回复客户" })).toBeFocused();
  await page.keyboard.type("您好，已收到");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".talk .text", { hasText: "您好，已收到" })).toBeVisible();
  const { items } = await desk.admin.get("/tickets?limit=20");
  const made = items.find((one: { subject: string }) => one.subject === "只用键盘");
  // It is held for ten seconds first.
  await expect.poll(async () => (await desk.admin.get(`/tickets/${made.id}/messages`)).items.length, { timeout: 120_000 }).toBe(2);
});

test("a ticket's data with the keyboard alone", async ({ open, desk }) => {
  const ticket = await desk.admin.post("/tickets", { type: "consult", subject: "改属性", body: "x", team: "service" });
  const page = await open({ who: "lin", at: `/tickets/${ticket.id}` });
  const sent: string[] = [];
  page.on("request", (one) => one.method() === "PATCH" && sent.push(one.postData() ?? ""));
  const value = page.locator('[data-edit="priority"]');
  await value.focus();
  await page.keyboard.press("Enter");
  const choice = page.locator(".data-pane select");
  await expect(choice).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(value).toBeFocused();
  await expect(value).toContainText("紧急");
  await expect.poll(async () => (await desk.admin.get(`/tickets/${ticket.id}`)).priority).toBe("urgent");
  expect(sent).toEqual([JSON.stringify({ priority: "urgent" })]);
  await page.keyboard.press("Enter");
  await expect(choice).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  await expect(value).toBeFocused();
  await expect(value).toContainText("紧急");
  expect(sent).toHaveLength(1);
  // A field of the form: what is called off is not sent either, though it is left as it goes.
  const field = page.locator('[data-edit^="f."]').first();
  await field.focus();
  await page.keyboard.press("Enter");
  const box = page.locator(".data-pane .is-editing :is(input, textarea)");
  await expect(box).toBeFocused();
  await page.keyboard.type("123");
  await page.keyboard.press("Escape");
  await expect(field).toBeFocused();
  await expect(field).not.toContainText("123");
  expect(sent).toHaveLength(1);
});

test("a form that was left half-way is still there", async ({ open }) => {
  const page = await open({ who: "lin", at: "/tickets/new" });
  await page.getByLabel(/^主题/).fill("写了一半");
  await page.reload();
  await expect(page.getByLabel(/^主题/)).toHaveValue("写了一半");
});

test("a new ticket after the one for a customer is a form of its own", async ({ open, desk }) => {
  const customer = await desk.admin.post("/customers", { name: "周先生", phone: "13800001111" });
  const page = await open({ who: "lin", at: `/tickets/new?customer=${customer.id}&name=${encodeURIComponent("周先生")}` });
  await page.getByLabel(/^主题/).fill("周先生的净水机");
  await page.getByRole("link", { name: "新建工单" }).first().click();
  await expect(page).toHaveURL(/tickets\/new$/);
  await expect(page.getByLabel(/^主题/)).toHaveValue("");
  await page.goBack();
  await expect(page.getByLabel(/^主题/)).toHaveValue("周先生的净水机");
});

test("a method editor's Enter sends nothing", async ({ open, desk }) => {
  const ticket = await desk.admin.post("/tickets", { type: "consult", subject: "输入法", body: "x", team: "service" });
  const page = await open({ who: "lin", at: `/tickets/${ticket.id}` });
  const box = page.getByRole("combobox", { name: "回复客户" });
  await box.fill("拼音pinyin");
  await box.evaluate((it) => {
    for (const init of [{ key: "Enter", isComposing: true }, { key: "Enter", keyCode: 229 }, { key: "Enter", ctrlKey: true, isComposing: true }])
      it.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
  });
  await expect(box).toHaveValue("拼音pinyin");
  expect((await desk.admin.get(`/tickets/${ticket.id}/messages`)).items).toHaveLength(1);
});

test("whoever calls for the first time is added with what was typed to find them", async ({ open, desk }) => {
  const page = await open({ who: "lin", at: "/tickets/new" });
  await page.getByRole("combobox", { name: /^客户/ }).fill("13900001111");
  await page.getByRole("button", { name: "新增客户“13900001111”" }).click();
  const dialog = page.getByRole("dialog", { name: "新增客户" });
  await expect(dialog.getByLabel("电话")).toHaveValue("13900001111");
  await dialog.getByLabel("姓名").fill("韩梅梅");
  await dialog.getByRole("button", { name: "添加", exact: true }).click();
  await expect(page.getByRole("combobox", { name: /^客户/ })).toHaveValue("韩梅梅");
  await page.getByLabel(/^主题/).fill("电饭煲没有反应");
  await page.getByLabel(/^问题描述/).fill("换了插座也不行");
  await page.getByRole("button", { name: "提交工单" }).click();
  await expect(page.locator(".talk .message", { hasText: "韩梅梅" })).toBeVisible();
  expect((await desk.admin.get("/customers?text=13900001111")).items).toHaveLength(1);
});
