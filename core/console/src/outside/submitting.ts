// SPDX-License-Identifier: Apache-2.0
// One act at a time, with a key that stays the same until the server has answered: pressing again after a lost
// connection does nothing twice.
import { ref } from "vue";
import { ApiError } from "@/shared/api/client";
import { randomId } from "@/shared/api/id";

export function useSubmitting() {
  const busy = ref(false);
  const problem = ref<ApiError>();
  let key = "";
  let sent = "";

  /** Runs `act` with the key; undefined when it was refused or unanswered, and `problem` says why. */
  async function submit<T>(body: unknown, act: (key: string) => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    const text = JSON.stringify(body);
    if (!key || text !== sent) key = randomId();
    sent = text;
    busy.value = true;
    problem.value = undefined;
    try {
      const answer = await act(key);
      key = "";
      return answer;
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      problem.value = failure;
      if (!failure.passing) key = "";
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, submit };
}
