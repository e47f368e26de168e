// SPDX-License-Identifier: Apache-2.0
// One act at a time, and what went wrong with it in words. What the wizard has words of its own for comes first.
import { ref } from "vue";
import { ApiError } from "@/shared/api/client";
import { explain } from "@/shared/api/explain";

export function useAttempt(words: (failure: ApiError) => string | undefined = () => undefined) {
  const busy = ref(false);
  const wrong = ref("");
  async function attempt(run: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    wrong.value = "";
    try {
      await run();
    } catch (failure) {
      const own = failure instanceof ApiError ? words(failure) : undefined;
      const { text, detail } = explain(failure);
      wrong.value = own ?? [text, detail].filter(Boolean).join("\n");
    } finally {
      busy.value = false;
    }
  }
  return { busy, wrong, attempt };
}
