// SPDX-License-Identifier: Apache-2.0
// Which columns a view has: those that every row holds, and any field of a ticket that the server tells beside them.
import { i18n, titleOf } from "@/shared/i18n";
import type { TicketType, View } from "../stores/desk";

const widths: Record<string, string> = { customer: "minmax(66px, 0.4fr)", type: "minmax(64px, 84px)", state: "minmax(84px, 104px)", team: "minmax(64px, 84px)", assignee: "minmax(76px, 96px)", due_at: "minmax(96px, 128px)", updated_at: "92px", created_at: "92px", region: "72px", product_line: "80px", channel: "80px" };
/** What a row shows by itself: before the subject, or as a mark beside it. */
const marked = new Set(["id", "subject", "priority", "urges", "escalation", "on_hold"]);

export const widthOf = (column: string) => widths[column] ?? "minmax(0, 120px)";

/** Those that rows do not hold, in the order in which the view names them. */
export const toldColumns = (view: View | undefined) => (view?.columns ?? []).filter((column) => !(column in widths) && !marked.has(column));

/** What is drawn: the customer, what the view asks for, and always the state and the time that is left. */
export function columnsOf(view: View | undefined): string[] {
  const known = (view?.columns ?? []).filter((column) => column in widths && column !== "customer");
  const least = ["state", "due_at"].filter((column) => !known.includes(column));
  const order = Object.keys(widths);
  return ["customer", ...toldColumns(view), ...[...known, ...least].sort((a, b) => order.indexOf(a) - order.indexOf(b))];
}

export function columnTitle(column: string, types: readonly TicketType[]): string {
  if (column.startsWith("field.")) {
    const name = column.slice("field.".length);
    const field = types.flatMap(({ fields }) => fields).find((one) => one.name === name);
    return titleOf(field?.title, name);
  }
  return i18n.global.t(`field.${column.replace(".", "_")}`);
}
