// SPDX-License-Identifier: Apache-2.0
// What an agent does in the console, by the names that an agent sees.
import type { Page } from "@playwright/test";
import type { Desk } from "./desk.ts";
import { expect } from "./test.ts";

/** The box that one writes in, and its button. */
export const replyBox = (page: Page) => page.getByRole("combobox", { name: "回复客户", exact: true });
export const noteBox = (page: Page) => page.getByRole("combobox", { name: "内部备注", exact: true });
export const said = (page: Page, text: string) => page.locator(".talk .message .text", { hasText: text });

export async function reply(page: Page, text: string) {
  await page.getByRole("radio", { name: "回复客户" }).click();
  await replyBox(page).fill(text);
  await page.getByRole("button", { name: "发送给客户" }).click();
}
export async function note(page: Page, text: string) {
  await page.getByRole("radio", { name: "内部备注" }).click();
  await noteBox(page).fill(text);
  await page.getByRole("button", { name: "添加备注" }).click();
}

/** Opens a ticket and waits until it can be worked on. */
export async function openTicket(page: Page, id: number) {
  await page.goto(`/tickets/${id}`);
  await expect(page.locator(".ticket-head h1")).toBeVisible();
}

/** Takes a step of the workflow. A step with requirements opens a dialog: `wanted` is what is filled in there. */
export async function step(page: Page, name: string, wanted?: Record<string, string>) {
  const head = page.locator(".ticket-head");
  const button = head.getByRole("button", { name, exact: true });
  const more = head.getByRole("button", { name: "更多" });
  const menu = page.getByRole("menu");
  // Few steps stand in the open, the rest behind the three dots; which these are may change until all news are here.
  await expect(async () => {
    if (await menu.isVisible()) await page.keyboard.press("Escape");
    if (await button.waitFor({ timeout: 1_500 }).then(() => true, () => false)) return button.click({ timeout: 5_000 });
    await more.click({ timeout: 5_000 });
    await menu.getByRole("menuitem", { name, exact: true }).click({ timeout: 2_000 });
  }).toPass({ timeout: 90_000 });
  if (!wanted) return;
  const dialog = page.getByRole("dialog", { name });
  for (const [label, value] of Object.entries(wanted)) {
    const field = dialog.getByLabel(new RegExp(`^${label.replace(/[()（）]/g, ".")}`)).first();
    if ((await field.evaluate((it) => it.tagName)) === "SELECT") await field.selectOption({ label: value });
    else await field.fill(value);
  }
  await dialog.getByRole("button", { name, exact: true }).click();
  await expect(dialog).toHaveCount(0);
}
export const stateOf = (page: Page) => page.locator(".ticket-head .second-line").first();

/** A ticket made by the API, in the agents' team. */
export function ticket(desk: Desk, subject: string, more: Record<string, unknown> = {}) {
  return desk.admin.post("/tickets", { type: "consult", subject, body: `${subject}，请处理`, team: "service", ...more });
}
export async function messagesOf(desk: Desk, id: number): Promise<{ body: string; kind: string; at: string }[]> {
  return (await desk.admin.get(`/tickets/${id}/messages?limit=100`)).items;
}
