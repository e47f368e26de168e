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
  function show(kind: Toast["kind"], text: string, more: Partial<Omit<Toast, "id" | "kind" | "text">> & { stay?: number } = {}): number {
    const id = ++last;
    const { stay, ...rest } = more;
    all.value = [...all.value.slice(-3), { id, kind, text, ...rest }];
    const milliseconds = stay ?? (more.until ? more.until - Date.now() : kind === "danger" ? 12_000 : more.action ? 10_000 : 5_000);
    timers.set(id, setTimeout(() => close(id), milliseconds));
    return id;
  }
  return { all, show, close };
});
