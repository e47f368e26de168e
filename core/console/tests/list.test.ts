// SPDX-License-Identifier: Apache-2.0
// A list of any length: what is far from what is looked at is forgotten, and read again when one comes back to it.
import { afterEach, expect, test, vi } from "vitest";
import { effectScope, ref } from "vue";
import { isKnown, type TicketList, useTicketList } from "../src/console/tickets/list";
import { soon } from "./soon";

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
  await soon(() => expect(list.loaded.value).toBe(true));
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

test("however much happens at once, a list that is read further down stays where it is", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked = serve(new Set());
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await scrolledToTheEnd(list);
  const before = asked.length;
  const event = (ticket: number) => ({ seq: 1, ticket, kind: "moved", version: 2, at: "" });
  // 300 of the rows, those that are seen among them, and a ticket that is not in the list; all of it twice.
  for (let twice = 0; twice < 2; twice++) {
    list.happened([...Array.from({ length: 300 }, (_, at) => event(at + 1)), event(total + 1)], () => false);
    await vi.advanceTimersByTimeAsync(1_000);
    await soon(() => expect(list.rows.value.at(-1)?.subject).toBe("subject 1"));
  }
  vi.useRealTimers();
  expect(list.rows.value.map(({ id }) => id)).toEqual(Array.from({ length: total }, (_, at) => total - at));
  expect(list.rows.value.slice(-20).every(isKnown)).toBe(true);
  // Those that were not read are known to be old.
  expect(list.rows.value.slice(-300, -150).some(isKnown)).toBe(false);
  expect(asked.length - before).toBeLessThanOrEqual(6);
  scope.stop();
});

test("a ticket that came and is told of twice is one that came", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  serve(new Set());
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await soon(() => expect(list.loaded.value).toBe(true));
  for (let twice = 0; twice < 2; twice++) {
    list.happened([{ seq: 1, ticket: total + 1, kind: "created", version: 1, at: "" }], () => false);
    await vi.advanceTimersByTimeAsync(1_000);
    await soon(() => expect(list.fresh.value).toBe(1));
  }
  vi.useRealTimers();
  expect(list.fresh.value).toBe(1);
  scope.stop();
});

/** A search whose first pages hold nothing, as where the desk looked at many hits and none of them may be seen. */
function serveAfter(empty: number) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    const at = Number(new URL(address, "https://desk.test").searchParams.get("cursor") ?? 0);
    const page = at < empty ? { items: [], next: String(at + 1) } : { items: [row(7)] };
    return new Response(JSON.stringify(page), { headers: { "Content-Type": "application/json" } });
  });
  return asked;
}

test("a search goes on over pages that hold nothing, and says when there is more to look through", async () => {
  for (const [empty, pages] of [[3, 4], [6, 4]] as const) {
    const asked = serveAfter(empty);
    const scope = effectScope();
    const list = scope.run(() => useTicketList(() => ({ text: "needle" }))) as TicketList;
    await soon(() => expect(list.loaded.value).toBe(true));
    expect(asked).toHaveLength(pages);
    expect(list.rows.value.map(({ id }) => id)).toEqual(empty < 4 ? [7] : []);
    expect(Boolean(list.next.value)).toBe(empty >= 4);
    await list.more();
    expect(list.rows.value.map(({ id }) => id)).toEqual([7]);
    expect(list.next.value).toBeUndefined();
    scope.stop();
  }
});

test("all that match are found page by page, also while a page is on its way; the cap is told", async () => {
  serve(new Set([7]));
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({ view: "mine" }))) as TicketList;
  // Nothing is loaded yet, and somebody scrolls at the same time.
  const found = list.everyId(7_000);
  await soon(() => expect(list.loaded.value).toBe(true));
  void list.more();
  expect(await found).toEqual({ ids: Array.from({ length: total }, (_, at) => total - at).filter((id) => id !== 7), all: true });
  void list.reload();
  const few = await list.everyId(100);
  expect(few?.ids).toHaveLength(100);
  expect(few?.all).toBe(false);
  scope.stop();
});

test("a page that does not come ends the search with the reason, and another list is not taken for it", async () => {
  serve(new Set());
  const scope = effectScope();
  const view = ref("mine");
  const list = scope.run(() => useTicketList(() => ({ view: view.value }))) as TicketList;
  await soon(() => expect(list.loaded.value).toBe(true));
  vi.stubGlobal("fetch", async () => new Response('{"code":"overloaded"}', { status: 503 }));
  await expect(list.everyId(5_000)).rejects.toMatchObject({ status: 503 });
  serve(new Set());
  const found = list.everyId(5_000);
  view.value = "others";
  expect(await found).toBeUndefined();
  scope.stop();
});

test("other columns, as after a publication, read the rows again and keep what is chosen", async () => {
  const asked = serve(new Set());
  const selection = ref<{ view: string; columns?: string }>({ view: "a" });
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => selection.value)) as TicketList;
  await soon(() => expect(list.loaded.value).toBe(true));
  list.choose(total, true);
  selection.value = { view: "a", columns: "field.order_no" };
  await soon(() => expect(new URL(asked.at(-1) ?? "", "https://desk.test").searchParams.get("columns")).toBe("field.order_no"));
  expect(list.chosen.value).toEqual(new Set([total]));
  selection.value = { view: "b" };
  await soon(() => expect(list.chosen.value.size).toBe(0));
  scope.stop();
});

const event = (ticket: number) => ({ seq: 1, ticket, kind: "moved", version: 2, at: "" });

test("what left the list is chosen neither with all rows nor with all that match", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const away = new Set<number>();
  serve(away);
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await soon(() => expect(list.loaded.value).toBe(true));
  away.add(total - 3);
  list.happened([event(total - 3)], () => false);
  await vi.advanceTimersByTimeAsync(1_000);
  await soon(() => expect(list.gone.value).toEqual(new Set([total - 3])));
  vi.useRealTimers();
  list.choosePage(true);
  expect([...list.chosen.value]).toEqual(list.rows.value.map(({ id }) => id).filter((id) => id !== total - 3));
  const found = await list.everyId(200);
  expect(found?.ids).toHaveLength(200);
  expect(found?.ids).not.toContain(total - 3);
  scope.stop();
});

test("reading anew keeps what is chosen of what is still in the list", async () => {
  const away = new Set<number>();
  serve(away);
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await soon(() => expect(list.loaded.value).toBe(true));
  await list.more();
  for (const id of [total, total - 3, total - 100, total - 101]) list.choose(id, true);
  // One that was on the first page and one that was not.
  away.add(total - 3).add(total - 100);
  await list.reload(true);
  expect(list.rows.value).toHaveLength(59);
  expect(list.chosen.value).toEqual(new Set([total, total - 101]));
  scope.stop();
});

test("what is gone when one comes back to it is not chosen any more", async () => {
  const away = new Set<number>();
  serve(away);
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await scrolledToTheEnd(list);
  list.choose(total - 3, true);
  list.choose(total - 4, true);
  away.add(total - 3);
  await list.look(0, 20);
  expect(list.chosen.value).toEqual(new Set([total - 4]));
  scope.stop();
});

const refuse = () => vi.stubGlobal("fetch", async () => new Response('{"code":"overloaded"}', { status: 503 }));

test("rows that could not be read after something happened to them are read later", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  serve(new Set());
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await soon(() => expect(list.loaded.value).toBe(true));
  refuse();
  list.happened([event(total - 3)], () => false);
  await vi.advanceTimersByTimeAsync(5_000);
  serve(new Set([total - 3]));
  await vi.advanceTimersByTimeAsync(15_000);
  await soon(() => expect(list.gone.value).toEqual(new Set([total - 3])));
  // Nothing is read for a list that is not there any more.
  refuse();
  list.happened([event(total - 4)], () => false);
  await vi.advanceTimersByTimeAsync(5_000);
  scope.stop();
  const asked = serve(new Set());
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  expect(asked).toEqual([]);
});

test("what did not come is asked for once more: the next page, or rows that are come back to", async () => {
  serve(new Set());
  const scope = effectScope();
  const list = scope.run(() => useTicketList(() => ({}))) as TicketList;
  await soon(() => expect(list.loaded.value).toBe(true));
  refuse();
  await list.more();
  expect(list.failure.value).toMatchObject({ status: 503 });
  serve(new Set());
  await list.again();
  expect(list.failure.value).toBeUndefined();
  expect(list.rows.value).toHaveLength(120);
  await scrolledToTheEnd(list);
  refuse();
  await list.look(0, 20);
  expect(list.failure.value).toMatchObject({ status: 503 });
  serve(new Set());
  await list.again();
  expect(list.failure.value).toBeUndefined();
  expect(list.rows.value.slice(0, 20).every(isKnown)).toBe(true);
  scope.stop();
});
