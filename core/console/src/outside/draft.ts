// SPDX-License-Identifier: Apache-2.0
// What was typed stays over a reload, a closed tab and a dead battery: kept in this browser, for a day.
import { reactive, ref, watch } from "vue";

const day = 86_400_000;

function read<T>(key: string): T | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as { at: number; value: T } | null;
    if (kept && Date.now() - kept.at < day) return kept.value;
    localStorage.removeItem(key);
  } catch {
    // Private windows keep nothing; what is typed then lives as long as the page.
  }
  return undefined;
}
function write(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ at: Date.now(), value }));
  } catch {
    // As above.
  }
}

/** What of a text was not sent when `sent` was. Changed in the middle, nobody can say, and all of it stays. */
export const unsent = (text: string, sent: string) => (text.startsWith(sent) ? text.slice(sent.length).trimStart() : text);

/** A form whose members are kept under `key` until `clear`; `fresh` makes an empty one. `keep` is for a page that may be gone before it would be kept by itself. */
export function useDraft<T extends object>(key: string, fresh: () => T, worthKeeping: (value: T) => boolean) {
  const kept = read<Partial<T>>(key);
  const value = reactive({ ...fresh(), ...kept }) as T;
  const restored = ref(kept !== undefined);
  const keep = () => write(key, worthKeeping(value) ? value : undefined);
  watch(value, keep, { deep: true, flush: "post" });
  const clear = () => {
    restored.value = false;
    Object.assign(value, fresh());
    write(key, undefined);
  };
  return { value, restored, keep, clear };
}
