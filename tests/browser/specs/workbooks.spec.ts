// SPDX-License-Identifier: Apache-2.0
// What leaves the console as a file opens in LibreOffice: each report with its chart, each list whole; and a text that would
// like to be a formula stays a text.
import * as fs from "node:fs";
import type { Page } from "@playwright/test";
import { charts, formulaCells, opened } from "../support/office.ts";
import { formulas } from "../support/payloads.ts";
import { expect, test } from "../support/test.ts";

test.use({ deskWish: { demo: 300 } });
const line = (text: string) => text.replace(/\s+/g, " ").trim();

async function taken(page: Page, press: () => Promise<unknown>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 120_000 }), press()]);
  return { name: download.suggestedFilename(), bytes: fs.readFileSync(await download.path()) };
}

test("every report leaves by one click, opens, and shows what the page shows", async ({ open, desk }) => {
  const { items } = await desk.admin.get("/reports");
  expect(items.length).toBeGreaterThanOrEqual(10);
  const page = await open({ who: "admin" });
  for (const { name, label } of items as { name: string; label: { zh: string } }[]) {
    await page.goto(`/reports?name=${name}`);
    const button = page.getByRole("link", { name: "导出 Excel" });
    await expect(page.locator("main table").or(page.getByText("这段时间没有数据")).first()).toBeVisible();
    // Nothing to take along where there is nothing.
    if (await page.getByText("这段时间没有数据").isVisible()) continue;
    const shown = (await page.locator("main table tbody th, main table tbody td:first-child").first().innerText()).trim();
    const { name: file, bytes } = await taken(page, () => button.click());
    expect(file).toMatch(/\.xlsx$/);
    expect(charts(bytes), `charts of ${name}`).not.toEqual([]);
    expect(formulaCells(bytes)).toEqual([]);
    const [sheet = []] = await opened(bytes, "xlsx");
    expect(sheet[0]?.[0]).toBe(label.zh);
    expect(sheet.flat(), `${name} has the row ${shown}`).toContain(shown);
  }
});

for (const [format, label] of [["xlsx", "导出 Excel（全部）"], ["csv", "导出 CSV（全部）"]] as const) {
  test(`a list leaves whole as ${format}, and formulas in it stay texts`, async ({ open, desk }) => {
    for (const text of formulas) await desk.admin.post("/tickets", { type: "consult", subject: line(text), body: text, channel: `from-${format}`, tags: ["公式"] });
    const filter = JSON.stringify({ field: "channel", operator: "is", value: `from-${format}` });
    const page = await open({ who: "admin", at: `/tickets?filter=${encodeURIComponent(filter)}` });
    await page.locator(".ticket-row").first().waitFor();
    const { bytes } = await taken(page, async () => {
      await page.getByRole("button", { name: "导出", exact: true }).click();
      await page.getByRole("menuitem", { name: label }).click();
    });
    if (format === "xlsx") expect(formulaCells(bytes)).toEqual([]);
    const [sheet = []] = await opened(bytes, format);
    const column = sheet[0]?.findIndex((title) => title === "主题") ?? -1;
    expect(sheet.slice(1).map((row) => line((row[column] ?? "").replace(/^'/, ""))).sort()).toEqual(formulas.map(line).sort());
  });
}
