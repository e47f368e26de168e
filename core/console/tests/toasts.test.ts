// SPDX-License-Identifier: Apache-2.0
import { createPinia, setActivePinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { useToasts } from "@/shared/stores/toasts";

afterEach(() => void vi.useRealTimers());

test("of many messages the last are shown; one that says how long it stays makes way for none until then", () => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  const toasts = useToasts();
  toasts.show("info", "链接", { stay: 60_000 });
  for (const text of ["1", "2", "3", "4", "5"]) toasts.show("ok", text);
  const shown = () => toasts.all.map(({ text }) => text);
  expect(shown()).toEqual(["链接", "2", "3", "4", "5"]);
  vi.advanceTimersByTime(59_000);
  expect(shown()).toEqual(["链接"]);
  vi.advanceTimersByTime(1_000);
  expect(shown()).toEqual([]);
});
