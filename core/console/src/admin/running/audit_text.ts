// SPDX-License-Identifier: Apache-2.0
// The audit trail as people read it, and as a file that opens in a spreadsheet without running anything.
import type { Schemas } from "@/shared/api/client";

export type Entry = Schemas["AuditOutput"];

/** One cell of a CSV file. What a spreadsheet would take for a formula begins with an apostrophe. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function csvLine(entry: Entry): string {
  return [entry.sequence, entry.at, entry.actor.kind, entry.actor.id ?? "", entry.actor.name, entry.kind, entry.subject, JSON.stringify(entry.details)].map((cell) => csvCell(String(cell))).join(",");
}
export const csvHead = "sequence,at,actor_kind,actor_id,actor,kind,subject,details";

/** A value of the details in one line. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value.length > 160 ? `${value.slice(0, 160)}…` : value;
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** "user 12" → where one finds it. */
export function placeOf(subject: string): string | undefined {
  const [what, id] = subject.split(" ");
  if (!id) return undefined;
  if (what === "user") return `/admin/users/${id}`;
  if (what === "job") return `/admin/jobs?job=${id}`;
  if (what === "ticket") return `/tickets/${id}`;
  if (what === "publication") return `/admin/definitions/history?publication=${id}`;
  return undefined;
}
