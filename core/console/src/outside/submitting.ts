// SPDX-License-Identifier: Apache-2.0
// One act at a time, with a key that stays the same until the server has answered: pressing again after a lost
// connection does nothing twice.
import { ref } from "vue";
import { ApiError } from "@/shared/api/client";
import { randomId } from "@/shared/api/id";

/** The key under which something is sent, and what that is. */
export interface Attempt {
  key: string;
  text: string;
}

/** `draft` is what is sent from, where one is kept: the attempt is kept with it, for what comes back after a reload is sent again. */
export function useSubmitting(draft: { attempt?: Attempt } = {}) {
  const busy = ref(false);
  const problem = ref<ApiError>();

  /** Runs `act` with the key; undefined when it was refused or unanswered, and `problem` says why. */
  async function submit<T>(body: unknown, act: (key: string) => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    const text = JSON.stringify(body);
    if (draft.attempt?.text !== text) draft.attempt = { key: randomId(), text };
    busy.value = true;
    problem.value = undefined;
    try {
      const answer = await act(draft.attempt.key);
      draft.attempt = undefined;
      return answer;
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      problem.value = failure;
      if (!failure.passing) draft.attempt = undefined;
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, submit };
}
