// SPDX-License-Identifier: Apache-2.0
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useOutbox } from "../src/shared/api/outbox";

beforeEach(() => {
  localStorage.clear();
  setActivePinia(createPinia());
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const kept = () => Object.keys(localStorage).filter((name) => name.startsWith("docket.outbox."));
function tab() {
  setActivePinia(createPinia());
  return useOutbox();
}

function network(script: ("down" | number)[]) {
  const keys: string[] = [];
  vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
    keys.push((init.headers as Record<string, string>)["Idempotency-Key"] ?? "");
    const next = script.shift() ?? 200;
    return next === "down"
      ? Promise.reject(new TypeError("failed"))
      : Promise.resolve(new Response(JSON.stringify({ code: "conflict" }), { status: next, headers: { "Content-Type": "application/json" } }));
  });
  return keys;
}

test("what cannot be sent waits and goes again with the same key, in order", async () => {
  const keys = network(["down", "down"]);
  const outbox = useOutbox();
  outbox.begin(1);
  const first = outbox.put("reply", "post", "/tickets/1/messages", { body: { body: "a" } });
  const second = outbox.put("note", "post", "/tickets/1/messages", { body: { body: "b" } });
  await vi.advanceTimersByTimeAsync(10);
  expect(outbox.pending.map(({ label }) => label)).toEqual(["reply", "note"]);
  expect(kept()).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(10_000);
  await Promise.all([first, second]);
  expect(outbox.pending).toHaveLength(0);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[1]).toBe(keys[2]);
  expect(keys[3]).not.toBe(keys[0]);
});

test("after a reload a refusal is kept with what was typed, and another person does not send it", async () => {
  network(["down"]);
  const outbox = useOutbox();
  outbox.begin(1);
  outbox.put("reply", "post", "/tickets/1/messages", { body: { body: "a" } }).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(10);

  setActivePinia(createPinia());
  const calls = network([409]);
  const other = useOutbox();
  other.begin(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.length).toBe(1); // the first page's own timer, for person 1
  setActivePinia(createPinia());
  network([409]);
  localStorage.setItem("docket.outbox", JSON.stringify([{ id: "x", label: "reply", verb: "post", path: "/a", asked: { key: "k", body: { body: "a" } }, owner: 1, at: Date.now() }]));
  const again = useOutbox();
  again.begin(1);
  await vi.advanceTimersByTimeAsync(10);
  expect(again.refused[0]?.refused?.code).toBe("conflict");
  expect(again.refused[0]?.asked.body).toEqual({ body: "a" });
  expect(localStorage.getItem("docket.outbox")).toBeNull();
});

test("what waits in one tab stays though another tab puts and sends its own", async () => {
  network(["down"]);
  const first = tab();
  const second = tab(); // read before the first put anything
  first.begin(1);
  first.put("reply", "post", "/tickets/1/messages", { body: { body: "a" } }).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(10);
  second.begin(1);
  await second.put("note", "post", "/tickets/2/messages", { body: { body: "b" } });
  expect(kept()).toHaveLength(1);
  expect(tab().all.map(({ label }) => label)).toEqual(["reply"]);
});

test("two tabs send one item with one key, and the tab that asked has its answer", async () => {
  const keys = network(["down"]);
  const first = tab();
  first.begin(1);
  const answer = first.put("reply", "post", "/tickets/1/messages", { body: { body: "a" } });
  await vi.advanceTimersByTimeAsync(10);
  tab().begin(1);
  await vi.advanceTimersByTimeAsync(10);
  expect(kept()).toHaveLength(0);
  window.dispatchEvent(new StorageEvent("storage", { key: "docket.outbox.any" }));
  await vi.advanceTimersByTimeAsync(5_000);
  await answer;
  expect(new Set(keys).size).toBe(1);
});

test("what another tab has sent is not sent again", async () => {
  network(["down"]);
  const first = tab();
  first.begin(1);
  first.put("reply", "post", "/tickets/1/messages").catch(() => undefined);
  await vi.advanceTimersByTimeAsync(10);
  const second = tab();
  localStorage.clear();
  const keys = network([]);
  second.begin(1);
  await vi.advanceTimersByTimeAsync(10);
  expect(keys).toHaveLength(0);
});

test("what waited longer than its key is remembered is not sent but given back", async () => {
  const keys = network([]);
  localStorage.setItem("docket.outbox.x", JSON.stringify({ id: "x", label: "reply", verb: "post", path: "/a", asked: { key: "k" }, owner: 1, at: Date.now() - 21 * 3_600_000, typed: { ticket: 7 } }));
  const outbox = tab();
  const back: unknown[] = [];
  outbox.begin(1, ({ typed }, failure) => failure && back.push(typed));
  await vi.advanceTimersByTimeAsync(10);
  expect(keys).toHaveLength(0);
  expect(outbox.refused[0]?.refused?.code).toBe("too_old");
  expect(back).toEqual([{ ticket: 7 }]);
});

test("an entry that is damaged hides no other", async () => {
  network(["down"]);
  localStorage.setItem("docket.outbox.0", "{half");
  const first = tab();
  first.begin(1);
  void first.put("reply", "post", "/tickets/1/messages", { body: { body: "a" } });
  await vi.advanceTimersByTimeAsync(10);
  const next = tab();
  next.begin(1);
  expect(next.pending).toHaveLength(1);
});

test("a server that says to come again is there, and what waits for it is late all the same", async () => {
  network([503, 503]);
  const outbox = useOutbox();
  outbox.begin(1);
  const answer = outbox.put("step", "post", "/tickets/1/transitions", { body: { transition: "close" } });
  await vi.advanceTimersByTimeAsync(10);
  expect(outbox.delayed).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  await answer;
  expect(outbox.delayed).toBe(false);
});

test("a server that takes from another tab what waits here is no longer called busy, and who asked has the answer at once", async () => {
  network([503]);
  const first = tab();
  first.begin(1);
  const answer = first.put("reply", "post", "/tickets/1/messages", { body: { body: "a" } });
  await vi.advanceTimersByTimeAsync(10);
  expect(first.delayed).toBe(true);
  const key = kept()[0] as string;
  tab().begin(1);
  await vi.advanceTimersByTimeAsync(10);
  expect(kept()).toHaveLength(0);
  window.dispatchEvent(new StorageEvent("storage", { key, newValue: null }));
  expect(first.delayed).toBe(false);
  await answer;
});

test.each([true, false])("what was put before a reload and went from another tab leaves no busy server behind (it is told: %s)", async (told) => {
  network([503, 503]);
  const key = "docket.outbox.x";
  localStorage.setItem(key, JSON.stringify({ id: "x", label: "reply", verb: "post", path: "/a", asked: { key: "k" }, owner: 1, at: Date.now() }));
  const outbox = tab();
  outbox.begin(1);
  await vi.advanceTimersByTimeAsync(10);
  expect(outbox.delayed).toBe(true);
  localStorage.removeItem(key);
  if (told) window.dispatchEvent(new StorageEvent("storage", { key, newValue: null }));
  else await vi.advanceTimersByTimeAsync(5_000);
  expect(outbox.delayed).toBe(false);
  expect(outbox.pending).toEqual([]);
});
