// SPDX-License-Identifier: Apache-2.0
// What the console may cost, and a long list scrolled from end to end.
import { cost, within } from "../support/cost.ts";
import { full } from "../support/place.ts";
import { expect, test } from "../support/test.ts";

const many = full ? 100_000 : 600;
test.use({ deskWish: { demo: many, onlyMoves: true } });

test("@budgets console, from nothing to the first row", async ({ open }) => {
  const page = await open({ who: "admin" });
  const got = await cost(page, "/tickets?view=all", ".ticket-row");
  within("console", got, { script: 120_000, style: 20_000, requests: 10, nodes: 1500, shift: 0.05, thread: 450 });
});

test(`@budgets a list of ${many} tickets, scrolled to its end`, async ({ open }) => {
  test.setTimeout(full ? 1_800_000 : 600_000);
  const page = await open({ who: "admin", at: "/tickets?view=all" });
  await page.locator(".ticket-row").first().waitFor();
  const client = await page.context().newCDPSession(page);
  const heap = async () => {
    await client.send("HeapProfiler.collectGarbage");
    return (await client.send("Runtime.getHeapUsage")).usedSize / 1024 / 1024;
  };
  const before = await heap();
  let most = 0;
  let last = "";
  for (let still = 0; still < 3; ) {
    const now = await page.evaluate(async () => {
      const box = [...document.querySelectorAll<HTMLElement>(".rows *, .rows")].find((it) => it.scrollHeight > it.clientHeight + 40 && /auto|scroll/.test(getComputedStyle(it).overflowY));
      if (!box) return { at: "none", nodes: 0 };
      box.scrollTop = box.scrollHeight;
      await new Promise((wake) => requestAnimationFrame(() => requestAnimationFrame(wake)));
      return { at: `${box.scrollHeight} ${document.querySelector(".ticket-row:last-of-type .id")?.textContent ?? ""}`, nodes: document.querySelectorAll("*").length };
    });
    most = Math.max(most, now.nodes);
    if (now.at === last) {
      await page.waitForResponse(/\/tickets\?/, { timeout: 1500 }).then(() => (still = 0), () => still++);
    } else still = 0;
    last = now.at;
  }
  const after = await heap();
  console.log(`${many} tickets: ${most} nodes at most, heap ${before.toFixed(1)} MB before and ${after.toFixed(1)} MB at the end`);
  expect(most).toBeLessThanOrEqual(1500);
  // The first ticket of the desk is at the end of the list that shows the newest first.
  await expect(page.locator(".ticket-row .id", { hasText: /^T1$/ })).toHaveCount(1);
  expect(after - before).toBeLessThanOrEqual(full ? 160 : 12);
});
