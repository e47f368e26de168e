// SPDX-License-Identifier: Apache-2.0
// One Idempotency-Key for all tries of one thing: where only the answer was lost, trying again does it no second time.
import { randomId } from "./id";

export interface Attempt {
  what: string;
  key: string;
}
/** The attempt at sending `body`: the one before where that was at the same, else a new one. */
export function attemptAt(body: unknown, before?: Attempt): Attempt {
  const what = JSON.stringify(body);
  return before?.what === what ? before : { what, key: randomId() };
}
