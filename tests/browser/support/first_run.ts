// SPDX-License-Identifier: Apache-2.0
// The first run, from the secret that the installation printed to a desk with a practice ticket.
import { look, variantName, type variants } from "./screen.ts";
import { expect, test } from "./test.ts";

/** One desk can be set up once, so each variant is a spec of its own. */
export function firstRun(variant: (typeof variants)[number]) {
  test.use({ deskWish: { empty: true, language: variant.language } });

  test(`@screens first run ${variantName(variant)}`, async ({ open, desk, faults }) => {
    faults.expect(/status of 40[0-9]/);
    const options = { foreign: /简体中文|中文|等待客户|等待备件|等待第三方|客户要求延后/ };
    const page = await open({ ...variant, at: "/setup" });
    await page.locator(".setup form").waitFor();
    await look(page, "setup-1-admin", variant, options);
    const input = (at: number) => page.locator(".setup input").nth(at);
    const next = () => page.locator(".setup form button[type=submit]").click();
    await input(0).fill("not the secret");
    await input(1).fill(variant.language === "zh" ? "管理员" : "Administrator");
    await input(2).fill("admin");
    for (const box of await page.locator(".setup input[type=password]").all()) await box.fill(desk.password);
    await next();
    await page.getByRole("alert").waitFor();
    await input(0).fill(desk.secret);
    for (const box of await page.locator(".setup input[type=password]").all()) await box.fill(desk.password);
    await next();
    await page.locator(".setup fieldset.choices").waitFor();
    await look(page, "setup-2-desk", variant, options);
    await input(0).fill(variant.language === "zh" ? "云帆科技客户服务" : "云帆");
    await input(1).fill("Yunfan Support");
    await next();
    await page.locator(".setup .person").first().waitFor();
    const person = page.locator(".setup .person").first().locator("input");
    await person.nth(0).fill(variant.language === "zh" ? "林小满" : "Lin Xiaoman");
    await person.nth(1).fill("lin");
    await look(page, "setup-3-people", variant, options);
    await next();
    await page.locator(".setup table").waitFor();
    await look(page, "setup-4-done", variant, { foreign: /.*/ });
    await page.getByRole("button", { name: variant.language === "zh" ? "放入示例工单" : /sample/i }).first().click();
    await expect(page.locator(".setup [class*=badge]").first()).toBeVisible();
    await page.goto("/tickets?view=all");
    await page.locator(".ticket-row").first().waitFor();
  });
}
