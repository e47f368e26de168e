// SPDX-License-Identifier: Apache-2.0
// A customer without an account: submits, follows, adds, urges, confirms, reopens, rates; on a phone, with bad networks.
import type { Page } from "@playwright/test";
import type { Desk } from "../support/desk.ts";
import { png } from "../support/files.ts";
import { look, variantName, variants } from "../support/screen.ts";
import { expect, phone, test } from "../support/test.ts";

test.beforeEach(async ({ desk }) => {
  test.skip(!(await desk.has("/portal/desk")), "this program has no routes for people without an account");
});

async function fill(page: Page, subject: string) {
  await page.getByLabel(/一句话说明/).fill(subject);
  await page.getByLabel(/怎么称呼您/).fill("王女士");
  await page.getByLabel(/手机号或邮箱/).fill("13800001234");
}

const send = (page: Page) => page.getByRole("button", { name: "提交", exact: true }).click();

/** Submits through the page; gives the address to follow. */
async function submit(page: Page, subject: string): Promise<string> {
  await page.goto("/portal");
  await page.getByRole("link", { name: "咨询" }).click();
  await fill(page, subject);
  await send(page);
  return page.getByLabel("进度链接").inputValue();
}

async function ticketCalled(desk: Desk, subject: string) {
  const { items } = await desk.admin.get("/tickets?limit=100");
  const found = items.filter((ticket: { subject: string }) => ticket.subject === subject);
  expect(found).toHaveLength(1);
  return found[0];
}

test("three entries and the number is there, with the link to keep", async ({ open, desk }) => {
  const page = await open({ ...phone, at: "/portal" });
  await page.getByRole("link", { name: "咨询" }).click();
  // No more than three things are asked for.
  await expect(page.locator("form [required]")).toHaveCount(3);
  await fill(page, "空调不制冷，吹热风");
  await send(page);
  await expect(page.getByText(/工单号 T\d+/)).toBeVisible();
  const address = await page.getByLabel("进度链接").inputValue();
  expect(address).toMatch(new RegExp(`^${desk.origin}/portal#[\\w-]{40,}$`));

  await page.getByRole("button", { name: "复制链接" }).click();
  await expect(page.getByRole("button", { name: "已复制" })).toBeVisible();

  await ticketCalled(desk, "空调不制冷，吹热风");
  await page.getByRole("link", { name: "查看进度" }).click();
  await expect(page.getByRole("heading", { name: "空调不制冷，吹热风" })).toBeVisible();
});

test("a form that is not complete says what is missing, and goes there", async ({ open }) => {
  const page = await open({ ...phone, at: "/portal/new/consult" });
  await send(page);
  await expect(page.getByLabel(/一句话说明/)).toBeFocused();
  await expect(page.getByText("请填写手机号或邮箱")).toBeVisible();
  await fill(page, "问一下");
  await page.getByLabel(/手机号或邮箱/).fill("不是号码");
  await send(page);
  await expect(page.getByLabel(/手机号或邮箱/)).toBeFocused();
});

test("what was typed and uploaded survives a reload, and is gone after it was sent", async ({ open }) => {
  const page = await open({ ...phone, at: "/portal/new/consult" });
  await fill(page, "写了一半");
  await page.getByLabel(/详细情况/).fill("第一行\n第二行");
  await page.locator("input[type=file]").setInputFiles({ name: "照片.png", mimeType: "image/png", buffer: png });
  await expect(page.getByRole("button", { name: "移除 照片.png" })).toBeVisible();
  await expect(page.locator(".out-turn")).toHaveCount(0); // what is still on its way does not survive
  await page.reload();
  await expect(page.getByText("已恢复您上次填写的内容")).toBeVisible();
  await expect(page.getByLabel(/一句话说明/)).toHaveValue("写了一半");
  await expect(page.getByLabel(/详细情况/)).toHaveValue("第一行\n第二行");
  await expect(page.getByRole("button", { name: "移除 照片.png" })).toBeVisible();
  await send(page);
  await expect(page.getByText(/工单号 T\d+/)).toBeVisible();
  await page.getByRole("link", { name: "查看进度" }).click();
  // The picture shows in place, fetched with the link's secret in a header.
  await page.getByRole("button", { name: /照片\.png/ }).click();
  await expect(page.getByRole("img", { name: "照片.png" })).toBeVisible();
  await page.goto("/portal/new/consult");
  await expect(page.getByLabel(/一句话说明/)).toHaveValue("");
});

test("a lost answer loses nothing and submits once", async ({ open, desk, faults }) => {
  faults.expect(/ERR_FAILED/);
  const page = await open({ ...phone, at: "/portal/new/consult" });
  await fill(page, "断网时提交的");
  // The server gets it; the answer is lost on the way.
  let lost = 0;
  await page.route("**/api/v1/portal/tickets", async (route) => {
    if (lost++) return route.continue();
    await route.fetch();
    return route.abort("failed");
  });
  await send(page);
  await expect(page.getByText("网络不通，没有发出去")).toBeVisible();
  await expect(page.getByLabel(/一句话说明/)).toHaveValue("断网时提交的");
  await send(page);
  await expect(page.getByText(/工单号 T\d+/)).toBeVisible();
  await ticketCalled(desk, "断网时提交的");
});

test("follow, add, urge, confirm, reopen and rate, with the desk working in between", async ({ open, desk }) => {
  const page = await open(phone);
  await page.goto(await submit(page, "冰箱有异响"));
  await expect(page.locator('[aria-current="step"]')).toHaveCount(1);

  await page.getByLabel("补充说明").fill("晚上更明显，见 https://elsewhere.example/video");
  await page.getByLabel("补充说明").press("Control+Enter");
  await expect(page.locator(".out-said", { hasText: "晚上更明显" })).toBeVisible();
  await expect(page.getByLabel("补充说明")).toHaveValue("");

  await page.getByRole("button", { name: "催一下" }).click();
  await page.getByLabel(/想催的原因/).fill("家里有老人");
  await page.getByRole("button", { name: "催办" }).click();
  await expect(page.getByText(/已经提醒处理人/).first()).toBeVisible();
  await expect(page.getByText(/您在 .* 催过一次/)).toBeVisible();

  const { id } = await ticketCalled(desk, "冰箱有异响");
  expect((await desk.admin.get(`/tickets/${id}`)).urges).toBe(1);
  await desk.admin.post(`/tickets/${id}/messages`, { kind: "note", body: "内部：疑似压缩机" });
  await desk.admin.post(`/tickets/${id}/messages`, { kind: "reply", body: "已安排师傅上门，安装说明见 https://help.example/fridge?p=2。" });
  await desk.admin.post(`/tickets/${id}/transitions`, { transition: "resolve", message: "已更换压缩机" });
  await page.reload();
  await expect(page.getByText("已安排师傅上门")).toBeVisible();
  // What the desk said can be followed; what the customer wrote stays words.
  await expect(page.getByRole("link", { name: "https://help.example/fridge?p=2", exact: true })).toHaveAttribute("href", "https://help.example/fridge?p=2");
  await expect(page.getByRole("link", { name: /elsewhere/ })).toHaveCount(0);
  await expect(page.getByText("内部：疑似压缩机")).toHaveCount(0);

  await page.getByRole("button", { name: "还没有解决" }).click();
  await page.getByRole("button", { name: "重新打开" }).click();
  await expect(page.getByText("请说明还有什么没有解决")).toBeVisible();
  await page.getByLabel("还有什么问题？").fill("又响了");
  await page.getByRole("button", { name: "重新打开" }).click();
  await expect(page.getByText("已重新打开").first()).toBeVisible();

  await desk.admin.post(`/tickets/${id}/transitions`, { transition: "resolve", message: "这次好了" });
  await page.reload();
  await page.getByRole("button", { name: "已经解决，谢谢" }).click();
  await expect(page.getByText("感谢确认").first()).toBeVisible();

  // Stars by the keyboard alone.
  await page.getByRole("radio", { name: "1 星" }).focus();
  await page.keyboard.press("Space");
  for (let press = 0; press < 3; press++) await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "4 星" })).toBeChecked();
  await page.getByLabel(/想说的话/).fill("师傅很专业");
  await page.getByRole("button", { name: "提交评价" }).click();
  await expect(page.getByRole("img", { name: "4 星" })).toBeVisible();
  await page.reload();
  await expect(page.getByText("师傅很专业")).toBeVisible();
});

test("a proposal is refused in the customer's own words, and goes to a lead", async ({ open, desk }) => {
  test.skip(!(await desk.has("/portal/ticket/move")), "this program has no steps for customers");
  const { link } = await desk.stranger.post("/portal/tickets", { type: "complaint", subject: "修了三次还漏水", body: "要求换新", customer: { name: "王女士", phone: "13800001234" } });
  const { id } = await ticketCalled(desk, "修了三次还漏水");
  await desk.admin.post(`/tickets/${id}/transitions`, { transition: "investigate" });
  await desk.admin.post(`/tickets/${id}/transitions`, { transition: "propose", message: "我们补偿一百元", fields: { solution: "补偿一百元" } });
  const page = await open(phone);
  await page.goto(link);
  await expect(page.getByRole("button", { name: "同意", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "不同意", exact: true }).click();
  await page.getByRole("button", { name: "不同意", exact: true }).click();
  await expect(page.getByText("请写一句说明")).toBeVisible();
  await page.getByLabel("您的意见").fill("我要换新，不要补偿");
  await page.getByRole("button", { name: "不同意", exact: true }).click();
  await expect(page.getByText("已告诉我们").first()).toBeVisible();
  await expect(page.locator(".out-said", { hasText: "我要换新，不要补偿" })).toBeVisible();
  expect((await desk.admin.get(`/tickets/${id}`)).state).toBe("lead_review");
});

test("a link is kept on this device only when asked", async ({ open }) => {
  const page = await open(phone);
  await submit(page, "不要记住");
  await page.goto("/portal");
  await page.getByRole("link", { name: "咨询" }).waitFor();
  await expect(page.getByText("这台设备上记住的申请")).toHaveCount(0);
  await submit(page, "请记住这一张");
  await page.getByRole("button", { name: "在这台设备上记住" }).click();
  await page.goto("/portal");
  await page.getByRole("link", { name: /请记住这一张/ }).click();
  await expect(page.getByRole("heading", { name: "请记住这一张" })).toBeVisible();
  await page.goto("/portal");
  await page.getByRole("button", { name: /从这台设备上移除/ }).click();
  await expect(page.getByText("这台设备上记住的申请")).toHaveCount(0);
});

test("the whole way with the keyboard alone", async ({ open }) => {
  const page = await open({ at: "/portal" });
  const tabTo = async (name: RegExp, role: "link" | "textbox") => {
    const goal = page.getByRole(role, { name });
    await goal.waitFor();
    for (let press = 0; press < 20; press++) {
      await page.keyboard.press("Tab");
      if (await goal.evaluate((it) => it === document.activeElement)) return;
    }
    throw new Error(`${name} is not reached by Tab`);
  };
  await page.getByRole("link", { name: "咨询" }).waitFor();
  await page.keyboard.press("Tab");
  await expect(page.getByText("跳到正文")).toBeFocused();
  await tabTo(/咨询/, "link");
  await page.keyboard.press("Enter");
  await tabTo(/一句话说明/, "textbox");
  await page.keyboard.type("只用键盘");
  await tabTo(/怎么称呼您/, "textbox");
  await page.keyboard.type("键盘客户");
  await tabTo(/手机号或邮箱/, "textbox");
  await page.keyboard.type("keys@example.com");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/工单号 T\d+/)).toBeVisible();
});

test("a link that no longer works says what to do", async ({ open, faults }) => {
  faults.expect(/status of 40[0-9]/);
  const page = await open({ ...phone, at: `/portal#dlk_${"x".repeat(43)}` });
  await expect(page.getByRole("heading", { name: "这个链接已经失效" })).toBeVisible();
  await page.getByRole("link", { name: "回到首页" }).click();
  await expect(page.getByRole("link", { name: "咨询" })).toBeVisible();
});

for (const variant of variants) {
  test(`@screens portal ${variantName(variant)}`, async ({ open, desk, faults }) => {
    faults.expect(/status of 40[0-9]/);
    const zh = variant.language === "zh";
    const subject = zh ? "空调不制冷，吹出来是热风" : "Air conditioner blows warm air";
    const page = await open({ ...variant, at: "/portal" });
    // The button that changes the language names the other one.
    const options = { foreign: /中文|管理员|客服 · / };
    await page.locator("a[href='/portal/new/consult']").waitFor();
    await look(page, "portal-1-home", variant, options);
    await page.locator("a[href='/portal/new/consult']").click();
    await page.locator("#subject").waitFor();
    await look(page, "portal-2-form", variant, options);
    await page.locator("button[type=submit]").click();
    await look(page, "portal-3-missing", variant, options);
    await page.locator("#subject").fill(subject);
    await page.locator("#body").fill(zh ? "昨天晚上开始的，已经断电重启过。" : "Since last night; switching it off and on did not help.");
    await page.locator("#name").fill(zh ? "王女士" : "Grace Wang");
    await page.locator("#contact").fill("13800001234");
    await page.locator("input[type=file]").setInputFiles({ name: zh ? "出风口照片.png" : "outlet.png", mimeType: "image/png", buffer: png });
    await page.locator(".out-file-away").waitFor();
    await look(page, "portal-4-filled", variant, options);
    await page.locator("button[type=submit]").click();
    await page.locator("#address").waitFor();
    await look(page, "portal-5-sent", variant, options);

    const address = await page.locator("#address").inputValue();
    const id = Number(/\bT(\d+)/.exec(await page.locator("main").innerText())?.[1]);
    await desk.admin.post(`/tickets/${id}/messages`, {
      kind: "reply",
      body: zh ? "您好，已为您安排师傅，明天上午 9 点到 11 点上门，请保持电话畅通。" : "Hello, a technician will visit tomorrow between 9 and 11.",
    });
    await page.goto(address);
    await page.locator(".steps").waitFor();
    await look(page, "portal-6-ticket", variant, options);
    await page.getByRole("button", { name: zh ? "催一下" : "Remind us" }).click();
    await look(page, "portal-7-urge", variant, options);
    await desk.admin.post(`/tickets/${id}/transitions`, { transition: "resolve", message: zh ? "已换新机" : "Replaced by a new one" });
    await page.reload();
    await page.locator(".pick").nth(3).click();
    await look(page, "portal-8-resolved", variant, options);
    await page.goto(`/portal#dlk_${"x".repeat(43)}`);
    await page.locator(".gone").waitFor();
    await look(page, "portal-9-gone", variant, options);
  });
}
