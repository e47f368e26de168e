// SPDX-License-Identifier: Apache-2.0
// Tickets that ended in another: what was said on them is read on that one's page.
import { openTicket, said, ticket } from "../support/console.ts";
import { png } from "../support/files.ts";
import { expect, phone, test } from "../support/test.ts";

test("what was said on a ticket that is merged in is unfolded on the page that it ended in, also by who never saw it", async ({ open, desk }) => {
  const source = await ticket(desk, "包装破损", { team: "quality" });
  const target = await ticket(desk, "退款进度");
  const picture = JSON.parse((await desk.admin.send("POST", "/api/v1/attachments?name=photo.png", { bytes: png, type: "image/png" })).text);
  await desk.admin.post(`/tickets/${source.id}/messages`, { kind: "reply", body: "照片已收到", attachments: [picture.id] });
  await desk.admin.post(`/tickets/${source.id}/messages`, { kind: "note", body: "是运输造成的" });
  const lin = await open({ who: "lin" });
  await openTicket(lin, target.id);
  await expect(said(lin, "退款进度，请处理")).toBeVisible();
  const fold = lin.getByRole("region", { name: "对话" }).getByRole("button", { name: /^并入的工单/ });
  await expect(fold).toHaveCount(0);

  await desk.admin.post(`/tickets/${source.id}/merge`, { into: target.id });
  await expect(fold).toHaveAccessibleName(`并入的工单 ${source.number}《包装破损》· 3 条消息`);
  await expect(fold).toHaveAttribute("aria-expanded", "false");
  await expect(said(lin, "照片已收到")).toHaveCount(0);
  await fold.focus();
  await lin.keyboard.press("Enter");
  await expect(fold).toHaveAttribute("aria-expanded", "true");
  await expect(said(lin, "照片已收到")).toBeVisible();
  await expect(lin.locator(".merged-ticket .message.is-note")).toContainText("是运输造成的");
  const shown = lin.locator(".merged-ticket").getByRole("link", { name: "打开 photo.png" }).getByRole("img");
  await expect.poll(() => shown.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(96);
  expect((await lin.request.get(`/api/v1/tickets/${source.id}`)).status()).toBe(404);
  await lin.keyboard.press("Enter");
  await expect(said(lin, "照片已收到")).toHaveCount(0);
});

test("on a phone a chain of merged tickets is told in the order that they came, each with where it went", async ({ open, desk }) => {
  const [first, second, last] = [await ticket(desk, "第一张"), await ticket(desk, "第二张"), await ticket(desk, "第三张")];
  await desk.admin.post(`/tickets/${first.id}/merge`, { into: second.id });
  await desk.admin.post(`/tickets/${second.id}/merge`, { into: last.id });
  const lin = await open({ ...phone, who: "lin" });
  await openTicket(lin, last.id);
  const folds = lin.getByRole("button", { name: /^并入的工单/ });
  await expect(folds).toHaveText([`并入的工单 ${first.number}《第一张》· 1 条消息 经 ${second.number} 并入`, `并入的工单 ${second.number}《第二张》· 1 条消息`]);
  await folds.first().tap();
  await expect(said(lin, "第一张，请处理")).toBeVisible();
});
