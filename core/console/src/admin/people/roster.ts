// SPDX-License-Identifier: Apache-2.0
// The roster as a grid: what of a shift lies on which day, and the shifts that a plan over several days makes.
import type { Schemas } from "@/shared/api/client";
import { instantOf, localOf, minutesOf } from "@/shared/text/zone";
import { addDays, daysBetween, weekdayOf } from "../parts/days";

export type Shift = Schemas["Shift"];

/** The part of a shift on one day, in minutes from midnight. */
export interface Piece {
  shift: Shift;
  day: string;
  from: number;
  to: number;
  /** Whether it begins or ends on another day. */
  earlier: boolean;
  later: boolean;
}

export function piecesOf(shift: Shift, zone: string): Piece[] {
  const begin = localOf(shift.from, zone);
  const end = localOf(shift.to, zone);
  const pieces: Piece[] = [];
  const last = end.time === "00:00" ? addDays(end.day, -1) : end.day;
  for (let day = begin.day; day <= last && pieces.length < 100; day = addDays(day, 1)) {
    const from = day === begin.day ? minutesOf(begin.time) : 0;
    const to = day === end.day ? minutesOf(end.time) : 1440;
    if (to > from) pieces.push({ shift, day, from, to, earlier: day !== begin.day, later: day !== last });
  }
  return pieces;
}

/** Pieces by person and day: "12/2026-03-02". */
export function byCell(shifts: readonly Shift[], zone: string): Map<string, Piece[]> {
  const cells = new Map<string, Piece[]>();
  for (const shift of shifts) {
    for (const piece of piecesOf(shift, zone)) {
      const key = `${shift.user}/${piece.day}`;
      const cell = cells.get(key);
      if (cell) cell.push(piece);
      else cells.set(key, [piece]);
    }
  }
  return cells;
}

export interface Plan {
  kind: "shift" | "leave";
  /** Days, both included. */
  first: string;
  last: string;
  from: string;
  to: string;
  /** Monday is 0; only these weekdays. Leave ignores them and is one stretch. */
  weekdays: readonly number[];
  wholeDays: boolean;
}
const mostDays = 92;

export interface PlannedShift {
  kind: "shift" | "leave";
  from: string;
  to: string;
}
/** What is sent for a plan; a shift that ends before it begins ends on the next day. */
export function shiftsOf(plan: Plan, zone: string): PlannedShift[] {
  const days = daysBetween(plan.first, plan.last);
  if (days < 0 || days > mostDays) return [];
  if (plan.kind === "leave") {
    const from = instantOf(plan.first, plan.wholeDays ? "00:00" : plan.from, zone);
    const to = plan.wholeDays ? instantOf(addDays(plan.last, 1), "00:00", zone) : instantOf(plan.last, plan.to, zone);
    return to > from ? [{ kind: "leave", from: from.toISOString(), to: to.toISOString() }] : [];
  }
  const out: PlannedShift[] = [];
  for (let day = plan.first; day <= plan.last; day = addDays(day, 1)) {
    if (!plan.weekdays.includes(weekdayOf(day))) continue;
    const overnight = minutesOf(plan.to) <= minutesOf(plan.from);
    out.push({ kind: "shift", from: instantOf(day, plan.from, zone).toISOString(), to: instantOf(overnight ? addDays(day, 1) : day, plan.to, zone).toISOString() });
  }
  return out;
}

export function written(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
