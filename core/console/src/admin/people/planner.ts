// SPDX-License-Identifier: Apache-2.0
// Adding many shifts one by one: trying again after a stop adds none twice, for each person's each shift has one key.
import { ApiError } from "@/shared/api/client";
import { randomId } from "@/shared/api/id";
import type { PlannedShift } from "./roster";

const patience = 10; // waits for one shift

/** `wait` gives whether to go on then. */
export function planner(post: (person: number, shift: PlannedShift, key: string) => Promise<unknown>, wait: (seconds: number) => Promise<boolean>) {
  const keys = new Map<string, string>();
  const added = new Set<string>();

  return async (person: number, shift: PlannedShift): Promise<void> => {
    const pair = `${person} ${JSON.stringify(shift)}`;
    if (added.has(pair)) return;
    const key = keys.get(pair) ?? randomId();
    keys.set(pair, key);
    for (let waits = 0; ; ++waits) {
      try {
        await post(person, shift, key);
        added.add(pair);
        return;
      } catch (failure) {
        // Many at once are more than the server takes in one go; it says when to go on.
        if (!(failure instanceof ApiError) || failure.status !== 429 || waits === patience || !(await wait(failure.retryAfter || 1))) throw failure;
      }
    }
  };
}
