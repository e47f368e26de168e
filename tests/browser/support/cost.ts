// SPDX-License-Identifier: Apache-2.0
// What a page costs, in figures that are stable on a noisy machine: bytes, requests, nodes, layout shift, thread time.
import type { Page } from "@playwright/test";
import { full } from "./place.ts";
import { settled } from "./screen.ts";
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

/** Opens the address cold and adds up what that took. Bytes are as sent, gzip or brotli. */
export async function cost(page: Page, address: string, ready: (page: Page) => Promise<unknown>): Promise<Cost> {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Performance.enable");
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  const kinds = new Map<string, { type: string; url: string }>();
  const asked: string[] = [];
  const sum = { Script: 0, Stylesheet: 0, requests: 0 } as Record<string, number>;
  client.on("Network.responseReceived", (event) => kinds.set(event.requestId, { type: event.type, url: event.response.url }));
  client.on("Network.loadingFinished", (event) => {
    sum.requests = (sum.requests ?? 0) + 1;
    const { type, url } = kinds.get(event.requestId) ?? { type: "", url: "" };
    if (type in sum) sum[type] = (sum[type] ?? 0) + event.encodedDataLength;
    asked.push(`${url.replace(/^https:..[^/]+/, "")} (${event.encodedDataLength})`);
  });
  await page.addInitScript(() => {
    const seen = { shift: 0 };
    Object.assign(window, { __seen: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) seen.shift += entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(address);
  await ready(page);
  // What is fetched ahead once the page is there is not part of its first load.
  const first = { ...sum };
  const before = [...asked];
  await settled(page);
  const { metrics } = await client.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0;
  return {
    script: first.Script ?? 0,
    style: first.Stylesheet ?? 0,
    requests: first.requests ?? 0,
    nodes: await page.evaluate(() => document.querySelectorAll("*").length),
    shift: await page.evaluate(() => (window as unknown as { __seen: { shift: number } }).__seen.shift),
    thread: metric("TaskDuration") * 1000,
    asked: before,
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
