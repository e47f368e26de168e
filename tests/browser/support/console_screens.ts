// SPDX-License-Identifier: Apache-2.0
// Every screen of the console, looked at in each language, theme and width.
import { fillDesk } from "./believable.ts";
import { look, variantName, variants } from "./screen.ts";
import { expect, test } from "./test.ts";

/** The looks of one language; a spec of its own, since each language has a desk of its own. */
export function consoleScreens(language: "zh" | "en") {
  let tickets: { id: number }[] = [];
  test.beforeAll(async ({ desk }) => {
    tickets = await fillDesk(desk, language);
  });
  // Words of the desk that have no English: reasons to hold, regions, product lines, and the name of the other language.
  const options = {
    foreign: /切换为中文|简体中文|中文|等待客户|等待备件|等待第三方|客户要求延后|重开|华东|华北|华南|西部|环境电器|厨房电器|清洁电器|净水/,
  };

  for (const variant of variants.filter((one) => one.language === language)) {
    const wide = variant.width === 1366;
    const [cooker] = [1];

    test(`@screens list ${variantName(variant)}`, async ({ open }) => {
      const page = await open({ ...variant, who: "zhou", at: "/tickets?view=all" });
      await page.locator(".ticket-row").first().waitFor();
      await look(page, "console-1-list", variant, options);
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog").waitFor();
      await look(page, "console-2-palette", variant, options);
      await page.keyboard.press("Escape");
      await page.goto("/tickets?view=mine");
      await page.locator(".list-pane .d-empty, .ticket-row").first().waitFor();
      await look(page, "console-3-empty-list", variant, options);
    });

    test(`@screens bulk and filter ${variantName(variant)}`, async ({ open }) => {
      test.skip(!wide, "the bulk bar belongs to the wide list");
      const page = await open({ ...variant, who: "zhou", at: `/tickets?filter=${encodeURIComponent('{"all":[{"field":"type","operator":"is","value":"return"}]}')}` });
      await page.locator(".ticket-row").first().waitFor();
      for (const box of await page.locator(".ticket-row .pick input").all()) await box.click();
      await page.getByRole("toolbar").waitFor();
      await look(page, "console-4-bulk", variant, options);
      await page.getByRole("toolbar").getByRole("button").nth(1).click();
      await page.getByRole("dialog").waitFor();
      await look(page, "console-5-bulk-step", variant, options);
    });

    test(`@screens ticket ${variantName(variant)}`, async ({ open, desk }) => {
      const page = await open({ ...variant, who: "lin", at: `/tickets/${tickets[cooker]?.id}` });
      await page.locator(".talk .message").nth(2).waitFor();
      await look(page, "console-6-ticket", variant, options);
      await page.locator(".composer .kind.is-note").click();
      await page.locator(".composer textarea").fill(language === "zh" ? "质检优先处理" : "Inspect this first");
      await look(page, "console-7-note", variant, options);
      if (!wide) await page.locator(".ticket-head .switch [role=tab]").nth(1).click();
      const tabs = page.locator(".ticket-body [role=tablist] [role=tab]");
      // An agent has no right to read the history.
      for (const [at, name] of ["data", "customer", "clocks", "way"].entries()) {
        await tabs.nth(at).click();
        await look(page, `console-8-${at + 1}-${name}`, variant, options);
      }
      expect((await desk.admin.get(`/tickets/${tickets[cooker]?.id}`)).messages).toBe(3);
    });

    test(`@screens step, hold, assign, type ${variantName(variant)}`, async ({ open }) => {
      const page = await open({ ...variant, who: "zhou", at: `/tickets/${tickets[3]?.id}` });
      const more = page.locator(".ticket-head .actions").getByRole("button").last();
      await more.click();
      await page.getByRole("menu").waitFor();
      await look(page, "console-9-1-menu", variant, options);
      const dialogs = language === "zh" ? { hold: "挂起", assign: "转派", type: "改类型", link: "关联工单" } : { hold: /^(Put on hold|Hold)/, assign: /^(Assign|Reassign|Hand over)/, type: /^Change type/, link: /^Link/ };
      for (const [name, label] of Object.entries(dialogs)) {
        if (!(await page.getByRole("menu").isVisible())) await more.click();
        await page.getByRole("menuitem", { name: label }).first().click();
        await page.getByRole("dialog").waitFor();
        if (name === "type") await page.getByRole("dialog").getByRole("combobox").selectOption({ index: 1 });
        await look(page, `console-9-2-${name}`, variant, options);
        await page.keyboard.press("Escape");
        await expect(page.getByRole("dialog")).toHaveCount(0);
      }
    });

    test(`@screens merged in ${variantName(variant)}`, async ({ open, desk }) => {
      const say = (zh: string, en: string) => (language === "zh" ? zh : en);
      const make = (subject: string, body: string) => desk.admin.post("/tickets", { type: "consult", team: "service", subject, body });
      const first = await make(say("滤芯什么时候到货", "When will the filter be back in stock"), say("上个月就说有货了。", "I was told last month that it is."));
      const last = await make(say("还是滤芯的事", "About that filter again"), say("之前问过一次，没有下文。", "I asked before and heard nothing."));
      await desk.admin.post(`/tickets/${first.id}/messages`, { kind: "note", body: say("仓库答复：周五到货", "The warehouse says: on Friday") });
      await desk.admin.post(`/tickets/${first.id}/merge`, { into: last.id });
      const page = await open({ ...variant, who: "lin", at: `/tickets/${last.id}` });
      await page.locator(".merged-ticket button").first().waitFor();
      await look(page, "console-6-2-merged", variant, options);
      await page.locator(".merged-ticket button").first().click();
      await page.locator(".merged-ticket .message").nth(1).waitFor();
      await look(page, "console-6-3-merged-open", variant, options);
    });

    test(`@screens other pages ${variantName(variant)}`, async ({ open }) => {
      const page = await open({ ...variant, who: "zhou", at: "/tickets/new" });
      await page.locator("form.new-ticket").waitFor();
      await look(page, "console-a-new", variant, options);
      await page.locator(".fold-more").click();
      await look(page, "console-a-new-more", variant, options);
      for (const at of ["customers", "organizations", "settings"]) {
        await page.goto(`/${at}`);
        await page.locator("h1").first().waitFor();
        await look(page, `console-b-${at}`, variant, options);
      }
      await page.goto("/customers");
      await page.locator("main a[href^='/customers/']").first().click();
      await page.locator("h1").first().waitFor();
      await look(page, "console-b-customer", variant, options);
      await page.goto("/reports");
      await page.locator("main table").first().waitFor();
      // The chart is there once its library was fetched.
      await page.locator("main canvas").first().waitFor();
      await look(page, "console-b-reports", variant, options);
      await page.goto("/nowhere");
      await page.locator("main").waitFor();
      await look(page, "console-c-missing", variant, options);
    });
  }
}
