// SPDX-License-Identifier: Apache-2.0
// A list that comes oldest first and only grows at its end, as what was said and done on a ticket: read whole once, then
// on from its last page. There is no cap: what is newest is what is wanted.
import { send } from "./client";

/** Reads the list as it is now. One reading at a time; what was read before one failed is not read again. */
export function growing<T>(path: string): (anew?: boolean) => Promise<T[]> {
  let before: T[] = []; // of all pages but the last
  let cursor: string | undefined; // where the last page begins
  let turn: Promise<unknown> = Promise.resolve();

  async function read(anew: boolean): Promise<T[]> {
    if (anew) {
      before = [];
      cursor = undefined;
    }
    for (;;) {
      const { data } = await send<{ items: T[]; next?: string | null }>("get", path, { query: { limit: 200, cursor } });
      if (!data.next) return [...before, ...data.items];
      before = [...before, ...data.items];
      cursor = data.next;
    }
  }
  return (anew = false) => {
    const mine = turn.then(() => read(anew));
    turn = mine.catch(() => undefined);
    return mine;
  };
}
