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
  expect(JSON.parse(localStorage.getItem("docket.outbox") ?? "[]")).toHaveLength(2);
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
  localStorage.setItem("docket.outbox", JSON.stringify([{ id: "x", label: "reply", verb: "post", path: "/a", asked: { key: "k", body: { body: "a" } }, owner: 1, at: 0 }]));
  const again = useOutbox();
  again.begin(1);
  await vi.advanceTimersByTimeAsync(10);
  expect(again.refused[0]?.refused?.code).toBe("conflict");
  expect(again.refused[0]?.asked.body).toEqual({ body: "a" });
});
