// SPDX-License-Identifier: Apache-2.0
// Colleagues: whoever is mentioned is told at once; whoever has no account answers by a link.
import { noteBox, openTicket, replyBox, said, ticket } from "../support/console.ts";
import { expect, phone, test } from "../support/test.ts";

test("who is mentioned is told in another window at once, and comes from the notice to the ticket", async ({ open, desk }) => {
  const { id, number } = await ticket(desk, "请质检看一下");
  const lin = await open({ who: "lin" });
  const wu = await open({ who: "wu", at: "/tickets" });
  const bell = wu.getByRole("link", { name: /^通知，/ });
  await expect(bell).toHaveAccessibleName("通知，0 条未读");
  await openTicket(lin, id);
  await lin.getByRole("radio", { name: "内部备注" }).click();
  await noteBox(lin).pressSequentially("@吴");
  await lin.getByRole("option", { name: /吴质检/ }).click();
  await noteBox(lin).pressSequentially("请看附图");
  await lin.getByRole("button", { name: "添加备注" }).click();
  await expect(said(lin, "@吴质检 请看附图")).toHaveCount(1);

  await expect(bell).toHaveAccessibleName("通知，1 条未读");
  await bell.click();
  await expect(wu.getByRole("heading", { name: "通知" })).toBeVisible();
  await wu.getByRole("button", { name: new RegExp(number) }).click();
  // Wu works in another team, and sees the ticket since the mention.
  await expect(wu.locator(".ticket-head h1")).toHaveText("请质检看一下");
  await expect(said(wu, "@吴质检 请看附图")).toHaveCount(1);
  await expect(bell).toHaveAccessibleName("通知，0 条未读");
  await wu.reload();
  await expect(bell).toHaveAccessibleName("通知，0 条未读");
});

test("a guest is asked from the ticket, answers by the link, and whoever asked is told", async ({ open, desk, faults }) => {
  faults.expect(/status of 401/);
  const { id } = await ticket(desk, "压缩机异响");
  const lin = await open({ who: "lin" });
  await openTicket(lin, id);
  await lin.getByRole("button", { name: "请协作人答复" }).click();
  const dialog = lin.getByRole("dialog", { name: "请协作人答复" });
  await expect(dialog.getByLabel("对方姓名")).toBeFocused();
  await dialog.getByLabel("对方姓名").fill("刘工");
  await dialog.getByLabel("问题").fill("这个批次有没有已知问题？");
  await dialog.getByRole("checkbox").first().check();
  await dialog.getByRole("button", { name: "生成链接" }).click();
  const link = await dialog.getByLabel("协作链接").inputValue();
  await dialog.getByRole("button", { name: "完成" }).click();
  await expect(lin.getByText("等待答复")).toBeVisible();

  const guest = await open(phone);
  await guest.goto(link);
  await expect(guest.getByText("这个批次有没有已知问题？")).toBeVisible();
  await expect(guest.getByText("压缩机异响，请处理")).toBeVisible();
  await guest.getByLabel("您的答复").fill("有，建议换新");
  await guest.getByRole("button", { name: "发送答复" }).click();
  await expect(guest.getByText("答复已送达")).toBeVisible();

  await expect(said(lin, "有，建议换新")).toHaveCount(1);
  await expect(lin.getByText("已答复", { exact: true })).toBeVisible();
  // In working hours the ticket was given to somebody, who has a notice of that too.
  await expect(lin.getByRole("link", { name: /^通知，[1-9]\d* 条未读$/ })).toBeVisible();
  const notices = (await (await lin.request.get(`${desk.origin}/api/v1/notices`)).json()) as { items: { kind: string }[] };
  expect(notices.items.map(({ kind }) => kind)).toContain("guest_answered");

  await lin.getByRole("button", { name: /^撤销 刘工/ }).click();
  await lin.getByRole("alertdialog").getByRole("button", { name: "撤销" }).click();
  await expect(lin.getByText("已答复", { exact: true })).toBeVisible();
  await guest.reload();
  await expect(guest.getByText("有，建议换新")).toHaveCount(0);
});

test("two on one ticket see each other, and are told when both write", async ({ open, desk }) => {
  test.skip(!(await desk.has("/tickets/{ticket_id}/presence")), "this program tells nobody who else is here");
  const { id } = await ticket(desk, "两人同时打开");
  const lin = await open({ who: "lin" });
  await openTicket(lin, id);
  const chen = await open({ who: "chen" });
  await openTicket(chen, id);
  await expect(chen.getByText("林小满 正在查看")).toHaveCount(1, { timeout: 30_000 });
  await expect(lin.getByText("陈嘉 正在查看")).toHaveCount(1, { timeout: 30_000 });
  await replyBox(lin).fill("我来回复");
  await expect(chen.getByText("林小满 正在回复这张工单")).toBeVisible({ timeout: 30_000 });
  await replyBox(chen).fill("我也在写");
  await expect(chen.getByText("林小满 也在回复，请先商量由谁发送")).toBeVisible();
  await chen.close();
  await lin.reload();
  await expect(replyBox(lin)).toHaveValue("我来回复");
});
