// SPDX-License-Identifier: Apache-2.0
// Catches a payload that runs, fetches or navigates, and sees that a text is really shown.
import type { Page } from "@playwright/test";
import { payloads } from "./payloads.ts";
import { full } from "./place.ts";
import { expect } from "./test.ts";

/** All of them at full size, every twentieth otherwise. */
export const some = full ? payloads : payloads.filter((_, at) => at % 20 === 0);

export async function trap(page: Page, note: (fault: string) => void) {
  await page.context().addInitScript(() => {
    const ran = (what: unknown) => console.error(`a payload ran: ${String(what)}`);
    Object.assign(window, { __ran: ran, alert: ran, confirm: ran, prompt: ran });
  });
  page.context().on("request", (request) => {
    if (request.url().includes("__fetched")) note(`a payload was fetched: ${request.url()}`);
  });
  page.on("dialog", (dialog) => note(`a dialog: ${dialog.message()}`));
  page.on("framenavigated", (frame) => {
    if (!/^(about:|https:\/\/localhost)/.test(frame.url())) note(`navigated to ${frame.url()}`);
  });
}

/** The text is there as text, so the field is really shown. */
export async function shown(page: Page, text: string) {
  const flat = text.replace(/\s+/g, " ").trim();
  await expect
    .poll(() => page.evaluate(() => document.body.innerText.replace(/\s+/g, " ")), { message: `not shown: ${text}` })
    .toContain(flat.slice(0, 60));
}
