// SPDX-License-Identifier: Apache-2.0
// The admin pages: a person who can sign in, a shift, a change that is checked, published and taken back, a trial of
// dispatch, a token, a backup; and every screen looked at.
import type { Desk } from "../support/desk.ts";
import { look, variantName, variants } from "../support/screen.ts";
import { expect, test } from "../support/test.ts";

test("a new person gets a team, a role and a password, and signs in", async ({ open }) => {
  const page = await open({ who: "admin", at: "/admin/users" });
  await page.getByRole("button", { name: "添加用户" }).click();
  const panel = page.getByRole("dialog");
  await panel.getByLabel("姓名").fill("新同事");
  await panel.getByLabel("登录名").fill("xintong");
  await panel.getByLabel("＋ 加入班组").selectOption("service");
  await panel.getByLabel("＋ 授予角色").selectOption("agent");
  await panel.getByRole("button", { name: "添加用户" }).click();
  await expect(page).toHaveURL(/\/admin\/users\/\d+/);
  await panel.getByRole("button", { name: "随机生成" }).click();
  await panel.getByRole("button", { name: "设置密码" }).click();
  const password = (await panel.locator(".secret code").textContent()) ?? "";
  expect(password.length).toBeGreaterThan(12);

  const theirs = await open({ at: "/sign-in" });
  await theirs.getByLabel("登录名").fill("xintong");
  await theirs.getByLabel("密码").fill(password);
  await theirs.keyboard.press("Enter");
  await expect(theirs).toHaveURL(/\/tickets/);
});

test("a person is given their account at WeCom, where cards reach them, and loses it again", async ({ open, desk }) => {
  const { items } = await desk.admin.get("/users");
  const one = items.find((user: { login: string }) => user.login !== "admin");
  const page = await open({ who: "admin", at: `/admin/users/${one.id}` });
  const panel = page.getByRole("dialog");
  const kept = () => desk.admin.get(`/users/${one.id}/addresses`).then((answer: { items: { kind: string; value: string }[] }) => answer.items.map(({ kind, value }) => `${kind} ${value}`));
  await panel.getByLabel("在该平台的账号").fill("WangGong");
  await panel.getByRole("button", { name: "添加", exact: true }).click();
  await expect(panel.getByText("WangGong")).toBeVisible();
  expect(await kept()).toEqual(["wecom WangGong"]);
  await panel.getByRole("button", { name: /企业微信 WangGong/ }).click();
  await expect(panel.getByText("WangGong")).toBeHidden();
  expect(await kept()).toEqual([]);
});

test("a shift is planned in the grid and taken away again", async ({ open }) => {
  const page = await open({ who: "zhou", at: "/admin/roster?day=2026-03-02" });
  const row = page.getByRole("row", { name: /林小满/ });
  await row.locator(".add").first().click({ force: true });
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /晚班/ }).click();
  await dialog.getByRole("button", { name: "排班" }).click();
  const shift = row.getByRole("button", { name: /13:00–22:00/ });
  await expect(shift).toBeVisible();
  await shift.click();
  await page.getByRole("alertdialog").getByRole("button", { name: "移除" }).click();
  await expect(shift).toHaveCount(0);
});

test("a definition is checked while it is written, published, and gone back from", async ({ open }) => {
  const page = await open({ who: "admin", at: "/admin/definitions?file=teams.yaml" });
  const editor = page.getByRole("textbox", { name: "teams.yaml" });
  await expect(editor).toHaveValue(/teams:/);
  const before = await editor.inputValue();
  await editor.fill(before.replace("teams:", "teems:"));
  await expect(page.getByRole("status").first()).toContainText("错误");
  await page.locator(".finding", { hasText: "teams.yaml" }).first().click();
  await expect(editor).toBeFocused();
  // What is typed outlives the page.
  await page.reload();
  await expect(editor).toHaveValue(/teems:/);
  await editor.fill(`${before}\n# 由浏览器测试添加\n`);
  await expect(page.getByRole("status").first()).toContainText("检查通过");
  await page.getByRole("link", { name: /检查并发布/ }).click();
  await expect(page.getByText("检查通过，可以发布")).toBeVisible();
  await page.getByLabel("发布说明").fill("试一次");
  await page.getByRole("button", { name: "发布", exact: true }).click();
  await expect(page).toHaveURL(/history/);
  await expect(page.getByText("试一次")).toBeVisible();
  await page.getByRole("button", { name: "回滚到此" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "回滚到此" }).click();
  await expect(page.getByText(/回滚 #\d+/).first()).toBeVisible();
});

/** Returns that begin with another team, and whose first step is called otherwise. */
const elsewhere = (yaml: string) => yaml.replace("owner: {team: returns}", "owner: {team: quality}").replaceAll("accept", "take_back");
async function someReturns(desk: Desk): Promise<void> {
  const fields = { order_no: "SO-1", return_reason: "quality" };
  for (const subject of ["杯子碎了", "壶盖不合"]) await desk.admin.post("/tickets", { type: "return", subject, fields });
  const { id } = await desk.admin.post("/tickets", { type: "return", subject: "颜色不对", fields });
  await desk.admin.post(`/tickets/${id}/transitions`, { transition: "accept" });
}

test("what a fault suggests is called a suggestion, in the editor and before publishing", async ({ open }) => {
  const page = await open({ who: "admin", at: "/admin/definitions?file=teams.yaml" });
  const editor = page.getByRole("textbox", { name: "teams.yaml" });
  await expect(editor).toHaveValue(/teams:/);
  const before = await editor.inputValue();
  await editor.fill(before.replace("teams:", "teems:"));
  // A space of its own keeps it apart from the message.
  await expect(page.locator(".finding", { hasText: "teams.yaml" }).first()).toContainText(/teems.*\s建议：teams/);
  await page.goto("/admin/definitions/plan");
  await expect(page.getByText("有错误，改正后才能发布")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "teams.yaml" }).first()).toContainText(/teems.*\s建议：teams/);
  await page.goto("/admin/definitions?file=teams.yaml");
  await editor.fill(before);
  await expect(page.getByRole("link", { name: /检查并发布/ })).toHaveCount(0);
});

test("a trial says who would get a ticket; a role's tick goes into the draft", async ({ open }) => {
  const page = await open({ who: "admin", at: "/admin/dispatch?type=return" });
  await expect(page.getByText(/会接到|排队/).first()).toBeVisible();
  await page.goto("/admin/roles");
  const tick = page.getByRole("checkbox", { name: "协作人: 回复客户" });
  await tick.check();
  await expect(page.getByRole("link", { name: /检查并发布/ })).toBeVisible();
  // The draft is tried before it is published.
  await page.goto("/admin/dispatch?type=return");
  await page.getByLabel("按哪份配置").selectOption("draft");
  await expect(page.locator(".rule-list").getByText("未发布")).toBeVisible();
  await expect(page.getByText(/会接到|排队/).first()).toBeVisible();
  await page.goto("/admin/roles");
  await tick.uncheck();
  await expect(page.getByRole("link", { name: /检查并发布/ })).toHaveCount(0);
});

test("a token is shown once; a backup is made while serving", async ({ open }) => {
  const page = await open({ who: "admin", at: "/admin/tokens" });
  await page.getByRole("button", { name: "创建令牌" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("用途").fill("官网表单");
  await dialog.getByRole("button", { name: "只提交工单" }).click();
  await dialog.getByRole("button", { name: "创建令牌" }).click();
  const secret = (await dialog.locator(".secret-text").textContent()) ?? "";
  expect(secret.length).toBeGreaterThan(20);
  await dialog.getByRole("button", { name: "已保存" }).click();
  await expect(page.getByRole("row", { name: /官网表单/ })).toBeVisible();
  await expect(page.locator("body")).not.toContainText(secret);

  await page.goto("/admin/system");
  await page.getByRole("button", { name: "立即备份" }).click();
  await expect(page.getByRole("row", { name: /最新/ })).toBeVisible({ timeout: 60_000 });
  // What is copied for the bad night can be pasted as it is.
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "复制恢复命令" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^docket restore '\/.+\/backups\/\d{4}-\d\d-\d\dT\d{6}Z' --data \/var\/lib\/docket-restored$/);
});

test("every place is in sight in a low window, or found by typing", async ({ open }) => {
  const page = await open({ who: "admin", at: "/tickets" });
  const places = page.getByRole("navigation", { name: "主导航" });
  await expect(places.getByRole("link", { name: "管理" })).toBeInViewport({ ratio: 1 });
  await expect(places.getByRole("link", { name: "我的工单" })).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog");
  await page.locator(".palette input").fill("备份");
  await dialog.getByRole("option", { name: /系统与备份/ }).click();
  await expect(page).toHaveURL(/\/admin\/system/);
  await page.keyboard.press("Control+k");
  await page.locator(".palette input").fill("报表");
  await dialog.getByRole("option", { name: "报表", exact: true }).click();
  await expect(page).toHaveURL(/\/reports/);
});

test("what one may not do is not shown", async ({ open }) => {
  const page = await open({ who: "zhou", at: "/admin" });
  const parts = page.getByRole("navigation", { name: "管理" });
  await expect(parts.getByRole("link", { name: "班表" })).toBeVisible();
  await expect(parts.getByRole("link", { name: "用户" })).toHaveCount(0);
  await expect(parts.getByRole("link", { name: "系统与备份" })).toHaveCount(0);
});

test("a draft is tried on the tickets of the last weeks before it is published", async ({ open, desk, faults }) => {
  // After the plans and publications of the tests before, the server may ask the page to wait with its own. It does.
  faults.expect(/status of 429 .*\/definitions\/(plan|backtest)\)$/);
  await someReturns(desk);
  const page = await open({ who: "admin", at: "/admin/definitions?file=workflows/return.yaml" });
  const editor = page.getByRole("textbox", { name: "workflows/return.yaml" });
  await expect(editor).toHaveValue(/workflows:/);
  const before = await editor.inputValue();
  await editor.fill(`${before}\n# 由浏览器测试添加\n`);
  await page.getByRole("link", { name: /检查并发布/ }).click();
  const backtest = page.getByRole("region", { name: "回测" });
  await backtest.getByRole("button", { name: "开始回测" }).click();
  await expect(backtest.getByText(/可比较 (\d+)\/\1 张/)).toBeVisible({ timeout: 60_000 });
  await expect(backtest.getByText("结果完全相同")).toBeVisible();

  await page.goto("/admin/definitions?file=workflows/return.yaml");
  await expect(editor).toHaveValue(/由浏览器测试添加/);
  await editor.fill(elsewhere(before));
  await page.getByRole("link", { name: /检查并发布/ }).click();
  await expect(backtest.getByRole("button", { name: "开始回测" })).toBeVisible();
  await expect(backtest.getByText("结果完全相同")).toHaveCount(0);
  await backtest.getByLabel("看多久以内新建的工单").selectOption("7");
  await backtest.getByRole("button", { name: "开始回测" }).click();
  await expect(backtest.getByText(/流转 return\/accept/)).toBeVisible({ timeout: 60_000 });
  await expect(backtest.getByRole("row", { name: /质检/ })).toContainText("+");
  await backtest.getByRole("link").first().click();
  await expect(page).toHaveURL(/\/tickets\/\d+/);
});

const screens = ["", "/users", "/roster", "/teams", "/roles", "/definitions?file=workflows/return.yaml", "/definitions/history", "/sla", "/calendars?day=2026-09-28", "/dispatch?type=return", "/triggers", "/brand", "/deliveries", "/tokens", "/system", "/jobs", "/audit"];
for (const variant of variants) {
  test(`@screens admin ${variantName(variant)}`, async ({ open, desk }) => {
    test.setTimeout(900_000);
    const page = await open({ ...variant, who: "admin", at: "/admin" });
    for (const path of screens) {
      await page.goto(`/admin${path}`);
      await page.locator(".d-skeleton").first().waitFor({ state: "detached" });
      await look(page, `admin${path.replace(/\?.*/, "").replaceAll("/", "-")}`, variant, { viewport: true, foreign: /[\u4e00-\u9fff]/ });
    }
    // With a draft: what it would change, and what it would have changed.
    await someReturns(desk);
    await page.goto("/admin/definitions?file=workflows/return.yaml");
    const editor = page.getByRole("textbox", { name: "workflows/return.yaml" });
    await expect(editor).toHaveValue(/workflows:/);
    await editor.fill(elsewhere(await editor.inputValue()));
    await page.goto("/admin/definitions/plan");
    await page.locator(".backtest button").click();
    await expect(page.locator(".backtest .objection").first()).toBeVisible({ timeout: 60_000 });
    await page.locator(".backtest").scrollIntoViewIfNeeded();
    await look(page, "admin-definitions-plan", variant, { viewport: true, foreign: /[\u4e00-\u9fff]/ });
  });
}
