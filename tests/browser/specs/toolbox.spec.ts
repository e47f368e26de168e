// SPDX-License-Identifier: Apache-2.0
// What makes the day short: canned answers, macros, templates, views of one's own, undo of a bulk job.
import { messagesOf, openTicket, replyBox, ticket } from "../support/console.ts";
import { cast } from "../support/desk.ts";
import { expect, test } from "../support/test.ts";

test.beforeEach(async ({ desk }) => {
  test.skip(!(await desk.has("/macros")), "this program has no macros, answers and templates");
});

test("a canned answer comes by a slash, filled in, and may be changed before it goes", async ({ open, desk }) => {
  const { id, number } = await ticket(desk, "问候");
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  await replyBox(page).pressSequentially("/问候");
  const choice = page.getByRole("option", { name: /问候并受理/ }).first();
  await expect(choice).toBeVisible();
  await expect(choice).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(replyBox(page)).toHaveValue(new RegExp(`您的请求已收到，编号 ${number}，`));
  await expect(replyBox(page)).not.toHaveValue(/\{\{|\//);
  expect(await messagesOf(desk, id)).toHaveLength(1);
});

test("a macro says what it will do, lets its text be changed, and does all of it", async ({ open, desk }) => {
  const { id } = await ticket(desk, "怎么清洗滤网");
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  const more = page.locator(".ticket-head").getByRole("button", { name: "更多" });
  const item = page.getByRole("menuitem", { name: "请客户补充信息" });
  await expect(async () => {
    await more.click();
    await expect(item).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await item.click();
  const dialog = page.getByRole("dialog", { name: "请客户补充信息" });
  await expect(dialog).toContainText("流转");
  const text = dialog.getByLabel("回复客户");
  await expect(text).toBeFocused();
  await text.fill("请补充订单号");
  await dialog.getByRole("button", { name: "执行并发送给客户" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator(".ticket-head .second-line")).toContainText("等待客户");
  expect((await messagesOf(desk, id)).at(-1)).toMatchObject({ kind: "reply", body: "请补充订单号" });
});

test("a template fills the form, and everything may still be changed", async ({ open, desk }) => {
  const page = await open({ who: "lin", at: "/tickets/new" });
  await page.getByLabel("模板").selectOption({ label: "运输破损" });
  await expect(page.getByLabel(/^主题/)).toHaveValue("收到时已破损，申请退货");
  await page.getByLabel(/^主题/).fill("到货破损，申请退货");
  await page.getByLabel(/^订单号/).fill("SO-20261125");
  await page.getByRole("button", { name: "提交工单" }).click();
  await expect(page.locator(".ticket-head h1")).toHaveText("到货破损，申请退货");
  const id = Number(/tickets\/(\d+)/.exec(page.url())?.[1]);
  expect(await desk.admin.get(`/tickets/${id}`)).toMatchObject({ type: "return", priority: "high", fields: { return_reason: "damaged", order_no: "SO-20261125" } });
});

test("a view shows each column that it names", async ({ open, desk }) => {
  const organization = await desk.admin.post("/organizations", { name: "云栖酒店" });
  const customer = await desk.admin.post("/customers", { name: "前台", level: "vip", organization: organization.id });
  await ticket(desk, "大堂的净水机漏水", { customer: customer.id });
  const page = await open({ who: "lin", at: "/tickets?view=vip" });
  await expect(page.locator(".list-pane > .columns")).toContainText("企业客户");
  await expect(page.locator(".ticket-row", { hasText: "大堂的净水机漏水" })).toContainText("云栖酒店");
});

test("a filter is kept as a view of one's own, renamed, and dropped; nobody else sees it", async ({ open, desk }) => {
  await ticket(desk, "很急的一张", { priority: "urgent" });
  await ticket(desk, "不急的一张");
  const page = await open({ who: "lin", at: `/tickets?filter=${encodeURIComponent(JSON.stringify({ field: "priority", operator: "in", value: ["urgent"] }))}` });
  await expect(page.locator(".ticket-row", { hasText: "很急的一张" })).toBeVisible();
  const menu = page.getByRole("button", { name: "我的视图" });
  await page.getByRole("button", { name: "存为我的视图" }).click();
  const dialog = page.getByRole("dialog", { name: "存为我的视图" });
  await expect(dialog.getByLabel("视图名称")).toBeFocused();
  await page.keyboard.type("我的加急单");
  await page.keyboard.press("Enter");
  const side = page.getByRole("navigation", { name: "主导航" }).first();
  await expect(side.getByRole("link", { name: /我的加急单/ })).toBeVisible();
  await expect(page.getByRole("heading", { name: "我的加急单" })).toBeVisible();
  await expect(page.locator(".ticket-row", { hasText: "很急的一张" })).toBeVisible();
  await expect(page.locator(".ticket-row", { hasText: "不急的一张" })).toHaveCount(0);

  await menu.click();
  await page.getByRole("menuitem", { name: "重命名视图" }).click();
  await page.getByLabel("视图名称").fill("加急");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "加急", exact: true })).toBeVisible();
  expect((await (await desk.as("chen")).get("/views")).items.filter(({ own }: { own: boolean }) => own)).toEqual([]);

  await menu.click();
  await page.getByRole("menuitem", { name: "删除视图" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "删除视图" }).click();
  await expect(side.getByRole("link", { name: "加急", exact: true })).toHaveCount(0);
});

test("a bulk job is put back, but not where somebody went on since", async ({ open, desk }) => {
  const made: { id: number }[] = [];
  for (let n = 0; n < 3; n++) made.push(await ticket(desk, `撤销批量 ${n}`, { tags: ["撤销"] }));
  const page = await open({ who: "zhou", at: `/tickets?filter=${encodeURIComponent(JSON.stringify({ field: "tags", operator: "contains", value: ["撤销"] }))}` });
  await page.getByLabel("选中已加载的全部").click();
  await page.getByRole("toolbar", { name: "批量操作" }).getByRole("button", { name: "修改" }).click();
  await page.getByRole("dialog").getByLabel("优先级").selectOption("urgent");
  await page.getByRole("button", { name: "处理 3 张" }).click();
  const tray = page.locator(".job-tray");
  await expect(tray).toContainText("3 / 3", { timeout: 30_000 });
  const first = made[0] as { id: number };
  await desk.admin.call("PATCH", `/tickets/${first.id}`, { priority: "low" }, { "if-match": "*" });
  await page.reload();
  await tray.getByRole("button", { name: "撤销" }).click();
  const undone = tray.locator(".job", { hasText: "撤销修改" });
  await expect(undone.getByRole("button", { name: "逐张结果" })).toBeVisible({ timeout: 30_000 });
  await undone.getByRole("button", { name: "逐张结果" }).click();
  await expect(page.getByRole("dialog", { name: "逐张结果" })).toContainText("之后有人改过");
  const priorities = await Promise.all(made.map(async ({ id }) => (await desk.admin.get(`/tickets/${id}`)).priority));
  expect(priorities).toEqual(["low", "normal", "normal"]);
});

test("tickets that a bulk job took out of one's sight are gone from the list when it ends", async ({ open, desk }) => {
  // On a desk where the stories were told she is in every team.
  await desk.admin.call("PATCH", `/users/${desk.id("zhou")}`, { memberships: cast.zhou.memberships }, { "if-match": "*" });
  for (let n = 0; n < 2; n++) await ticket(desk, `转给质检 ${n}`, { tags: ["转走"] });
  const stays = await ticket(desk, "不转的一张", { tags: ["转走"] });
  const page = await open({ who: "zhou", at: `/tickets?filter=${encodeURIComponent(JSON.stringify({ field: "tags", operator: "contains", value: ["转走"] }))}` });
  const rows = page.locator(".ticket-row");
  await expect(rows).toHaveCount(3);
  for (let n = 0; n < 2; n++) await rows.filter({ hasText: `转给质检 ${n}` }).getByRole("checkbox").click();
  await page.getByRole("toolbar", { name: "批量操作" }).getByRole("button", { name: "转派" }).click();
  const dialog = page.getByRole("dialog");
  // A team that she does not lead: what happens to its tickets is not told to her.
  await dialog.getByLabel("班组").selectOption("quality");
  await dialog.getByRole("button", { name: "处理 2 张" }).click();
  await expect(page.locator(".job-tray")).toContainText("2 / 2", { timeout: 60_000 });
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(stays.number);
  // The heading counts what is there.
  await expect(page.locator(".list-pane h1").locator("xpath=..")).toContainText(/(^|\D)1(\D|$)/);
});
