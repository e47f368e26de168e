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
    // Nobody could sign in yet, so the first page is the set-up.
    const page = await open({ ...variant, at: "/" });
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
    // Somebody was called away: the next step is taken up where it was.
    await page.reload();
    await page.locator(".setup fieldset.choices").waitFor();
    await look(page, "setup-2-desk", variant, options);
    await input(0).fill(variant.language === "zh" ? "云帆科技客户服务" : "云帆");
    await input(1).fill("Yunfan Support");
    // Its only type of ticket wants an order number, and its workflow has no step "resolve".
    await page.locator(".setup input[name=template][value=ecommerce]").check();
    await next();
    await page.locator(".setup input[type=time]").first().waitFor();
    await page.locator(".setup input[name=promise][value=strict]").check();
    await look(page, "setup-2-hours", variant, options);
    await next();
    await page.locator(".setup .person").first().waitFor();
    const person = page.locator(".setup .person").first().locator("input");
    await person.nth(0).fill(variant.language === "zh" ? "林小满" : "Lin Xiaoman");
    await person.nth(1).fill("lin");
    await look(page, "setup-3-people", variant, options);
    // The account is made and its password is not: who goes on again meets no "is taken".
    let passwords = 0;
    const refusal = { type: "about:blank", title: "Bad Request", status: 400, code: "invalid" };
    await page.route("**/api/v1/users/*/password", (route) => (passwords++ ? route.continue() : route.fulfill({ status: 400, contentType: "application/problem+json", body: JSON.stringify(refusal) })));
    await next();
    await page.getByRole("alert").waitFor();
    await next();
    await page.locator(".setup table").waitFor();
    await look(page, "setup-4-done", variant, { foreign: /.*/ });
    const word = (zh: string, en: string) => (variant.language === "zh" ? zh : en);
    await page.getByRole("button", { name: word("放入示例工单", "Add sample tickets") }).click();
    await page.getByRole("button", { name: word("收起示例工单", "Put them away") }).waitFor();
    await page.getByRole("button", { name: word("开始练习", "Start"), exact: true }).click();
    await page.locator(".practice-bar").waitFor();
    await page.locator(".ticket-head").getByRole("button", { name: word("领取", "Take") }).click();
    await expect(page.locator(".practice-bar")).toContainText("3 / 5");
    // Put away in one click, whenever that is.
    const stillNew = async () => {
      const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
      return (await desk.stranger.with({ cookie: cookies }).get("/tickets?category=new&limit=50")).items.length;
    };
    expect(await stillNew()).toBe(6);
    await page.goto("/admin");
    await page.getByRole("button", { name: word("收起示例工单", "Put them away") }).click();
    await page.getByText(word("已收起 5 张", "5 sample tickets put away")).waitFor();
    expect(await stillNew()).toBe(1);
  });
}
