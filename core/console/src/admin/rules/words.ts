// SPDX-License-Identifier: Apache-2.0
// Conditions as the server says them ("customer_level in vip, gold and …"), in the page's language where words are known.
import { i18n } from "@/shared/i18n";

const operators = ["is_not", "is_set", "is_empty", "is", "in", "not_in", "contains", "not_contains", "at_least", "at_most", "greater", "less", "older_than", "newer_than", "starts_with"];
const fields = ["type", "workflow", "state", "category", "priority", "team", "assignee", "customer.level", "region", "product_line", "channel", "subject", "tags", "text", "waiting", "on_hold", "messages", "breached", "urges", "escalation", "reopens", "awaiting", "customer", "organization"];

/** Fields of the ticket by name, its own fields, and what the event brings; a field that is yes or no is said by itself. */
const compared = new RegExp(`\\b(${fields.map((field) => field.replace(".", "\\.")).join("|")}|field\\.[a-z_0-9]+|event\\.[a-z_]+) (is yes|is no|${operators.join("|")})\\b`, "g");

/** The same sentence with the names of fields and operators in the page's language; values stay as they are written. */
export function conditionText(condition: string): string {
  const { t, te, locale } = i18n.global;
  if (!condition) return t("admin.rules.always");
  const chinese = String(locale.value).startsWith("zh");
  const told = condition.replace(compared, (_, field: string, operator: string) => {
    const key = `admin.rules.field.${field.replace(".", "_")}`;
    const name = te(key) ? t(key) : field;
    if (operator === "is yes") return name;
    if (operator === "is no") return chinese ? `非${name}` : `not ${name}`;
    return `${name} ${te(`admin.rules.operator.${operator}`) ? t(`admin.rules.operator.${operator}`) : operator}`;
  });
  if (!chinese) return told;
  return told
    .replace(/\band\b/g, "且")
    .replace(/\bor\b/g, "或")
    .replace(/^it needs /, "需要 ")
    .replace(/\bnot (?=\(|\S)/g, "非 ")
    .replace(/\balways\b/g, t("admin.rules.always"))
    .replace(/ yes\b/g, " 是")
    .replace(/ no\b/g, " 否");
}

/** A name of a clock: the desk's usual ones in words. */
export function clockText(name: string): string {
  const { t, te } = i18n.global;
  return te(`admin.rules.clock.${name}`) ? t(`admin.rules.clock.${name}`) : name;
}
