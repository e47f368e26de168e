// SPDX-License-Identifier: Apache-2.0
// When a page is still: nothing is asked of the server any more, and nothing on it says that it is loading.
import type { Page, Request } from "@playwright/test";
import { expect } from "@playwright/test";

const open = new WeakMap<Page, Set<Request>>();

/** To be called before the page goes anywhere. */
export function followRequests(page: Page) {
  const running = new Set<Request>();
  open.set(page, running);
  page.on("request", (request) => running.add(request));
  page.on("requestfinished", (request) => running.delete(request));
  page.on("requestfailed", (request) => running.delete(request));
  // What a page asked for that is gone will not be answered.
  page.on("framenavigated", (frame) => {
    if (frame !== page.mainFrame()) return;
    for (const request of running) if (request.frame() === frame && !request.isNavigationRequest()) running.delete(request);
  });
}

/** Waits until two looks in a row, two frames apart, find nothing going on. */
export async function settled(page: Page) {
  const running = () => open.get(page)?.size ?? 0;
  await page.waitForLoadState("load");
  for (let quiet = 0; quiet < 2; quiet = running() ? 0 : quiet + 1) {
    await expect.poll(running, { message: "requests that are not answered", intervals: [20, 50, 100] }).toBe(0);
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    await page.evaluate(() => document.fonts.ready.then(() => new Promise((wake) => requestAnimationFrame(() => requestAnimationFrame(wake)))));
  }
}
