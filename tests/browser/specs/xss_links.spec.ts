// SPDX-License-Identifier: Apache-2.0
// Every field that is shown in the portal and on the guest page, with texts that would like to be code.
import { png } from "../support/files.ts";
import { full } from "../support/place.ts";
import { settled } from "../support/quiet.ts";
import { test } from "../support/test.ts";
import { shown, some, trap } from "../support/trap.ts";

test.beforeEach(async ({ desk }) => {
  test.skip(!(await desk.has("/portal/desk")), "this program has no routes for people without an account");
});

test("@xss in the portal and on the guest page", async ({ open, desk, faults }) => {
  test.setTimeout(full ? 7_200_000 : 900_000);
  const page = await open();
  await trap(page, (fault) => faults.note(fault));
  const file = async (name: string) => {
    const answer = await desk.admin.send("POST", `/api/v1/attachments?name=${encodeURIComponent(name)}`, { bytes: png, type: "image/png" });
    return answer.status === 201 ? [JSON.parse(answer.text).id as number] : [];
  };
  for (const text of some) {
    const subject = text.replace(/\s+/g, " ").trim();
    const customer = await desk.admin.post("/customers", { name: subject.slice(0, 100) });
    const ticket = await desk.admin.post("/tickets", { type: "complaint", subject, body: text, customer: customer.id, fields: { demand: text } });
    await desk.admin.post(`/tickets/${ticket.id}/messages`, { kind: "reply", body: text, attachments: await file(text) });
    const { link } = await desk.admin.post(`/tickets/${ticket.id}/portal-link`);
    const invited = await desk.admin.post(`/tickets/${ticket.id}/guests`, { name: subject.slice(0, 80), question: text, messages: [1], expires_in: 86_400 });

    await page.goto("about:blank");
    await page.goto(link);
    await page.locator(".steps").waitFor();
    await settled(page);
    await shown(page, text);
    await page.goto("about:blank");
    await page.goto(invited.link);
    await page.locator("#reply").waitFor();
    await shown(page, text);
    await page.locator("#reply").fill(text);
    await page.locator("button[type=submit]").click();
    await page.locator(".out-note.good").waitFor();
  }
});
