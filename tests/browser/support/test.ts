// SPDX-License-Identifier: Apache-2.0
// The fixtures of every browser test: a desk, windows into it, and the faults that fail a test wherever they happen.
import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { Desk, type DeskWish, type Who } from "./desk.ts";
import { Faults } from "./faults.ts";
import { full } from "./place.ts";
import { followRequests } from "./quiet.ts";

export { expect };

export interface Variant {
  language: "zh" | "en";
  theme: "light" | "dark";
  width: 1366 | 390;
}

export const office: Variant = { language: "zh", theme: "light", width: 1366 };
export const phone: Variant = { language: "zh", theme: "light", width: 390 };

export interface WindowWish extends Partial<Variant> {
  /** Signed in as them; a stranger unless told. */
  who?: Who;
  /** What is opened. */
  at?: string;
}

interface TestThings {
  faults: Faults;
  /** Opens a window of its own: another browser profile. */
  open: (wish?: WindowWish) => Promise<Page>;
}
interface WorkerThings {
  deskWish: DeskWish;
  desk: Desk;
}

function cookieOf(pair: string) {
  const [name = "", ...value] = pair.split("=");
  return { name, value: value.join("="), domain: "localhost", path: "/", expires: -1, secure: true, httpOnly: true, sameSite: "Strict" as const };
}

export const test = base.extend<TestThings, WorkerThings>({
  deskWish: [{}, { scope: "worker", option: true }],
  desk: [
    async ({ deskWish }, use) => {
      const desk = await Desk.make(deskWish);
      await use(desk);
      await desk.remove();
    },
    { scope: "worker", timeout: full ? 7_200_000 : 600_000 },
  ],
  faults: async ({ desk }, use) => {
    const faults = new Faults(() => desk.origin);
    await use(faults);
    expect(faults.all(), "faults on the pages").toEqual([]);
  },
  open: async ({ browser, desk, faults }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (wish = {}) => {
      const width = wish.width ?? 1366;
      // The console asks who one is only in a browser where somebody signed in.
      const signedIn = wish.who ? await desk.session(wish.who) : "";
      const context = await browser.newContext({
        storageState: {
          cookies: signedIn ? [cookieOf(signedIn)] : [],
          origins: signedIn ? [{ origin: desk.origin, localStorage: [{ name: "docket.signed-in", value: "1" }] }] : [],
        },
        baseURL: desk.origin,
        ignoreHTTPSErrors: true,
        viewport: { width, height: width === 390 ? 844 : 768 },
        hasTouch: width === 390,
        locale: wish.language === "en" ? "en-US" : "zh-CN",
        colorScheme: wish.theme ?? "light",
        timezoneId: "Asia/Shanghai",
        // Pictures and layouts must not depend on when they are looked at.
        reducedMotion: "reduce",
      });
      contexts.push(context);
      await faults.watch(context);
      const page = await context.newPage();
      followRequests(page);
      if (wish.at !== undefined) await page.goto(wish.at);
      return page;
    });
    for (const context of contexts) await context.close();
  },
});
