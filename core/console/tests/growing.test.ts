// SPDX-License-Identifier: Apache-2.0
// A long story is shown to its end, and read on from there.
import { mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { defineComponent, h } from "vue";
import { type TicketState, useTicket } from "@/console/ticket/ticket";
import { growing } from "@/shared/api/growing";
import { i18n } from "@/shared/i18n";

interface One {
  number: number;
  attachments: number[];
}
let total = 0;
let asked: string[] = [];
let refuse: ((cursor: string | null) => number | undefined) | undefined;
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
function serve(count: number): void {
  total = count;
  asked = [];
  refuse = undefined;
  vi.stubGlobal("fetch", async (address: string) => {
    const { pathname, searchParams } = new URL(address, "https://desk.test");
    if (pathname.endsWith("/transitions")) return json({ items: [] });
    if (!pathname.endsWith("/messages")) return json({ id: 7, version: total, messages: total });
    const cursor = searchParams.get("cursor");
    asked.push(cursor ?? "");
    const status = refuse?.(cursor);
    if (status) return json({ code: "x" }, status);
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(200, total - from) }, (_, at) => ({ number: from + at + 1, attachments: [] }));
    return json({ items, next: from + 200 < total ? String(from + 200) : null });
  });
}
afterEach(() => vi.unstubAllGlobals());
const numbers = (list: readonly { number: number }[]) => list.map(({ number }) => number);
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

test("a ticket with very many messages shows its newest, and reads no more than the last page for the next", async () => {
  serve(1_250);
  let state: TicketState | undefined;
  const page = mount(defineComponent({ setup: () => ((state = useTicket(7)), () => h("div")) }), { global: { plugins: [i18n, createPinia()] } });
  await state?.begin();
  expect(numbers(state?.messages.value ?? [])).toEqual(upTo(1_250));
  asked = [];
  await state?.renew();
  expect(asked).toEqual([]);
  total += 1;
  await state?.renew();
  expect(numbers(state?.messages.value ?? [])).toEqual(upTo(1_251));
  expect(asked).toEqual(["1200"]);
  page.unmount();
});

test("two readings at once come one after the other, and give each message once", async () => {
  serve(400);
  const read = growing<One>("/tickets/7/messages");
  const first = read();
  total = 450;
  const [one, two] = await Promise.all([first, read()]);
  expect(numbers(one)).toEqual(upTo(450));
  expect(numbers(two)).toEqual(upTo(450));
});

test("what was read before a failure is kept", async () => {
  serve(500);
  const read = growing<One>("/tickets/7/messages");
  refuse = (cursor) => (cursor === "400" ? 503 : undefined);
  await expect(read()).rejects.toThrow();
  refuse = undefined;
  asked = [];
  expect(numbers(await read())).toEqual(upTo(500));
  expect(asked).toEqual(["400"]);
  // Fewer than before: from the beginning.
  total = 450;
  asked = [];
  expect(numbers(await read(true))).toEqual(upTo(450));
  expect(asked).toEqual(["", "200", "400"]);
});
