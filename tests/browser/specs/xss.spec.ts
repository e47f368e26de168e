// SPDX-License-Identifier: Apache-2.0
// Every field that a customer, a colleague or a plugin can fill and that the console shows, with texts that would like to be
// code. The fixtures fail a test on any script that runs, any policy violation and any request to another origin.
import { png } from "../support/files.ts";
import { payloads } from "../support/payloads.ts";
import { full } from "../support/place.ts";
import { settled } from "../support/quiet.ts";
import { expect, test } from "../support/test.ts";
import { shown, some, trap } from "../support/trap.ts";

test("there are 500 different payloads, and the trap sees one that runs", async ({ open, faults, desk }) => {
  expect(new Set(payloads).size).toBeGreaterThanOrEqual(500);
  const page = await open({ at: "/sign-in" });
  const seen: string[] = [];
  faults.expect(/a payload ran: 7|policy violation|Content Security Policy/i);
  await trap(page, (fault) => seen.push(fault));
  page.on("console", (message) => seen.push(message.text()));
  await page.reload();
  // As the page's own script would; markup alone is stopped by the policy already.
  await page.evaluate(() => (window as unknown as { __ran: (n: number) => void }).__ran(7));
  await page.evaluate(() => {
    const image = document.createElement("img");
    image.src = "/__fetched/7";
    document.body.append(image);
  });
  await expect.poll(() => seen.join("\n")).toContain(`a payload was fetched: ${desk.origin}/__fetched/7`);
  expect(seen.join("\n")).toContain("a payload ran: 7");
  faults.expect(/status of 404/);
});

test("@xss in lists, tickets, customers and search of the console", async ({ open, desk, faults }) => {
  test.setTimeout(full ? 2_400_000 : 900_000);
  const page = await open({ who: "zhou" });
  await trap(page, (fault) => faults.note(fault));
  const company = await desk.admin.post("/organizations", { name: "<b onclick=__ran(0)>x</b>" });
  const go = (address: string) =>
    // Inside of the page, as a click would, so that hundreds of them stay quick.
    page.evaluate((to) => {
      history.pushState({}, "", to);
      dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    }, address);
  await page.goto("/tickets?view=all");
  for (const text of some) {
    const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
    const customer = await desk.admin.post("/customers", { name: line, notes: text, organization: company.id });
    const name = encodeURIComponent(text.slice(0, 100));
    const file = await desk.admin.send("POST", `/api/v1/attachments?name=${name}`, { bytes: png, type: "image/png" });
    const { id } = await desk.admin.post("/tickets", {
      type: "complaint",
      team: "service",
      subject: line,
      body: text,
      customer: customer.id,
      fields: { demand: text },
      tags: [line.slice(0, 40)],
      attachments: file.status === 201 ? [JSON.parse(file.text).id] : [],
    });
    await desk.admin.post(`/tickets/${id}/messages`, { kind: "note", body: text });
    await desk.admin.post(`/tickets/${id}/hold`, { reason: "等待客户", note: line });
    await go(`/tickets/${id}?view=all`);
    await expect(page.locator(".talk .message.is-note .text")).toHaveText(text, { useInnerText: false });
    await shown(page, line);
    await settled(page);
  }
  // The list with all of them, customers, search results, the palette.
  for (const address of ["/tickets?view=all", "/customers", "/organizations", "/tickets?text=__ran", "/notices"]) {
    await page.goto(address);
    await page.locator("main").waitFor();
    await settled(page);
  }
  await page.goto("/tickets?view=all");
  // A key that is pressed before the page listens is lost.
  await page.locator(".ticket-row").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.locator(".palette input").fill("__ran");
  await settled(page);
  expect(await page.locator(".ticket-row script, .ticket-row img, .ticket-row iframe, main [onerror], main [onclick]").count()).toBe(0);
});
