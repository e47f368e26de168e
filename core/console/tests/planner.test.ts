// SPDX-License-Identifier: Apache-2.0
// Planning many shifts stops in the middle, and goes on without doing anything twice.
import { expect, test, vi } from "vitest";
import { planner } from "@/admin/people/planner";
import type { PlannedShift } from "@/admin/people/roster";
import { ApiError } from "@/shared/api/client";

const shift = (day: number): PlannedShift => ({ kind: "shift", from: `2026-03-0${day}T01:00:00.000Z`, to: `2026-03-0${day}T10:00:00.000Z` });

test("after a stop only what is not there yet is sent, what is uncertain with its own key", async () => {
  const sent: { who: number; from: string; key: string }[] = [];
  let lost = 2;
  const add = planner(async (who, { from }, key) => {
    sent.push({ who, from, key });
    if (sent.length === lost) throw new ApiError(0, { code: "network" });
  }, async () => true);
  await add(1, shift(1));
  await expect(add(1, shift(2))).rejects.toThrow();
  lost = 0;
  for (const who of [1, 2]) for (const day of [1, 2]) await add(who, shift(day));
  expect(sent.map(({ who, from }) => `${who} ${from.slice(8, 10)}`)).toEqual(["1 01", "1 02", "1 02", "2 01", "2 02"]);
  expect(sent[1]?.key).toBe(sent[2]?.key);
  expect(new Set(sent.map(({ key }) => key)).size).toBe(4);
});

test("when there are too many at once it waits as it is told, and not for ever", async () => {
  const busy = new ApiError(429, { code: "too_many_requests" }, 3);
  const wait = vi.fn(async () => true);
  const keys: string[] = [];
  await planner(async (_who, _shift, key) => {
    keys.push(key);
    if (keys.length < 3) throw busy;
  }, wait)(1, shift(1));
  expect(wait.mock.calls).toEqual([[3], [3]]);
  expect(new Set(keys).size).toBe(1);
  await expect(planner(() => Promise.reject(busy), async () => true)(1, shift(1))).rejects.toBe(busy);
  // Nobody waits any more.
  const gone = vi.fn(() => Promise.reject(busy));
  await expect(planner(gone, async () => false)(1, shift(1))).rejects.toBe(busy);
  expect(gone).toHaveBeenCalledOnce();
});
