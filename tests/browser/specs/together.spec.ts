// SPDX-License-Identifier: Apache-2.0
// Several at work at once, and what happens when the line or the server goes away in the middle of it.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { messagesOf, note, openTicket, replyBox, said, step, ticket } from "../support/console.ts";
import { place } from "../support/place.ts";
import { expect, phone, test } from "../support/test.ts";

test("two agents on one ticket see each other's words at once, and are told before they answer twice", async ({ open, desk }) => {
  const { id } = await ticket(desk, "两个人同时处理");
  const lin = await open({ who: "lin" });
  const chen = await open({ who: "chen" });
  await openTicket(lin, id);
  await openTicket(chen, id);
  await replyBox(chen).fill("我来处理，稍等");
  await note(lin, "已电话联系客户");
  await expect(said(lin, "已电话联系客户")).toHaveCount(1);
  await expect(said(chen, "已电话联系客户")).toHaveCount(1);
  await expect(chen.getByText(/编写期间 林小满 又发来 1 条消息/)).toBeVisible();
  await chen.getByRole("button", { name: "发送给客户" }).click();
  // Not sent at the first press; what was typed is still there.
  await expect(chen.getByRole("button", { name: "仍然发送" })).toBeVisible();
  await expect(replyBox(chen)).toHaveValue("我来处理，稍等");
  await chen.getByRole("button", { name: "仍然发送" }).click();
  await expect(said(lin, "我来处理，稍等")).toHaveCount(1);
  await expect.poll(async () => (await messagesOf(desk, id)).filter(({ body }) => body === "我来处理，稍等").length, { timeout: 120_000 }).toBe(1);
});

test("a step that somebody else took first is refused with reason, and the page shows what is so", async ({ open, desk, faults }) => {
  faults.expect(/status of 409/);
  const { id } = await ticket(desk, "同一步走两次");
  const lin = await open({ who: "lin" });
  await openTicket(lin, id);
  // The live stream of this window is cut, so that it still shows the step.
  await lin.routeWebSocket(/\/api\/v1\/stream/, () => {});
  await lin.reload();
  const button = lin.locator(".ticket-head").getByRole("button", { name: "开始处理" });
  await expect(button).toBeVisible();
  await (await desk.as("chen")).post(`/tickets/${id}/transitions`, { transition: "start" });
  await button.click();
  await expect(lin.locator(".ticket-head .second-line")).toContainText("处理中");
  await expect(lin.locator(".ticket-head").getByRole("button", { name: "开始处理" })).toHaveCount(0);
  const { items } = await desk.admin.get(`/tickets/${id}/events?limit=100`);
  expect(items.filter((one: unknown) => JSON.stringify(one).includes('"start"')).length).toBe(1);
});

test("the line goes away in the middle of a reply: nothing is lost, nothing doubled", async ({ open, desk, faults }) => {
  faults.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
  const { id } = await ticket(desk, "断线时回复");
  const page = await open({ ...phone, who: "lin" });
  await openTicket(page, id);
  await replyBox(page).fill("写到一半");
  await page.context().setOffline(true);
  await replyBox(page).fill("写到一半，断线了也能发");
  await page.getByRole("button", { name: "发送给客户" }).click();
  await expect(page.getByText(/离线，1 项待同步/)).toBeVisible();
  await desk.admin.post(`/tickets/${id}/messages`, { kind: "note", body: "断线期间别人写的" });
  await page.context().setOffline(false);
  await expect(page.getByText(/离线，1 项待同步/)).toHaveCount(0, { timeout: 45_000 });
  await expect(said(page, "断线期间别人写的")).toHaveCount(1);
  await expect.poll(async () => (await messagesOf(desk, id)).filter(({ body }) => body.includes("断线了也能发")).length, { timeout: 120_000 }).toBe(1);
  await expect(said(page, "断线了也能发")).toHaveCount(1);
});

test("the server is killed in the middle of a reply: what was typed is there, and arrives once", async ({ open, desk, faults }) => {
  faults.expect(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket connection|ERR_NETWORK/);
  const { id } = await ticket(desk, "服务器重启时回复");
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  await replyBox(page).fill("服务器挂了也不丢");
  await desk.stop("SIGKILL");
  await page.getByRole("button", { name: "发送给客户" }).click();
  await expect(page.getByText(/1 项待同步/)).toBeVisible();
  await desk.start();
  await expect.poll(async () => (await messagesOf(desk, id)).filter(({ body }) => body.includes("挂了也不丢")).length, { timeout: 60_000 }).toBe(1);
  await expect(said(page, "挂了也不丢")).toHaveCount(1);
  await page.reload();
  await expect(said(page, "挂了也不丢")).toHaveCount(1);
  expect((await messagesOf(desk, id)).filter(({ body }) => body.includes("挂了也不丢"))).toHaveLength(1);
});

test("a screen that was not opened before waits for the server: the page stays, and opens it once the server is back", async ({ open, desk, faults }) => {
  faults.expect(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket connection|ERR_NETWORK|dynamically imported module/);
  const { id } = await ticket(desk, "服务器停机时换页");
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  await replyBox(page).fill("停机时还在");
  await desk.stop("SIGKILL");
  const customers = page.locator("a.nav-link[href='/customers']");
  await customers.click();
  await expect(page.getByText("连不上服务器，这里还打不开")).toBeVisible();
  await customers.click();
  await expect(page).toHaveURL(new RegExp(`/tickets/${id}`));
  await expect(replyBox(page)).toHaveValue("停机时还在");
  await desk.start();
  await expect(async () => {
    await customers.click();
    await expect(page.getByRole("heading", { name: "客户", exact: true })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  expect(await page.evaluate(() => [...document.styleSheets].some(({ href }) => href?.includes("/PartyList")))).toBe(true);
  await openTicket(page, id);
  await expect(replyBox(page)).toHaveValue("停机时还在");
});

/** The same pages under other names, as the next version has them. */
function upgraded(to: string): string {
  fs.cpSync(place.web, to, { recursive: true });
  const manifest = JSON.parse(fs.readFileSync(path.join(to, "manifest.json"), "utf8")) as { files: { path: string; size: number; sha256: string; encodings?: unknown }[] };
  const next = (name: string) => name.replace(/\.(js|css)$/, "_.$1");
  const names = manifest.files.map((file) => path.basename(file.path)).filter((name) => /-[\w-]{8}\.(js|css)$/.test(name));
  const known = new RegExp(names.map((name) => name.replace(/[.]/g, "\\.")).join("|"), "g");
  for (const file of manifest.files) {
    const before = path.join(to, file.path);
    if (names.includes(path.basename(file.path))) file.path = next(file.path);
    const bytes = /\.(js|css|html)$/.test(before) ? Buffer.from(fs.readFileSync(before, "utf8").replace(known, next)) : fs.readFileSync(before);
    fs.rmSync(before);
    fs.writeFileSync(path.join(to, file.path), bytes);
    Object.assign(file, { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), encodings: {} });
  }
  fs.writeFileSync(path.join(to, "manifest.json"), JSON.stringify(manifest));
  return to;
}

test("a page that is open over an upgrade of the server takes the new pages with the next screen, and loses nothing", async ({ open, desk, faults }) => {
  faults.expect(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket connection|ERR_NETWORK|dynamically imported module|status of 404|MIME type/);
  const { id } = await ticket(desk, "升级时正在写");
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  await replyBox(page).fill("升级前写的");
  await desk.stop();
  desk.web = upgraded(path.join(desk.directory, "next"));
  await desk.start();
  try {
    await page.locator("a.nav-link[href='/customers']").click();
    await expect(page.getByRole("heading", { name: "客户", exact: true })).toBeVisible();
    expect(await page.locator("script[type=module][src]").first().getAttribute("src")).toMatch(/_\.js$/);
    await openTicket(page, id);
    await expect(replyBox(page)).toHaveValue("升级前写的");
  } finally {
    await desk.stop();
    desk.web = place.web;
    await desk.start();
  }
});

test("a closed tab keeps the draft, on another device too", async ({ open, desk }) => {
  const { id } = await ticket(desk, "草稿");
  const page = await open({ who: "lin" });
  await openTicket(page, id);
  await replyBox(page).fill("还没写完的回复");
  await page.reload();
  await expect(replyBox(page)).toHaveValue("还没写完的回复");
});

test("a workflow is published while agents work: their tickets go on as they began, new ones by the new one", async ({ open, desk }) => {
  const before = await ticket(desk, "发布前的工单");
  const page = await open({ who: "lin" });
  await openTicket(page, before.id);
  await replyBox(page).fill("发布时正在写");

  const publications = await desk.admin.get("/definitions/publications");
  const { files } = await desk.admin.get(`/definitions/publications/${publications.items[0].number}/files`);
  const was = "{zh: 开始处理, en: Start}";
  expect(files["workflows/service.yaml"]).toContain(was);
  const changed = files["workflows/service.yaml"].replace(was, "{zh: 马上处理, en: Start now}");
  await desk.admin.post("/definitions/publications", { files: { ...files, "workflows/service.yaml": changed }, comment: "换一个说法" });

  const after = await ticket(desk, "发布后的工单");
  await expect(replyBox(page)).toHaveValue("发布时正在写");
  await page.getByRole("button", { name: "发送给客户" }).click();
  await expect(said(page, "发布时正在写")).toHaveCount(1);
  await step(page, "开始处理");
  await expect(page.locator(".ticket-head .second-line")).toContainText("处理中");
  await openTicket(page, after.id);
  await expect(page.locator(".ticket-head").getByRole("button", { name: "马上处理" })).toBeVisible();
});

test("a hundred returns in bulk, a result for each", async ({ open, desk }) => {
  const made: { id: number }[] = [];
  for (let n = 0; n < 100; n++) made.push(await desk.admin.post("/tickets", { type: "return", subject: `批量退货 ${n}`, channel: "batch", body: "七天无理由", team: "returns", fields: { order_no: `SO-${1000 + n}`, return_reason: "no_reason" } }));
  const page = await open({ who: "zhou", at: `/tickets?filter=${encodeURIComponent(JSON.stringify({ field: "channel", operator: "is", value: "batch" }))}` });
  await page.getByLabel("选中已加载的全部").click();
  // The first page holds fewer than match.
  await page.getByRole("button", { name: /选中全部 .* 张符合条件的工单/ }).click();
  const bar = page.getByRole("toolbar", { name: "批量操作" });
  await bar.getByRole("button", { name: "流转" }).click();
  await page.getByRole("dialog").getByLabel(/流转/).selectOption({ label: "同意退货" });
  await page.getByRole("dialog").getByRole("button", { name: /^处理 .* 张$/ }).click();
  // More than twenty are asked about once more, by their number.
  await page.getByRole("alertdialog").getByRole("button", { name: /^处理 (99\+|100) 张$/ }).click();
  const ours = new Set(made.map(({ id }) => id));
  const inspecting = async () => ((await desk.admin.get("/tickets?type=return&state=inspecting&sort=created&limit=100")).items as { id: number }[]).filter(({ id }) => ours.has(id)).length;
  await expect.poll(inspecting, { timeout: 60_000 }).toBe(100);
  // What came of each can be looked at.
  await expect(page.locator(".job-tray")).toContainText("100 / 100");
});
