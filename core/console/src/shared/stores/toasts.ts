// SPDX-License-Identifier: Apache-2.0
// Short messages in the corner, with at most one thing to do about each.
import { defineStore } from "pinia";
import { ref } from "vue";

export interface Toast {
  id: number;
  kind: "info" | "ok" | "warn" | "danger";
  text: string;
  detail?: string;
  action?: { label: string; run: () => void };
  /** Counts down to this moment (local clock, ms). */
  until?: number;
  /** How long (ms), where that is said; until then no other message takes its place. */
  stay?: number;
}

let last = 0;

export const useToasts = defineStore("toasts", () => {
  const all = ref<Toast[]>([]);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();

  function close(id: number): void {
    clearTimeout(timers.get(id));
    timers.delete(id);
    all.value = all.value.filter((toast) => toast.id !== id);
  }
  function show(kind: Toast["kind"], text: string, more: Partial<Omit<Toast, "id" | "kind" | "text">> = {}): number {
    const id = ++last;
    const passing = all.value.filter(({ stay }) => !stay).slice(-3);
    all.value = [...all.value.filter((toast) => toast.stay || passing.includes(toast)), { id, kind, text, ...more }];
    const milliseconds = more.stay ?? (more.until ? more.until - Date.now() : kind === "danger" ? 12_000 : more.action ? 10_000 : 5_000);
    timers.set(id, setTimeout(() => close(id), milliseconds));
    return id;
  }
  return { all, show, close };
});
