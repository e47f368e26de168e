// SPDX-License-Identifier: Apache-2.0
// Dialogs on a ticket. What is typed into one is dropped by no accident, and what was handed over is not called off by
// closing it; what a command makes of the ticket is said before, and seen after it.
import { messagesOf, openTicket, stateOf, ticket } from "../support/console.ts";
import { expect, test } from "../support/test.ts";

test("Esc asks before it drops what was typed; a step waits in the background while the line is down", async ({ open, desk, faults }) => {
  faults.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
  const { id } = await ticket(desk, "弹窗里的话");
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  const ask = page.getByRole("menuitem", { name: "请客户补充" }).or(page.locator(".ticket-head").getByRole("button", { name: "请客户补充" })).first();
  await page.locator(".ticket-head").getByRole("button", { name: "更多" }).click();
  await ask.click();
  const dialog = page.getByRole("dialog", { name: "请客户补充" });
  const text = dialog.getByLabel("说明");
  await text.fill("请提供订单号");
  const sure = page.getByRole("alertdialog");
  await page.keyboard.press("Escape");
  await sure.getByRole("button", { name: "取消" }).click();
  await expect(sure).toHaveCount(0);
  await expect(text).toHaveValue("请提供订单号");
  await text.focus();
  await page.context().setOffline(true);
  await dialog.getByRole("button", { name: "请客户补充" }).click();
  await dialog.getByRole("button", { name: "转到后台" }).click();
  await expect(dialog).toHaveCount(0);
  expect((await messagesOf(desk, id)).filter(({ body }) => body === "请提供订单号")).toEqual([]);
  await page.context().setOffline(false);
  await expect.poll(async () => (await messagesOf(desk, id)).filter(({ body }) => body === "请提供订单号").length, { timeout: 60_000 }).toBe(1);
  await expect(page.locator(".ticket-head")).toContainText("等待客户");
});

test("a ticket of the wrong type begins anew as another, and its page follows", async ({ open, desk }) => {
  const { id } = await ticket(desk, "想把电饭煲退了", { fields: { product_model: "K2", order_no: "SO-1234" } });
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  await page.locator(".data-pane").getByRole("button", { name: "咨询", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "改类型" });
  await dialog.getByLabel("从“咨询”改成").selectOption({ label: "退货" });
  await expect(dialog).toContainText("从“退货”流程的“退货申请”重新开始");
  await expect(dialog).toContainText("会清空：产品型号");
  await dialog.getByLabel("从“咨询”改成").selectOption({ label: "物流查询" });
  await expect(dialog).toContainText("停在现在的节点");
  await dialog.getByLabel("从“咨询”改成").selectOption({ label: "退货" });
  await dialog.getByRole("button", { name: "改类型" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(stateOf(page)).toContainText("退货申请");
  await expect(page.locator(".data-pane")).toContainText("SO-1234");
  await expect(page.locator(".data-pane")).not.toContainText("产品型号");
  await page.getByRole("tab", { name: "流程" }).click();
  await expect(page.locator(".context")).toContainText("质检");
  const lead = await open({ who: "admin", at: `/tickets/${id}?tab=history` });
  const history = lead.locator(".history");
  await expect(history).toContainText("把类型从“咨询”改成“退货”；进入 退货申请");
  await expect(history).toContainText("修改了 产品型号");
});
