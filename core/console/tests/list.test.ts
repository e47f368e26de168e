// SPDX-License-Identifier: Apache-2.0
// A list of any length: what is far from what is looked at is forgotten, and read again when one comes back to it.
import { afterEach, expect, test, vi } from "vitest";
import { effectScope } from "vue";
import { isKnown, type TicketList, useTicketList } from "../src/console/tickets/list";

const total = 6_000;
const row = (id: number) => ({ id, subject: `subject ${id}`, type: "consult", state: "new" });

/** A server with tickets 1 to `total`, newest first, without those in `away`. */
function serve(away: Set<number>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    const query = new URL(address, "https://desk.test").searchParams;
    asked.push(address);
    const filter = JSON.parse(query.get("filter") ?? "null") as { value: string[] } | null;
    const from = Number(query.get("cursor") ?? total);
    const limit = Number(query.get("limit"));
    const ids = filter ? filter.value.map(Number) : Array.from({ length: Math.min(limit, from) }, (_, at) => from - at);
    const next = filter || from <= limit ? null : String(from - limit);
    return new Response(JSON.stringify({ items: ids.filter((id) => !away.has(id)).map(row), next }), { headers: { "Content-Type": "application/json" } });
  });
  return asked;
}
afterEach(() => vi.unstubAllGlobals());

async function scrolledToTheEnd(list: TicketList) {
  await vi.waitFor(() => expect(list.loaded.value).toBe(true), 60_000);
  while (list.next.value) {
    await list.look(list.rows.value.length - 20, list.rows.value.length - 1);
    await list.more();
  }
}

test("a long list keeps the rows around what is seen, and the place of all others", async () => {
  serve(new Set());
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await scrolledToTheEnd(list);
  expect(list.rows.value).toHaveLength(total);
  expect(list.rows.value.map(({ id }) => id)).toEqual(Array.from({ length: total }, (_, at) => total - at));
  expect(list.rows.value.filter(isKnown).length).toBeLessThanOrEqual(1_300);
  // Chosen though not here: what a bulk act needs is kept.
  list.choosePage(true);
  expect(list.chosen.value.size).toBe(total);
  expect(list.rows.value[0]).toEqual({ id: total, type: "consult", state: "new" });
  scope.stop();
});

test("what is come back to is read again; what left the list meanwhile is not there any more", async () => {
  const away = new Set<number>();
  const asked = serve(away);
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await scrolledToTheEnd(list);
  away.add(total - 3);
  const before = asked.length;
  await list.look(0, 20);
  expect(asked.length - before).toBeLessThanOrEqual(2);
  expect(list.rows.value.slice(0, 20).every(isKnown)).toBe(true);
  expect(list.rows.value).toHaveLength(total - 1);
  expect(list.rows.value.some(({ id }) => id === total - 3)).toBe(false);
  // The other end is forgotten in turn.
  expect(isKnown(list.rows.value.at(-1) as never)).toBe(false);
  expect(list.rows.value.filter(isKnown).length).toBeLessThanOrEqual(1_300);
  scope.stop();
});
