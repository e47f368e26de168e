// SPDX-License-Identifier: Apache-2.0
// When a new desk works and what it promises, as two files of definitions: a calendar of its own, and an SLA policy in place
// of the template's standard one. Policies for some customers or types stay, and come first.

export interface Hours {
  days: "weekdays" | "six" | "every" | "always";
  from: string;
  to: string;
  /** As "12:00-13:30"; empty: none. */
  lunch: string;
  /** Statutory holidays off, make-up days worked. */
  holidays: boolean;
}
export type Promised = "template" | "relaxed" | "standard" | "strict";

/** First response and resolution in working time; urgent ones after the bar. */
export const promises: Record<Exclude<Promised, "template">, { first: [usual: string, urgent: string]; resolution: [usual: string, urgent: string] }> = {
  relaxed: { first: ["8h", "2h"], resolution: ["40h", "16h"] },
  standard: { first: ["4h", "1h"], resolution: ["24h", "8h"] },
  strict: { first: ["1h", "15m"], resolution: ["8h", "4h"] },
};

/** What is wrong with the times, if something is: "order" or "lunch". */
export function faultOf(hours: Hours): "order" | "lunch" | undefined {
  if (hours.days === "always") return undefined;
  if (!hours.from || !hours.to || hours.from >= hours.to) return "order";
  if (!hours.lunch) return undefined;
  const [out = "", back = ""] = hours.lunch.split("-");
  return hours.from < out && back < hours.to ? undefined : "lunch";
}

export function calendarFile(hours: Hours): string {
  const [out, back] = hours.lunch.split("-");
  const slots = hours.days === "always" ? '["00:00-24:00"]' : `[${(out && back ? [`${hours.from}-${out}`, `${back}-${hours.to}`] : [`${hours.from}-${hours.to}`]).map((slot) => `"${slot}"`).join(", ")}]`;
  const week = { weekdays: `workdays: ${slots}`, six: `workdays: ${slots}, saturday: ${slots}`, every: `every_day: ${slots}`, always: `every_day: ${slots}` }[hours.days];
  return `# 工作时间，由首次设置写下，可在管理区修改 · Working time, as the first run wrote it; change it as you like
calendars:
  desk_hours:
    week: {${week}}
${hours.holidays && hours.days !== "always" ? "    holidays: [cn]\n" : ""}`;
}

export function promiseFile(promise: Exclude<Promised, "template">): string {
  const { first, resolution } = promises[promise];
  const goals = ([usual, urgent]: [string, string]) => `[{within: ${urgent}, when: {field: priority, operator: is, value: urgent}}, {within: ${usual}}]`;
  return `# 对客户的承诺，由首次设置写下，可在管理区修改 · What is promised, as the first run wrote it; change it as you like
sla:
  - name: standard
    title: {zh: 标准, en: Standard}
    clocks:
      first_response:
        goals: ${goals(first)}
        warnings:
          - {at_percent: 75, actions: [{notify: {text: promise_near, whom: [assignee, team]}}]}
          - {at_percent: 100, actions: [{escalate: 1}, {notify: {text: promise_missed, whom: [assignee, lead]}}]}
      resolution:
        goals: ${goals(resolution)}
        warnings:
          - {at_percent: 80, actions: [{notify: {text: promise_near, whom: [assignee, lead]}}]}
          - {at_percent: 100, actions: [{escalate: 1}, {notify: {text: promise_missed, whom: [assignee, lead]}}]}

texts:
  promise_near:
    zh: {subject: "即将到期 {{id}} {{subject}}", body: "到期时间 {{due_at}}，状态 {{state}}。"}
    en: {subject: "Due soon: {{id}} {{subject}}", body: "Due {{due_at}}, state {{state}}."}
  promise_missed:
    zh: {subject: "已超时 {{id}} {{subject}}", body: "状态 {{state}}，请立即处理。"}
    en: {subject: "Past its goal: {{id}} {{subject}}", body: "State {{state}}. Please see to it now."}
`;
}

/** A file without the SLA policy of that name, and without its `sla:` where none is left. */
export function withoutPolicy(text: string, name: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^sla:\s*$/.test(line));
  if (start < 0) return text;
  // To the next key at the margin; remarks at the margin before it are that key's.
  let end = lines.findIndex((line, at) => at > start && /^[^\s#]/.test(line));
  if (end < 0) end = lines.length;
  while (end > start + 1 && /^(#.*)?$/.test(lines[end - 1] ?? "")) --end;
  const items = lines.flatMap((line, at) => (at > start && at < end && /^ {2}- /.test(line) ? [at] : []));
  const found = items.findIndex((at) => new RegExp(`^ {2}- (?:\\{)?name: ${name}\\b`).test(lines[at] ?? ""));
  if (found < 0) return text;
  if (items.length === 1) lines.splice(start, end - start);
  else lines.splice(items[found] as number, (items[found + 1] ?? end) - (items[found] as number));
  return lines.join("\n");
}
