// SPDX-License-Identifier: Apache-2.0
// The check of a candidate while it is written: a moment after the last keystroke, one at a time, the latest text wins.
import { ref, shallowRef, watch } from "vue";
import { ApiError, has, send, type Schemas } from "@/shared/api/client";

/** What is wrong, in both languages; `said(finding, "expected")` reads it. */
export type Finding = Schemas["CheckFinding"];
export interface Checked {
  valid: boolean;
  digest: string;
  findings: Finding[];
  workflows?: Schemas["WorkflowOutput"][];
}
const light = has("POST /definitions/check");
const pause = light ? 350 : 2_500;

export function useCheck(files: () => Record<string, string>) {
  const checked = shallowRef<Checked>();
  const failure = shallowRef<unknown>();
  const busy = ref(false);
  /** The text has changed since the last answer. */
  const stale = ref(true);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function check(): Promise<void> {
    clearTimeout(timer);
    const mine = ++asked;
    busy.value = true;
    try {
      const { data } = await send<Checked>("post", light ? "/definitions/check" : "/definitions/plan", { body: { files: files() } });
      if (mine !== asked) return;
      checked.value = data;
      failure.value = undefined;
      stale.value = false;
    } catch (failed) {
      if (mine !== asked) return;
      failure.value = failed;
      if (failed instanceof ApiError && failed.passing) timer = setTimeout(() => void check(), Math.max(1, failed.retryAfter) * 1000);
    } finally {
      if (mine === asked) busy.value = false;
    }
  }
  watch(
    files,
    () => {
      stale.value = true;
      clearTimeout(timer);
      if (Object.keys(files()).length) timer = setTimeout(() => void check(), checked.value ? pause : 0);
    },
    { immediate: true },
  );
  return { checked, failure, busy, stale, check, stop: () => { clearTimeout(timer); ++asked; } };
}
