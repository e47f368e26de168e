// SPDX-License-Identifier: Apache-2.0
// Adding many shifts one by one: trying again after a stop adds none twice, for each person's each shift has one key.
import { randomId } from "@/shared/api/id";
import { patiently } from "../parts/patiently";
import type { PlannedShift } from "./roster";

/** `wait` gives whether to go on then. */
export function planner(post: (person: number, shift: PlannedShift, key: string) => Promise<unknown>, wait: (seconds: number) => Promise<boolean>) {
  const keys = new Map<string, string>();
  const added = new Set<string>();

  return async (person: number, shift: PlannedShift): Promise<void> => {
    const pair = `${person} ${JSON.stringify(shift)}`;
    if (added.has(pair)) return;
    const key = keys.get(pair) ?? randomId();
    keys.set(pair, key);
    await patiently(() => post(person, shift, key), wait);
    added.add(pair);
  };
}
