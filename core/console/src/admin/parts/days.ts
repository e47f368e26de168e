// SPDX-License-Identifier: Apache-2.0
// Days and times of the desk's zone: what a person picks in a form, and the instant that it is.

export interface LocalTime {
  /** YYYY-MM-DD */
  day: string;
  /** HH:MM */
  time: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-CA", { timeZone: zone || undefined, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    formats.set(zone, found);
  }
  return found;
}

/** The wall clock of the zone at an instant. */
export function localOf(at: string | number | Date, zone: string): LocalTime {
  const parts = Object.fromEntries(format(zone).formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  return { day: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` };
}

/** The instant of a wall clock; "24:00" is the next midnight. A time that a clock change skips is the one after it. */
export function instantOf(day: string, time: string, zone: string): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minutesOf(time) * 60_000;
  let guess = wanted;
  for (let turn = 0; turn < 3; ++turn) {
    const seen = localOf(guess, zone);
    const off = wanted - Date.parse(`${seen.day}T${seen.time}:00Z`);
    if (off === 0) break;
    guess += off;
  }
  return new Date(guess);
}

export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Monday is 0. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

export const mondayOf = (day: string) => addDays(day, -weekdayOf(day));
export const firstOfMonth = (day: string) => `${day.slice(0, 7)}-01`;
export function addMonths(day: string, months: number): string {
  const date = new Date(`${day.slice(0, 7)}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
}
export const daysBetween = (from: string, to: string) => Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

/** A day as people read it, of a calendar day that has no zone any more. */
export function writtenDay(day: string, locale: string, options: Intl.DateTimeFormatOptions = { month: "numeric", day: "numeric" }): string {
  return new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(new Date(`${day}T00:00:00Z`));
}
