// SPDX-License-Identifier: Apache-2.0
// Conditions as the server says them ("customer_level in vip, gold and …"), in the page's language where words are known.
import { useDesk } from "@/console/stores/desk";
import { i18n, titleOf } from "@/shared/i18n";

const operators = ["is_not", "is_set", "is_empty", "is", "in", "not_in", "contains", "not_contains", "at_least", "at_most", "greater", "less", "older_than", "newer_than", "starts_with"];
const fields = ["type", "workflow", "state", "category", "priority", "team", "assignee", "customer.level", "region", "product_line", "channel", "subject", "tags", "text", "waiting", "on_hold", "messages", "breached", "urges", "escalation", "reopens", "awaiting", "customer", "organization"];

/** Fields of the ticket by name, its own fields, and what the event brings; a field that is yes or no is said by itself. */
const compared = new RegExp(`\\b(${fields.map((field) => field.replace(".", "\\.")).join("|")}|field\\.[a-z_0-9]+|event\\.[a-z_]+) (is yes|is no|${operators.join("|")})\\b`, "g");

/** The title of what a field of the desk is compared with. */
export type TitleOf = (field: string, value: string) => string | undefined;
export function useTitles(): TitleOf {
  const desk = useDesk();
  /** What all workflows that have one of that name call it. */
  const agreed = (all: { name: string; title: Parameters<typeof titleOf>[0] }[], name: string) => {
    const titles = new Set(all.filter((one) => one.name === name).map(({ title }) => titleOf(title, name)));
    return titles.size === 1 ? [...titles][0] : undefined;
  };
  return (field, value) => (field === "state" ? agreed(desk.workflows.flatMap(({ states }) => states), value) : field === "transition" ? agreed(desk.workflows.flatMap(({ transitions }) => transitions), value) : field === "type" && desk.typeByName.has(value) ? desk.typeTitle(value) : field.endsWith("team") && desk.teams.some(({ name }) => name === value) ? desk.teamTitle(value) : undefined);
}
// "priority in high, urgent": what stands between the operator and the next test.
const valued = new RegExp(`\\b(${fields.map((field) => field.replace(".", "\\.")).join("|")}|event\\.[a-z_]+) (is_not|is|in|not_in) (?!yes\\b|no\\b)([a-z_0-9]+(?:, [a-z_0-9]+)*)(?= and | or |\\)|$)`, "g");
function valueText(field: string, value: string, titles?: TitleOf): string {
  const { t, te } = i18n.global;
  const known = { priority: "priority", category: "category", awaiting: "awaiting", "event.message": "admin.rules.message" }[field];
  const key = `${known}.${value}`;
  return titles?.(field, value) ?? (known && te(key) ? t(key) : value);
}

/** The same sentence with the names of fields and operators in the page's language; values that the page has no word for stay as written. */
export function conditionText(condition: string, titles?: TitleOf): string {
  const { t, te, locale } = i18n.global;
  if (!condition) return t("admin.rules.always");
  const chinese = String(locale.value).startsWith("zh");
  const comma = chinese ? "、" : ", ";
  const said = condition.replace(valued, (_, field: string, operator: string, values: string) => `${field} ${operator} ${values.split(", ").map((value) => valueText(field, value, titles)).join(comma)}`);
  const told = said.replace(compared, (_, field: string, operator: string) => {
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

const whomText = (names: string, comma: string) => names.split(", ").map((name) => (i18n.global.te(`admin.rules.whom.${name}`) ? i18n.global.t(`admin.rules.whom.${name}`) : name)).join(comma);
/** An action of a rule, as the server says it: "notify replied → customer, copied". */
export function actionText(action: string, titles?: TitleOf): string {
  const { t, te } = i18n.global;
  const [verb = "", ...rest] = action.split(" ");
  const name = te(`admin.rules.action.${verb}`) ? t(`admin.rules.action.${verb}`) : verb;
  const [, text, whom] = /^(\S+) → (.+)$/.exec(rest.join(" ")) ?? [];
  if (verb === "notify" && text && whom) return t("admin.rules.notified", { name, whom: whomText(whom, t("admin.comma")), text });
  return `${name} ${(verb === "move" && titles?.("transition", rest[0] ?? "")) || rest.join(" ")}`;
}

const refusals: Record<string, string> = { "there is nobody to tell": "没有可通知的人", "there is no destination": "没有配置渠道", "there is no such text": "没有这段文本", "the text is empty": "内容为空", "the ticket is not in work": "工单不在处理中" };
/** What a rule did, a line of a trace. The server's sentences are English; the usual ones are said in Chinese. */
export function doneText(line: string, titles?: TitleOf): string {
  const { t, te, locale } = i18n.global;
  if (!String(locale.value).startsWith("zh")) return line;
  const whom = (names: string) => whomText(names, "、");
  const team = (name: string) => titles?.("team", name) ?? name;
  const fieldName = (name: string) => (te(`admin.rules.field.${name.replace(".", "_")}`) ? t(`admin.rules.field.${name.replace(".", "_")}`) : name);
  const ways: [RegExp, (...parts: string[]) => string][] = [
    [/^notify (.+) with (\S+?)(?:: (.+))?$/, (_, to = "", text = "", why) => `通知${whom(to)}（${text}）${why ? `未发：${refusals[why] ?? why}` : ""}`],
    [/^escalated to level (\d+)$/, (_, level) => `升级到 ${level} 级`],
    [/^set (\S+) to (.+)$/, (_, field = "", value = "") => `把“${fieldName(field)}”设为 ${valueText(field, value, titles)}`],
    [/^assigned to user (\d+) in team (\S+)$/, (_, user = "", name = "") => `派给 ${team(name)} · ${useDesk().personName(Number(user))}`],
    [/^waits in team (\S+)$/, (_, name = "") => `在${team(name)}等人领取`],
    [/^moved by step (\S+)$/, (_, step = "") => `流转 ${titles?.("transition", step) ?? step}`],
    [/^called (.+)$/, (_, name) => `调用 ${name}`],
    [/^wrote a note$/, () => "写了内部备注"],
    [/^urged$/, () => "催办"],
    [/^(\w+): (.+)$/, (_, act = "", why = "") => `${te(`admin.rules.action.${act}`) ? t(`admin.rules.action.${act}`) : act}：${refusals[why] ?? why}`],
  ];
  for (const [pattern, say] of ways) if (pattern.test(line)) return line.replace(pattern, say as (substring: string, ...args: string[]) => string);
  return line;
}
