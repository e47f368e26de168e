// SPDX-License-Identifier: Apache-2.0
// Writing: what may be taken back, what is kept, and who will read it.
import { messagesOf, openTicket, reply, replyBox, said, ticket } from "../support/console.ts";
import { expect, test } from "../support/test.ts";

test("a reply that is taken back was never sent, and is in the box again", async ({ open, desk }) => {
  const { id } = await ticket(desk, "撤回发送");
  const page = await open({ who: "lin" });
  // As long as may be chosen: a slow machine presses late.
  await page.addInitScript(() => localStorage.setItem("docket.preferences", JSON.stringify({ undoSeconds: 30 })));
  await openTicket(page, id);
  await reply(page, "写错了客户的名字");
  await expect(replyBox(page)).toHaveValue("");
  await page.locator(".d-toasts .toast", { hasText: "回复即将发出" }).getByRole("button", { name: "撤销" }).click();
  await expect(replyBox(page)).toHaveValue("写错了客户的名字");
  await expect(said(page, "写错了客户的名字")).toHaveCount(0);
  await page.reload();
  await expect(replyBox(page)).toHaveValue("写错了客户的名字");
  expect((await messagesOf(desk, id)).filter(({ body }) => body.includes("写错了"))).toEqual([]);
  expect((await (await desk.as("lin")).get("/drafts")).items).toMatchObject([{ ticket_id: id, kind: "reply", body: "写错了客户的名字" }]);
});

test("a reply goes out when its seconds are over, though the page was closed", async ({ open, desk }) => {
  const { id } = await ticket(desk, "关掉页面也会发出");
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  // What was answered is read here on its way: the browser keeps no answer that the page has read.
  let sendAt = "";
  await page.route(`**/api/v1/tickets/${id}/messages`, async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    const answer = await route.fetch();
    sendAt = ((await answer.json()) as { send_at: string }).send_at;
    return route.fulfill({ response: answer });
  });
  await reply(page, "稍后自动发出");
  await expect.poll(() => sendAt).not.toBe("");
  await page.close();
  const sent = async () => (await messagesOf(desk, id)).filter(({ body }) => body === "稍后自动发出");
  await expect.poll(async () => (await sent()).length, { timeout: 60_000 }).toBe(1);
  expect(Date.parse((await sent())[0]?.at ?? "")).toBeGreaterThanOrEqual(Date.parse(sendAt));
  expect((await (await desk.as("lin")).get("/drafts")).items.filter((one: { ticket_id: number }) => one.ticket_id === id)).toEqual([]);
});

test("what was begun on one device is there on another, files and mentions with it", async ({ open, desk }) => {
  const { id } = await ticket(desk, "换一台设备接着写");
  const office = await open({ who: "lin" });
  await openTicket(office, id);
  await replyBox(office).fill("在电脑上写了一半");
  await office.locator('.composer input[type="file"]').setInputFiles({ name: "说明书.txt", mimeType: "text/plain", buffer: Buffer.from("装机步骤") });
  await expect(office.locator(".composer").getByText("说明书.txt")).toBeVisible();
  const lin = await desk.as("lin");
  await expect.poll(async () => (await lin.get("/drafts")).items.find((one: { ticket_id: number }) => one.ticket_id === id)?.attachments?.length).toBe(1);

  const phone = await open({ who: "lin", width: 390 });
  await openTicket(phone, id);
  await expect(replyBox(phone)).toHaveValue("在电脑上写了一半");
  await expect(phone.locator(".composer").getByText("说明书.txt")).toBeVisible();
  await phone.getByRole("button", { name: "发送给客户" }).click();
  await expect.poll(async () => (await messagesOf(desk, id)).filter(({ body }) => body === "在电脑上写了一半").length, { timeout: 60_000 }).toBe(1);
  await expect.poll(async () => (await lin.get("/drafts")).items.filter((one: { ticket_id: number }) => one.ticket_id === id)).toEqual([]);
});

test("the text of a step stays between colleagues unless one says otherwise; a step that asks the customer tells them", async ({ open, desk }) => {
  const { id } = await ticket(desk, "升级不告诉客户", { type: "complaint" });
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  await page.locator(".ticket-head").getByRole("button", { name: "升级给组长" }).click();
  const dialog = page.getByRole("dialog", { name: "升级给组长" });
  await expect(dialog.getByLabel(/^说明/)).toBeFocused();
  await expect(dialog.getByRole("radio", { name: "内部备注" })).toBeChecked();
  await page.keyboard.type("客户情绪激动，建议组长回电");
  await page.keyboard.press("Control+Enter");
  await expect(dialog).toHaveCount(0);
  await expect.poll(async () => (await messagesOf(desk, id)).find(({ body }) => body.includes("建议组长回电"))?.kind).toBe("note");

  const other = await ticket(desk, "请客户补充");
  await openTicket(page, other.id);
  await page.locator(".ticket-head").getByRole("button", { name: "更多" }).click();
  await page.getByRole("menuitem", { name: "请客户补充" }).or(page.locator(".ticket-head").getByRole("button", { name: "请客户补充" })).first().click();
  const asking = page.getByRole("dialog", { name: "请客户补充" });
  await expect(asking.getByRole("radio", { name: "回复客户" })).toBeChecked();
  await page.keyboard.type("请提供订单号");
  await asking.getByRole("button", { name: "请客户补充" }).click();
  await expect.poll(async () => (await messagesOf(desk, other.id)).find(({ body }) => body === "请提供订单号")?.kind).toBe("reply");
});
