// SPDX-License-Identifier: Apache-2.0
// Days of a calendar, which have no zone.

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
