// SPDX-License-Identifier: Apache-2.0
// How long one waits for a list and for a ticket on a large desk while others work.
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Page } from "@playwright/test";
import type { Desk } from "../support/desk.ts";
import { full, place } from "../support/place.ts";
import { settled } from "../support/quiet.ts";
import { expect, test } from "../support/test.ts";

const many = Number(process.env.DOCKET_BUSY_TICKETS ?? (full ? 1_000_000 : 2_000));
const agents = Number(process.env.DOCKET_BUSY_AGENTS ?? (full ? 50 : 8));
const looks = full ? 60 : 12;
// A desk that was filled before, made by `docket demo`; what is written goes into a copy.
const at = process.env.DOCKET_BUSY_DESK;
test.use({ deskWish: at ? { at } : { demo: many, onlyMoves: true } });

/** Agents with tokens, at work until `stop` is called; it gives what their requests took. */
async function work(desk: Desk) {
  const tokens: string[] = [];
  for (let n = 0; n < agents; n++) tokens.push(await desk.agent(`busy${n}`, [["service", "returns", "repair", "logistics"][n % 4] as string]));
  const child = spawn("python3", [path.join(place.root, "tests/bench/busy_agents.py"), String(desk.port)], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  child.stdin.write(`${tokens.join("\n")}\n\n`);
  return async () => {
    const ended = once(child, "close");
    child.stdin.end();
    await ended;
    return JSON.parse(said) as { faults: string[]; took: Record<string, { count: number; p50: number; p95: number }> };
  };
}

/** Presses what `selector` finds and gives the milliseconds until `ready` is on the page and nothing of what was there before. */
const until = (page: Page, selector: string, ready: string) =>
  page.evaluate(
    async ([press, wanted]) => {
      for (const old of document.querySelectorAll(wanted)) old.setAttribute("data-before", "");
      const fresh = wanted.split(",").map((one) => `${one}:not([data-before])`).join(",");
      const begin = performance.now();
      document.querySelector<HTMLElement>(press)?.click();
      while (!document.querySelector(fresh)) {
        if (performance.now() - begin > 60_000) throw new Error(`${press} led to nothing`);
        await new Promise((wake) => requestAnimationFrame(wake));
      }
      return performance.now() - begin;
    },
    [selector, ready] as const,
  );
const p = (values: number[], percent: number) => Math.round([...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * percent) / 100))] ?? 0);

test(`@budgets lists and tickets of a desk at work`, async ({ open, desk }) => {
  test.setTimeout(1_800_000);
  const stop = await work(desk);
  const page = await open({ who: "lin", at: "/tickets?view=my_team" });
  await page.locator(".ticket-row").first().waitFor();
  await settled(page);
  const lists: number[] = [];
  const tickets: number[] = [];
  for (let look = 0; look < looks; look++) {
    const view = ["unassigned", "my_team", "due_soon"][look % 3];
    lists.push(await until(page, `nav a[href*="view=${view}"]`, ".ticket-row,.list-pane .d-empty"));
    await settled(page);
    const rows = await page.locator(".ticket-row").count();
    if (!rows) continue;
    tickets.push(await until(page, `.place:nth-child(${1 + (look % rows)}) .subject`, ".ticket-head h1"));
    await settled(page);
    await page.goBack();
    await page.locator(".ticket-row").first().waitFor();
  }
  const others = await stop();
  console.log(`${at ?? `${many} tickets`}, ${agents} agents: list p50 ${p(lists, 50)} ms, p95 ${p(lists, 95)} ms; ticket p50 ${p(tickets, 50)} ms, p95 ${p(tickets, 95)} ms; the agents' requests: ${JSON.stringify(others.took)}`);
  expect(others.faults).toEqual([]);
  // One view in three always has tickets.
  expect(tickets.length).toBeGreaterThanOrEqual(looks / 3);
  // Milliseconds mean something on a quiet machine only.
  expect.soft(p(lists, 95)).toBeLessThanOrEqual(full ? 300 : 10_000);
  expect.soft(p(tickets, 95)).toBeLessThanOrEqual(full ? 500 : 10_000);
});
