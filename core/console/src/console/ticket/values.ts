// SPDX-License-Identifier: Apache-2.0
// The value of a custom field: whether there is one, and how it is written.
import type { Schemas } from "@/shared/api/client";
import { i18n, titleOf } from "@/shared/i18n";
import { dateTime, type Place } from "@/shared/text/format";

/** Nothing, an empty text or an empty list. */
export const absent = (value: unknown): boolean => value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);

export function written(field: Schemas["FieldOutput"] | undefined, value: unknown, place: Place): string {
  if (value === null || value === undefined || value === "") return "";
  const choice = (name: unknown) => titleOf(field?.choices.find((one) => one.name === name)?.title, String(name));
  if (Array.isArray(value)) return value.map(choice).join(place.locale.startsWith("zh") ? "、" : ", ");
  if (typeof value === "boolean") return i18n.global.t(value ? "common.yes" : "common.no");
  if (field?.kind === "choice") return choice(value);
  if (field?.kind === "date" && typeof value === "string") return value.slice(0, 10);
  if (field?.kind === "instant" && typeof value === "string") return dateTime(value, place);
  if (typeof value === "number") return new Intl.NumberFormat(place.locale, { maximumFractionDigits: 6 }).format(value);
  return String(value);
}
