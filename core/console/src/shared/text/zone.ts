// SPDX-License-Identifier: Apache-2.0
// Times of the desk's zone, wherever the browser is: what a person picks in a form, and the instant that it is.

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

// The first use of Intl costs as much as drawing a whole list. China has kept one time since 1991-09-15 (IANA tzdb, file
// asia, rule PRC), so its desks need none of it to say when.
const [from, until] = [Date.UTC(1992, 0), Date.UTC(9999, 0)];
const east: Readonly<Record<string, number>> = { "Asia/Shanghai": 8 * 3_600_000 };

/** The wall clock of the zone at an instant. */
export function localOf(at: string | number | Date, zone: string): LocalTime {
  const ahead = east[zone];
  const instant = new Date(at).getTime();
  if (ahead !== undefined && instant >= from && instant < until) {
    const [day = "", time = ""] = new Date(instant + ahead).toISOString().split("T");
    return { day, time: time.slice(0, 5) };
  }
  const parts = Object.fromEntries(format(zone).formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  // Somebody who types a year begins with 0002.
  return { day: `${(parts.year ?? "").padStart(4, "0")}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` };
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

/** An instant as a field for day and time has it ("2026-03-02T09:30"), in the zone; empty when it is none. */
export function fieldOf(at: string, zone: string): string {
  if (Number.isNaN(Date.parse(at))) return "";
  const { day, time } = localOf(at, zone);
  return `${day}T${time}`;
}

/** What such a field says, as an instant; nothing while it says none. */
export function instantIn(field: string, zone: string): string | undefined {
  const [day = "", time = ""] = field.split("T");
  return Number.isNaN(Date.parse(`${day}T${time}Z`)) ? undefined : instantOf(day, time.slice(0, 5), zone).toISOString();
}
