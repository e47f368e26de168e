// SPDX-License-Identifier: Apache-2.0
// A colleague without an account: one question, what was released for it, an answer; then the link ends.
import type { Desk } from "../support/desk.ts";
import { pdf, png } from "../support/files.ts";
import { look, variantName, variants } from "../support/screen.ts";
import { expect, phone, test } from "../support/test.ts";

test.beforeEach(async ({ desk }) => {
  test.skip(!(await desk.has("/portal/desk")), "this program has no routes for people without an account");
});

async function uploaded(desk: Desk, name: string, bytes: Buffer, type: string): Promise<number> {
  const answer = await desk.admin.send("POST", `/api/v1/attachments?name=${encodeURIComponent(name)}`, { bytes, type });
  expect(answer.status).toBe(201);
  return JSON.parse(answer.text).id;
}

/** A ticket with one released message and picture and one that is not; and the guest's link. */
async function asked(desk: Desk, words: { subject: string; question: string; body?: string }) {
  const picture = await uploaded(desk, "nameplate.png", png, "image/png");
  const secretFile = await uploaded(desk, "contract.pdf", pdf, "application/pdf");
  const ticket = await desk.admin.post("/tickets", { type: "consult", subject: words.subject, body: words.body ?? "型号见铭牌", attachments: [picture] });
  const other = await desk.admin.post(`/tickets/${ticket.id}/messages`, { kind: "reply", body: "这一条没有放给协作人", attachments: [secretFile] });
  const { items } = await desk.admin.get(`/tickets/${ticket.id}/messages`);
  const made = await desk.admin.post(`/tickets/${ticket.id}/guests`, {
    name: "刘工",
    question: words.question,
    messages: [items[0].number],
    attachments: [picture],
    expires_in: 7 * 86_400,
  });
  return { ticket, guest: made.guest ?? made, link: made.link as string, picture, secretFile, other };
}

test("a colleague answers without an account, and whoever asked sees it", async ({ open, desk }) => {
  const { ticket, link } = await asked(desk, { subject: "压缩机两个月坏两次", question: "这个批次有没有已知问题？" });
  const page = await open(phone);
  await page.goto(link);
  await expect(page.getByText("这个批次有没有已知问题？")).toBeVisible();
  await expect(page.getByText("型号见铭牌")).toBeVisible();
  await expect(page.getByText("这一条没有放给协作人")).toHaveCount(0);
  // Whose desk asks, and the picture that it is about: there without a press, once, and larger when pressed.
  await expect(page.locator(".out-brand")).toContainText("云杉电器");
  const picture = page.getByRole("img", { name: "nameplate.png" });
  await expect(picture).toBeVisible();
  await expect(page.getByText("nameplate.png")).toHaveCount(0);
  await page.getByRole("button", { name: "放大或缩小 nameplate.png" }).click();
  await expect(picture).toHaveClass(/is-large/);

  await page.getByRole("button", { name: "发送答复" }).click();
  await expect(page.getByText("请先写下答复")).toBeVisible();
  await page.getByLabel("您的答复").fill("有，建议换新");
  await expect(page.getByText("请先写下答复")).toHaveCount(0);
  await page.locator("input[type=file]").setInputFiles({ name: "通报.pdf", mimeType: "application/pdf", buffer: pdf });
  await expect(page.getByRole("button", { name: "移除 通报.pdf" })).toBeVisible();
  await page.getByRole("button", { name: "发送答复" }).click();
  await expect(page.getByText("答复已送达")).toBeVisible();
  await expect(page.locator(".out-said", { hasText: "有，建议换新" })).toBeVisible();

  const { items } = await desk.admin.get(`/tickets/${ticket.id}/messages`);
  const answer = items.find((one: { body: string }) => one.body.includes("有，建议换新"));
  expect(answer.kind).toBe("note");
  expect(answer.attachments).toHaveLength(1);
});

test("a half-written answer is still there after a reload", async ({ open, desk }) => {
  const { link } = await asked(desk, { subject: "草稿", question: "还在吗？" });
  const page = await open(phone);
  await page.goto(link);
  await page.getByLabel("您的答复").fill("写到一");
  await page.reload();
  await expect(page.getByLabel("您的答复")).toHaveValue("写到一");
});

test("a link that was taken back says so, in the middle of an answer too", async ({ open, desk, faults }) => {
  faults.expect(/status of 40[0-9]/);
  const { ticket, guest, link } = await asked(desk, { subject: "收回", question: "不用了？" });
  const page = await open(phone);
  await page.goto(link);
  await page.getByLabel("您的答复").fill("晚了一步");
  await desk.admin.call("DELETE", `/tickets/${ticket.id}/guests/${guest.id}`);
  await page.getByRole("button", { name: "发送答复" }).click();
  await expect(page.getByRole("heading", { name: "这个链接已经失效" })).toBeVisible();
  const { items } = await desk.admin.get(`/tickets/${ticket.id}/messages`);
  expect(items.some((one: { body: string }) => one.body.includes("晚了一步"))).toBe(false);
});

for (const variant of variants) {
  test(`@screens guest ${variantName(variant)}`, async ({ open, desk, faults }) => {
    faults.expect(/status of 40[0-9]/);
    const zh = variant.language === "zh";
    const options = { foreign: /中文|管理员/ };
    const { link } = await asked(
      desk,
      zh
        ? { subject: "压缩机两个月坏两次", question: "这个批次（KFR-35 / 2026-08）的压缩机有没有已知的质量问题？客户说两个月内坏了两次，我们要不要直接换新？" }
        : { subject: "Compressor failed twice", question: "Is there a known fault in batch KFR-35 / 2026-08?", body: "See the nameplate." },
    );
    const page = await open(variant);
    await page.goto(link);
    await page.locator("#reply").waitFor();
    await look(page, "guest-1-question", variant, options);
    await page.locator("#reply").fill(zh ? "有通报，建议直接换新。" : "There is. Replace it.");
    await page.locator("button[type=submit]").click();
    await page.locator(".out-note.good").waitFor();
    await look(page, "guest-2-sent", variant, options);
    await page.goto(`/g#dlk_${"x".repeat(43)}`);
    await page.locator(".gone").waitFor();
    await look(page, "guest-3-gone", variant, options);
  });
}
