// SPDX-License-Identifier: Apache-2.0
// The condition language as the filter builder knows it: fields, what they hold, and which comparisons make sense.
import type { Schemas } from "@/shared/api/client";

export interface Test {
  field: string;
  operator: string;
  value?: unknown;
}
export type Condition = Test | { all: Condition[] } | { any: Condition[] } | { not: Condition };

export type Kind = "text" | "word" | "number" | "flag" | "instant" | "date" | "list" | "id";

export const operators: Record<Kind, readonly string[]> = {
  text: ["contains", "not_contains", "is", "is_not", "starts_with", "is_set", "is_empty"],
  word: ["in", "not_in", "is_set", "is_empty"],
  number: ["is", "is_not", "at_least", "at_most", "greater", "less", "is_set", "is_empty"],
  flag: ["is"],
  instant: ["newer_than", "older_than", "at_least", "at_most", "is_set", "is_empty"],
  date: ["is", "is_not", "is_set", "is_empty"], // a text to the server: neither earlier nor later than another
  list: ["contains", "not_contains", "is_set", "is_empty"],
  id: ["in", "not_in", "is_set", "is_empty"],
};
export const withoutValue = (operator: string) => operator === "is_set" || operator === "is_empty";
export const withList = (operator: string) => ["in", "not_in", "contains", "not_contains"].includes(operator);

/** What lists may be filtered by, in the order in which people ask for it. */
export const builtIn: readonly { field: string; kind: Kind }[] = [
  { field: "category", kind: "word" },
  { field: "type", kind: "word" },
  { field: "state", kind: "word" },
  { field: "priority", kind: "word" },
  { field: "team", kind: "word" },
  { field: "assignee", kind: "id" },
  { field: "subject", kind: "text" },
  { field: "tags", kind: "list" },
  { field: "channel", kind: "word" },
  { field: "region", kind: "word" },
  { field: "product_line", kind: "word" },
  { field: "customer.level", kind: "word" },
  { field: "breached", kind: "flag" },
  { field: "due_at", kind: "instant" },
  { field: "waiting", kind: "flag" },
  { field: "awaiting", kind: "word" },
  { field: "on_hold", kind: "flag" },
  { field: "urges", kind: "number" },
  { field: "escalation", kind: "number" },
  { field: "reopens", kind: "number" },
  { field: "created_at", kind: "instant" },
  { field: "updated_at", kind: "instant" },
  { field: "resolved_at", kind: "instant" },
  { field: "closed_at", kind: "instant" },
  { field: "first_replied", kind: "flag" },
  { field: "watchers", kind: "list" },
];

export function kindOfField(kind: Schemas["FieldKind"]): Kind {
  switch (kind) {
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "flag";
    case "choice":
      return "word";
    case "choices":
      return "list";
    case "instant":
    case "date":
      return kind;
    default:
      return "text";
  }
}

/** The tests of a plain condition (one test, or all/any of tests), or nothing when it is nested and only text shows it. */
export function flat(condition: Condition | undefined): { match: "all" | "any"; tests: Test[] } | undefined {
  if (!condition) return { match: "all", tests: [] };
  if ("field" in condition) return { match: "all", tests: [condition] };
  for (const match of ["all", "any"] as const) {
    const children = (condition as Record<string, Condition[]>)[match];
    if (children && children.every((child) => "field" in child)) return { match, tests: children as Test[] };
  }
  return undefined;
}

export function join(match: "all" | "any", tests: Test[]): Condition | undefined {
  if (!tests.length) return undefined;
  return tests.length === 1 ? (tests[0] as Test) : match === "all" ? { all: tests } : { any: tests };
}

export function both(a: Condition | undefined, b: Condition | undefined): Condition | undefined {
  return a && b ? { all: [a, b] } : (a ?? b);
}

/** From an address; nothing when it is no condition. */
export function parse(text: unknown): Condition | undefined {
  if (typeof text !== "string" || !text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Condition) : undefined;
  } catch {
    return undefined;
  }
}
