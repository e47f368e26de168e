// SPDX-License-Identifier: Apache-2.0
// What is typed into a dialog is dropped by no accident, and what was handed over is not called off by closing it.
import { messagesOf, openTicket, ticket } from "../support/console.ts";
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
