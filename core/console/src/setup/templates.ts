// SPDX-License-Identifier: Apache-2.0
// Desks to start from: the one that is installed, or one of config/samples, with the holidays of the installed one and the
// lists that every desk wants. What comes of it is checked by the server before it is published.
import { calendarFile, type Hours, type Promised, promiseFile, withoutPolicy } from "./hours";

export interface Template {
  name: string;
  /** Folder under config/samples; none: the desk as installed. */
  folder?: string;
}
export const templates: readonly Template[] = [{ name: "full" }, { name: "ecommerce", folder: "ecommerce_return" }, { name: "it", folder: "it_request" }, { name: "repair", folder: "field_repair" }];

const samples = import.meta.glob<string>("../../../../config/samples/{ecommerce_return,it_request,field_repair}/*.yaml", { query: "?raw", import: "default" });

const views = `# 常用列表 · Lists that every desk wants
views:
  mine: {title: {zh: 我的工单, en: My tickets}, when: {all: [{field: assignee, operator: is, value: "@me"}, {field: category, operator: in, value: [new, open, pending]}]}, sort: due}
  unassigned: {title: {zh: 待领取, en: Waiting for somebody}, when: {field: waiting, operator: is, value: true}, sort: priority}
  my_team: {title: {zh: 本组待处理, en: Open in my teams}, when: {all: [{field: team, operator: in, value: ["@my_teams"]}, {field: category, operator: in, value: [new, open]}]}, sort: due}
  breached: {title: {zh: 已超时, en: Past its goal}, when: {all: [{field: breached, operator: is, value: true}, {field: category, operator: in, value: [new, open, pending]}]}, sort: due}
  all: {title: {zh: 全部, en: All}, sort: updated}
`;
const agentRights = "[ticket_read, ticket_create, ticket_reply, ticket_note, ticket_edit, ticket_transition, ticket_take, ticket_hold, customer_read, customer_edit, user_read, event_read, job_read]";
const leadRights = "[ticket_read, ticket_create, ticket_reply, ticket_note, ticket_edit, ticket_transition, ticket_take, ticket_assign, ticket_hold, ticket_merge, ticket_bulk, ticket_export, customer_read, customer_edit, user_read, roster_manage, event_read, report_read, job_read]";

export interface DeskWish {
  zh: string;
  en: string;
  zone: string;
  prefix: string;
  template: string;
  hours: Hours;
  promise: Promised;
}

const quoted = (text: string) => JSON.stringify(text);

/** Name, zone, prefix and calendar in the `desk:` section, where they stand or as its first lines. */
export function withDesk(text: string, desk: Pick<DeskWish, "zh" | "en" | "zone" | "prefix">): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^desk:\s*$/.test(line));
  if (start < 0) return text;
  const values: Record<string, string> = { name: `{zh: ${quoted(desk.zh)}, en: ${quoted(desk.en)}}`, zone: desk.zone, ticket_prefix: desk.prefix, default_calendar: "desk_hours" };
  let end = lines.findIndex((line, at) => at > start && /^\S/.test(line) && !line.startsWith("#"));
  if (end < 0) end = lines.length;
  for (const [key, value] of Object.entries(values)) {
    const at = lines.findIndex((line, index) => index > start && index < end && new RegExp(`^ {2}${key}:`).test(line));
    if (at >= 0) lines[at] = `  ${key}: ${value}`;
    else {
      lines.splice(start + 1, 0, `  ${key}: ${value}`);
      ++end;
    }
  }
  return lines.join("\n");
}

/** All files of the desk that was wished for; `installed` is what `docket init` published. */
export async function filesOf(wish: DeskWish, installed: Record<string, string>): Promise<Record<string, string>> {
  const folder = templates.find(({ name }) => name === wish.template)?.folder;
  let files: Record<string, string> = { ...installed };
  if (folder) {
    files = Object.fromEntries(Object.entries(installed).filter(([name]) => name.startsWith("holidays/")));
    for (const [path, load] of Object.entries(samples)) {
      if (!path.includes(`/${folder}/`)) continue;
      const text = await load();
      files[path.split("/").at(-1) as string] = text
        .replace(/^( {2}agent: \{title: \{[^}]*\}.*rights: )\[[^\]]*\]/m, `$1${agentRights}`)
        .replace(/^( {2}lead: \{title: \{[^}]*\}.*rights: )\[[^\]]*\]/m, `$1${leadRights}`);
    }
    if (!Object.values(files).some((text) => /^views:/m.test(text))) files["views.yaml"] = views;
  }
  files = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, /^desk:\s*$/m.test(text) ? withDesk(text, wish) : text]));
  if (wish.promise !== "template") {
    files = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, withoutPolicy(text, "standard")]));
    // Policies are tried in the order of the files' names: what the template promises to some comes before this one.
    files["sla_standard.yaml"] = promiseFile(wish.promise);
  }
  files["desk_hours.yaml"] = calendarFile(wish.hours);
  return files;
}
