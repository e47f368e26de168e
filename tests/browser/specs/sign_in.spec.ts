// SPDX-License-Identifier: Apache-2.0
// The door of the console.
import { look, variantName, variants } from "../support/screen.ts";
import { expect, test } from "../support/test.ts";

test("a wrong password keeps the login, the right one leads to where one wanted to go", async ({ open, desk, faults }) => {
  faults.expect(/status of 401/);
  await desk.session("lin");
  const page = await open({ at: "/tickets?view=mine" });
  await expect(page).toHaveURL(/\/sign-in\?to=/);
  await page.getByLabel("登录名").fill("lin");
  await page.getByLabel("密码").fill("not this one, surely");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("登录名或密码不对");
  await expect(page.getByLabel("登录名")).toHaveValue("lin");
  await expect(page.getByLabel("密码")).toBeFocused();
  await page.keyboard.type(desk.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/tickets\?view=mine/);
});

test("from / to the list of tickets", async ({ open, desk }) => {
  await desk.session("lin");
  const page = await open({ at: "/" });
  await page.getByLabel("登录名").fill("lin");
  await page.getByLabel("密码").fill(desk.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/tickets/);
});

for (const variant of variants) {
  test(`@screens sign-in ${variantName(variant)}`, async ({ open, faults }) => {
    faults.expect(/status of 401/);
    const page = await open({ ...variant, at: "/sign-in" });
    await page.locator("form button[type=submit]").waitFor();
    await look(page, "sign-in-1", variant, { foreign: /简体中文/ });
    await page.locator("input").first().fill("nobody");
    await page.locator("input[type=password]").fill("wrong");
    await page.locator("form button[type=submit]").click();
    await page.getByRole("alert").waitFor();
    await look(page, "sign-in-2-wrong", variant, { foreign: /简体中文/ });
  });
}
