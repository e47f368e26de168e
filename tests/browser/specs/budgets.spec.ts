// SPDX-License-Identifier: Apache-2.0
// What the console may cost, and a long list scrolled from end to end.
import { type Cost, cost, within } from "../support/cost.ts";
import { full } from "../support/place.ts";
import { settled } from "../support/quiet.ts";
import { expect, test } from "../support/test.ts";

const many = Number(process.env.DOCKET_LIST_TICKETS ?? (full ? 100_000 : 3_000));
// A desk with so many that was filled before, and stays as it is.
const at = process.env.DOCKET_LIST_DESK;
test.use({ deskWish: at ? { at } : { demo: many, onlyMoves: true } });

test("@budgets console, from nothing to the first row", async ({ open }) => {
  // Processors and caches that others use as well only make it dearer: the least of three openings is the page's own.
  const all = [];
  for (let opening = 0; opening < (full ? 3 : 1); opening++) all.push(await cost(await open({ who: "admin" }), "/tickets?view=all", ".ticket-row"));
  const got = { ...(all[0] as Cost), thread: Math.min(...all.map(({ thread }) => thread)) };
  within("console", got, { script: 120_000, style: 20_000, requests: 10, nodes: 1500, shift: 0.05, thread: 450 });
});

test(`@budgets a list of ${many} tickets, scrolled to its end and back`, async ({ open }) => {
  test.setTimeout(full ? 3_600_000 : 900_000);
  // By creation, so that first and last are known whatever happens to tickets meanwhile.
  const page = await open({ who: "admin", at: "/tickets?view=all&sort=created" });
  await page.locator(".ticket-row").first().waitFor();
  await settled(page);
  const client = await page.context().newCDPSession(page);
  const heap = async () => {
    await client.send("HeapProfiler.collectGarbage");
    return (await client.send("Runtime.getHeapUsage")).usedSize / 1024 / 1024;
  };
  const before = await heap();
  // Scrolls as far as there are rows until the last ticket of the list is there; in the page, since thousands of steps are taken.
  const down = (steps: number) =>
    page.evaluate(async (left) => {
      const box = document.querySelector<HTMLElement>(".rows .d-list") as HTMLElement;
      const frame = () => new Promise((wake) => requestAnimationFrame(wake));
      let nodes = 0;
      for (; left > 0; left--) {
        const height = box.scrollHeight;
        box.scrollTop = height;
        const last = () => [...document.querySelectorAll(".ticket-row .id")].some((it) => it.textContent === "T1");
        for (let frames = 0; box.scrollHeight === height && frames < 1_800 && !last(); frames++) await frame();
        nodes = Math.max(nodes, document.querySelectorAll("*").length);
        if (last()) return { nodes, ended: true };
        if (box.scrollHeight === height) throw new Error(`no further rows came at ${height} px`);
      }
      return { nodes, ended: false };
    }, steps);
  let most = 0;
  const begin = Date.now();
  const heaps: number[] = [];
  for (let ended = false; !ended; ) {
    const now = await down(200);
    ended = now.ended;
    most = Math.max(most, now.nodes);
    heaps.push(await heap());
  }
  const seconds = Math.round((Date.now() - begin) / 1000);
  // Back at the top, what was there is read again.
  await page.locator(".rows .d-list").evaluate((box) => (box.scrollTop = 0));
  await expect(page.locator(".ticket-row .id", { hasText: new RegExp(`^T${many}$`) })).toHaveCount(1);
  await settled(page);
  const after = await heap();
  const grown = Math.max(...heaps, after) - before;
  console.log(`${many} tickets in ${seconds} s: ${most} nodes at most, heap ${before.toFixed(1)} MB before, ${Math.max(...heaps).toFixed(1)} MB at most, ${after.toFixed(1)} MB back at the top`);
  expect(most).toBeLessThanOrEqual(1500);
  // Per row: its place. The rows themselves would be hundreds of megabytes.
  expect(grown).toBeLessThanOrEqual(8 + (many * 320) / 1024 / 1024);
});
