// SPDX-License-Identifier: Apache-2.0
// One act at a time, with a key that stays the same until the server has answered: pressing again after a lost
// connection does nothing twice.
import { ref } from "vue";
import { type Attempt, attemptAt } from "@/shared/api/attempt";
import { ApiError } from "@/shared/api/client";

/** `draft` is what is sent from, where one is kept: the attempt is kept with it, for what comes back after a reload is sent again. */
export function useSubmitting(draft: { attempt?: Attempt } = {}) {
  const busy = ref(false);
  const problem = ref<ApiError>();

  /** Runs `act` with the key; undefined when it was refused or unanswered, and `problem` says why. */
  async function submit<T>(body: unknown, act: (key: string) => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    const { key } = (draft.attempt = attemptAt(body, draft.attempt));
    busy.value = true;
    problem.value = undefined;
    try {
      const answer = await act(key);
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
