// SPDX-License-Identifier: Apache-2.0
// What a customer has just done is not taken back by an answer that was asked for before.
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import TicketPage from "@/portal/TicketPage.vue";
import { i18n } from "@/shared/i18n";
import { soon } from "./soon";

afterEach(() => vi.unstubAllGlobals());

test("a poll from before an act does not overwrite the act's answer, one from after it does", async () => {
  const ticket = (subject: string) => ({ number: "T-1", subject, type: {}, state: {}, category: "open", messages: [], steps: [], moves: [], may: { confirm: true } });
  const waiting: { verb: string; answer: (subject: string) => void }[] = [];
  vi.stubGlobal("fetch", (_address: string, { method }: RequestInit) => new Promise<Response>((go) => waiting.push({ verb: method ?? "", answer: (subject) => go(new Response(JSON.stringify(ticket(subject)), { headers: { "Content-Type": "application/json" } })) })));
  const page = mount(TicketPage, { props: { secret: "s".repeat(43), desk: { zone: "UTC", uploads: { max_files: 1, max_bytes: 1 }, types: [] } as never }, global: { plugins: [i18n] } });
  const shown = () => page.find("h1").text();
  waiting[0]?.answer("first");
  await soon(() => expect(shown()).toBe("first"));
  const poll = () => document.dispatchEvent(new Event("visibilitychange"));
  poll();
  await page.find(".ways button").trigger("click");
  await soon(() => expect(waiting.map(({ verb }) => verb)).toEqual(["GET", "GET", "POST"]));
  waiting[2]?.answer("confirmed");
  await soon(() => expect(shown()).toBe("confirmed"));
  waiting[1]?.answer("from before");
  for (let turn = 0; turn < 5; ++turn) await flushPromises();
  expect(shown()).toBe("confirmed");
  poll();
  waiting[3]?.answer("later");
  await soon(() => expect(shown()).toBe("later"));
  page.unmount();
});
