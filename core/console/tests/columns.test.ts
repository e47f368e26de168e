// SPDX-License-Identifier: Apache-2.0
// The columns of a list are those that its view names: none is left out without a word.
import { expect, test } from "vitest";
import { columnsOf, columnTitle, toldColumns, widthOf } from "@/console/tickets/columns";
import type { TicketType, View } from "@/console/stores/desk";
import { addMessages, i18n } from "@/shared/i18n";

const view = (...columns: string[]) => ({ name: "v", columns }) as unknown as View;

test("what rows do not hold is asked for and drawn behind the customer, in the order of the view", () => {
  const refunds = view("id", "subject", "field.order_no", "field.refund_amount", "assignee", "due_at");
  expect(toldColumns(refunds)).toEqual(["field.order_no", "field.refund_amount"]);
  expect(columnsOf(refunds)).toEqual(["customer", "field.order_no", "field.refund_amount", "state", "assignee", "due_at"]);
  expect(widthOf("field.order_no")).toContain("minmax(0,");
});

test("what each row marks beside its subject is no column", () => {
  expect(toldColumns(view("id", "subject", "priority", "urges", "escalation", "on_hold", "team"))).toEqual([]);
  expect(columnsOf(undefined)).toEqual(["customer", "state", "due_at"]);
});

test("each has a heading: the form's title, or the word for it", async () => {
  await addMessages({ "zh-CN": () => import("@/console/locales/zh-CN.json"), en: () => import("@/console/locales/en.json") });
  const types = [{ fields: [{ name: "order_no", title: { zh: "订单号", en: "Order" } }] }] as unknown as TicketType[];
  expect(columnTitle("field.order_no", types)).toBe("订单号");
  expect(columnTitle("field.gone", types)).toBe("gone");
  expect(columnTitle("customer.level", types)).toBe("客户等级");
  const catalogue = ["workflow", "category", "step", "entered_at", "text", "waiting", "last_handler", "organization", "tags", "watchers", "copied", "awaiting", "hold.reason", "hold.since", "created_by", "created_by.kind", "first_replied", "first_replied_at", "resolved_at", "closed_at", "reopens", "messages", "merged", "guests", "rating", "rating.comment", "breached"];
  for (const name of catalogue) expect(i18n.global.te(`field.${name.replace(".", "_")}`), name).toBe(true);
});
