// SPDX-License-Identifier: Apache-2.0
// Many requests in a row are more than the server takes in one go; it says when to go on.
import { ApiError } from "@/shared/api/client";

const patience = 10; // waits for one request

export const pause = (seconds: number) => new Promise<boolean>((go) => setTimeout(() => go(true), seconds * 1000));

/** `wait` gives whether to go on then. */
export async function patiently<T>(act: () => Promise<T>, wait: (seconds: number) => Promise<boolean> = pause): Promise<T> {
  for (let waits = 0; ; ++waits) {
    try {
      return await act();
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 429 || waits === patience || !(await wait(failure.retryAfter || 1))) throw failure;
    }
  }
}
