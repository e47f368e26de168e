// SPDX-License-Identifier: Apache-2.0
// Working time as days of the desk's zone, to be drawn as bars.
import type { Schemas } from "@/shared/api/client";
import { localOf, minutesOf } from "@/shared/text/zone";
import { addDays } from "../parts/days";

export type Calendar = Schemas["CalendarOutput"];
export interface Bar {
  /** Minutes from midnight. */
  from: number;
  to: number;
}

/** The bars of each day: "2026-03-02" → stretches. What runs over midnight is cut there. */
export function barsByDay(work: readonly { from: string; to: string }[], zone: string): Map<string, Bar[]> {
  const days = new Map<string, Bar[]>();
  const add = (day: string, from: number, to: number) => {
    if (to <= from) return;
    const bars = days.get(day);
    if (bars) bars.push({ from, to });
    else days.set(day, [{ from, to }]);
  };
  for (const { from, to } of work) {
    const begin = localOf(from, zone);
    const end = localOf(to, zone);
    for (let day = begin.day, guard = 0; day <= end.day && guard < 800; day = addDays(day, 1), ++guard) {
      add(day, day === begin.day ? minutesOf(begin.time) : 0, day === end.day ? minutesOf(end.time) : 1440);
    }
  }
  return days;
}

export const hoursOf = (bars: readonly Bar[]) => bars.reduce((sum, { from, to }) => sum + to - from, 0) / 60;

/** "2h", "90m", "1d 4h" (a day is 24 working hours, as in the definitions) as seconds; nothing when it is not understood. */
export function parseAmount(text: string): number | undefined {
  const parts = text.trim().toLowerCase().match(/\d+(?:\.\d+)?\s*(?:d|h|m|天|小时|时|分钟|分)/g);
  if (!parts || text.replace(/\d+(?:\.\d+)?\s*(?:d|h|m|天|小时|时|分钟|分)/gi, "").trim()) return undefined;
  const units: Record<string, number> = { d: 86_400, 天: 86_400, h: 3_600, 时: 3_600, 小时: 3_600, m: 60, 分: 60, 分钟: 60 };
  const sum = parts.reduce((total, part) => total + Number.parseFloat(part) * (units[part.replace(/[\d.\s]/g, "")] ?? 0), 0);
  return sum > 0 ? Math.round(sum) : undefined;
}
