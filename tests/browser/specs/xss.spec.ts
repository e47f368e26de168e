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
  test.setTimeout(full ? 7_200_000 : 900_000);
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
  // A change of the address that comes before the page listens is lost.
  await page.locator("main h1").first().waitFor();
  await settled(page);
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

test("@xss in a message that came formatted, whatever the server let through", async ({ open, desk, faults }) => {
  test.setTimeout(full ? 3_600_000 : 900_000);
  const page = await open({ who: "zhou" });
  await trap(page, (fault) => faults.note(fault));
  const { id } = await desk.admin.post("/tickets", { type: "complaint", team: "service", subject: "formatted", body: "plain words" });
  const node = (kind: string, more: object = {}, children: object[] = []) => ({ kind, ...more, children });
  const kinds = ["paragraph", "heading", "list", "numbered_list", "item", "quote", "strong", "emphasis", "preformatted", "table", "row", "cell", "script", "style", "svg", "iframe", "html"];
  const targets = [
    (n: number) => `javascript:__ran(${n})`,
    (n: number) => `\tJaVaScRiPt:__ran(${n})`,
    (n: number) => `java\nscript:__ran(${n})`,
    (n: number) => `data:text/html,<script>parent.__ran(${n})</script>`,
    (n: number) => `/__fetched/${n}`,
    (n: number) => `https://attacker.invalid/" onfocus="__ran(${n})" autofocus="`,
  ];
  let formatted: object[] = [];
  // As from a server that checks nothing: what the page makes of it is its own doing.
  await page.route(`**/api/v1/tickets/${id}/messages*`, async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    for (const message of body.items) message.formatted = formatted;
    await route.fulfill({ response: answer, json: body });
  });
  for (let at = 0; at < some.length; at += 40) {
    const texts = some.slice(at, at + 40);
    formatted = texts.flatMap((text, i) => [
      ...kinds.map((kind) => node(kind, { text, target: text, style: text, class: text, onclick: text, innerHTML: text, level: 1 }, [node("text", { text })])),
      ...targets.map((make) => node("link", { target: make(at + i) }, [node("text", { text })])),
      node("link", { target: text }, [node("text", { text })]),
      node("image", { attachment: at + i, text, src: `/__fetched/${at + i}` }),
      node("remote_image", { text, target: `https://attacker.invalid/${at + i}`, src: `/__fetched/${at + i}` }),
    ]);
    await page.goto(`/tickets/${id}?view=all`);
    await page.locator(".formatted").waitFor();
    const seen = await page.locator(".formatted").evaluate((box) => {
      const odd: string[] = [];
      for (const one of box.querySelectorAll("*")) {
        if (!/^(p|br|ul|ol|li|blockquote|a|span|strong|em|pre|div|table|tbody|tr|td|hr|details|summary|svg|path)$/.test(one.localName)) odd.push(one.localName);
        for (const { name } of one.attributes) if (/^on|^style$|^src|^inner/i.test(name)) odd.push(`${one.localName} ${name}`);
        if (one instanceof HTMLAnchorElement && !/^(https?|mailto|tel):/.test(one.href)) odd.push(one.href);
      }
      return { odd, words: box.textContent ?? "" };
    });
    expect(seen.odd).toEqual([]);
    for (const text of texts) expect(seen.words).toContain(text);
    await settled(page);
  }
  // The same as plain text, and back.
  await page.locator(".message .switch").first().click();
  await expect(page.locator(".message .text.pre").first()).toHaveText("plain words");
  await page.locator(".message .switch").first().click();
  await page.locator(".formatted").waitFor();
});
