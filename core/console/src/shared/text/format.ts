// SPDX-License-Identifier: Apache-2.0
// Dates in the desk's zone, durations in words, sizes; by the page's language.

import { localOf } from "./zone";

export interface Place {
  locale: string;
  /** IANA name of the desk's zone. */
  zone: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(place: Place, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = place.locale + place.zone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(place.locale, { timeZone: place.zone || undefined, ...options });
    formats.set(key, found);
  }
  return found;
}

// Digits alone are read as month and day here, as day and month there; Chinese dates say which is which by their order.
const month = (place: Place) => (place.locale.startsWith("zh") ? "2-digit" : "short");

export const dateTime = (at: string | number | Date, place: Place) =>
  format(place, { year: "numeric", month: month(place), day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at));
export const fullDateTime = (at: string | number | Date, place: Place) =>
  format(place, { year: "numeric", month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(new Date(at));
export const date = (at: string | number | Date, place: Place) => format(place, { year: "numeric", month: month(place), day: "2-digit" }).format(new Date(at));

/** As short as it stays clear: the time today, the day this year, else the date. */
export function shortDate(at: string | number | Date, place: Place, now: number): string {
  const [then, today] = [localOf(at, place.zone), localOf(now, place.zone)];
  if (then.day === today.day) return then.time;
  const [year, month, day] = then.day.split("-");
  const chinese = place.locale.startsWith("zh");
  if (year === today.day.split("-")[0]) return `${Number(month)}/${Number(day)}${chinese ? "" : ","} ${then.time}`;
  return chinese ? `${year}/${month}/${day}` : `${month}/${day}/${year}`;
}

const units = {
  zh: { d: " 天", h: " 小时", m: " 分", s: " 秒", gap: " " },
  en: { d: " d", h: " h", m: " min", s: " s", gap: " " },
};

/** The greatest units of a duration in seconds, two unless told: "2 小时 5 分". */
export function duration(seconds: number, locale: string, most = 2, days = true): string {
  const words = locale.startsWith("zh") ? units.zh : units.en;
  const whole = Math.round(Math.abs(seconds));
  const parts: string[] = [];
  const d = days ? Math.floor(whole / 86_400) : 0;
  const h = Math.floor((whole - d * 86_400) / 3600);
  const m = Math.floor((whole % 3600) / 60);
  if (d) parts.push(d + words.d);
  if (h) parts.push(h + words.h);
  if (m && !d) parts.push(m + words.m);
  if (!d && !h && (whole < 300 || !m)) {
    const s = whole % 60;
    if (s || !m) parts.push(s + words.s);
  }
  return parts.slice(0, most).join(words.gap);
}
/** Time that a calendar counts, in hours: a working day does not have twenty-four of them. */
export const workingTime = (seconds: number, locale: string) => duration(seconds, locale, 2, false);

export function fileSize(bytes: number, locale: string): string {
  const [value, unit] = bytes < 1024 ? [bytes, "B"] : bytes < 1_048_576 ? [bytes / 1024, "kB"] : [bytes / 1_048_576, "MB"];
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: value < 10 && unit !== "B" ? 1 : 0 }).format(value)} ${unit}`;
}
