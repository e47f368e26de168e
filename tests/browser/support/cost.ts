// SPDX-License-Identifier: Apache-2.0
// What a page costs, in figures that are stable on a noisy machine: bytes, requests, nodes, layout shift, thread time.
import type { Page } from "@playwright/test";
import { full } from "./place.ts";
import { settled } from "./quiet.ts";
import { expect } from "./test.ts";

export interface Cost {
  script: number;
  style: number;
  requests: number;
  nodes: number;
  shift: number;
  thread: number;
  /** What was asked for until it was ready, in the order of the answers. */
  asked: string[];
}

/** Opens the address cold and adds up what it took until the first `ready` was on the page. Bytes are as sent, gzip or brotli. */
export async function cost(page: Page, address: string, ready: string): Promise<Cost> {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  // Time that the thread really ran: what else the machine does is not the page's.
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  const sent = new Map<string, { url: string; at: number; type: string; bytes: number }>();
  client.on("Network.requestWillBeSent", (event) => sent.set(event.requestId, { url: event.request.url, at: event.wallTime * 1000, type: event.type ?? "", bytes: 0 }));
  client.on("Network.loadingFinished", (event) => {
    const one = sent.get(event.requestId);
    if (one) one.bytes = event.encodedDataLength;
  });
  await page.addInitScript((wanted) => {
    const seen = { shift: 0, at: 0 };
    Object.assign(window, { __seen: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) seen.shift += entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
    // A slow machine must not count what is fetched once the page is there.
    const watcher = new MutationObserver(() => {
      if (!document.querySelector(wanted)) return;
      seen.at = Date.now();
      watcher.disconnect();
    });
    watcher.observe(document, { childList: true, subtree: true });
  }, ready);
  await page.goto(address);
  await page.locator(ready).first().waitFor();
  await settled(page);
  const seen = await page.evaluate(() => (window as unknown as { __seen: { shift: number; at: number } }).__seen);
  const first = [...sent.values()].filter(({ at, url }) => at <= seen.at && url.startsWith("http"));
  const bytes = (type: string) => first.filter((one) => one.type === type).reduce((sum, one) => sum + one.bytes, 0);
  const { metrics } = await client.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0;
  return {
    script: bytes("Script"),
    style: bytes("Stylesheet"),
    // Without a cache one picture is fetched for the window and for the page; with it, once.
    requests: new Set(first.map(({ url }) => url)).size,
    nodes: await page.evaluate(() => document.querySelectorAll("*").length),
    shift: seen.shift,
    // Without what it took to ask the page from outside: locators, and the waiting until it is still.
    thread: (metric("TaskDuration") - metric("DevToolsCommandDuration")) * 1000,
    asked: first.map(({ url, bytes: size }) => `${url.replace(/^https:..[^/]+/, "")} (${size})`),
  };
}

export function within(name: string, got: Cost, most: Partial<Omit<Cost, "asked">>) {
  console.log(`${name}: ${Math.round(got.script / 1024)} kB script, ${Math.round(got.style / 1024)} kB style, ${got.requests} requests, ${got.nodes} nodes, shift ${got.shift.toFixed(3)}, ${Math.round(got.thread)} ms of the main thread`);
  // Thread time means something on a quiet machine only.
  if (!full) delete most.thread;
  for (const [what, limit] of Object.entries(most)) {
    const asked = what === "requests" || what === "script" ? `\n  ${got.asked.join("\n  ")}` : "";
    expect.soft(got[what as keyof typeof most], `${name}: ${what}${asked}`).toBeLessThanOrEqual(limit);
  }
}
