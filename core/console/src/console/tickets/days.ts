// SPDX-License-Identifier: Apache-2.0
// Days in conditions: a person picks a day of the desk's zone, and what is compared are instants.
import { instantOf, localOf } from "@/shared/text/zone";

/** "Not before" a day begins with it; "not after" takes in the whole of it, to its last microsecond. */
export function momentOf(operator: string, day: string, zone: string): string {
  if (Number.isNaN(Date.parse(`${day}T00:00Z`))) return "";
  if (operator !== "at_most") return instantOf(day, "00:00", zone).toISOString();
  // Somebody who types a year begins with 0002, when clocks were off by odd seconds and a minute's end may be the next day.
  if (day < "1970") return instantOf(day, "23:59", zone).toISOString();
  return new Date(instantOf(day, "24:00", zone).getTime() - 1).toISOString().replace("Z", "999Z");
}

/** The day that such an instant stands for, empty when there is none. */
export function dayOf(value: unknown, zone: string): string {
  if (typeof value !== "string" || !/^\d{4}-/.test(value) || Number.isNaN(Date.parse(value))) return "";
  return value.length === 10 ? value : localOf(value, zone).day;
}
