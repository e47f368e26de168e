// SPDX-License-Identifier: Apache-2.0
// Roles are definitions: ticking a right writes the file in which the role stands.
import { addChild, fileOf, findBlock, quoted, setList, setValue } from "../definitions/yaml_text";

export const rightGroups: readonly { name: string; rights: readonly string[] }[] = [
  { name: "tickets", rights: ["ticket_read", "ticket_create", "ticket_reply", "ticket_note", "ticket_edit", "ticket_transition", "ticket_take", "ticket_assign", "ticket_hold", "ticket_merge", "ticket_bulk", "ticket_export", "event_read"] },
  { name: "customers", rights: ["customer_read", "customer_edit"] },
  { name: "people", rights: ["user_read", "user_manage", "roster_manage", "token_manage"] },
  { name: "desk", rights: ["definition_read", "definition_publish", "report_read", "job_read", "delivery_read", "delivery_manage", "audit_read", "system_manage"] },
];
export const scopes = ["own", "team", "all"] as const;
export type Scope = (typeof scopes)[number];

/** The file with the role, changed; nothing when no file has it. */
export function withRights(files: Readonly<Record<string, string>>, role: string, rights: readonly string[]): { file: string; text: string } | undefined {
  const file = fileOf(files, ["roles", role]);
  return file === undefined ? undefined : { file, text: setList(files[file] ?? "", ["roles", role, "rights"], rights) };
}
export function withScope(files: Readonly<Record<string, string>>, role: string, scope: Scope): { file: string; text: string } | undefined {
  const file = fileOf(files, ["roles", role]);
  return file === undefined ? undefined : { file, text: setValue(files[file] ?? "", ["roles", role, "tickets"], scope) };
}

export interface NewRole {
  name: string;
  zh: string;
  en: string;
  tickets: Scope;
  rights: readonly string[];
}
/** What a role of a kind usually may; the first is for a department that only answers when it is asked. */
export const templates: readonly { name: string; tickets: Scope; rights: readonly string[] }[] = [
  { name: "collaborates", tickets: "own", rights: ["ticket_read", "ticket_note"] },
  { name: "answers", tickets: "team", rights: ["ticket_read", "ticket_note", "ticket_transition", "ticket_take", "ticket_hold", "user_read"] },
  { name: "reads", tickets: "all", rights: ["ticket_read", "customer_read", "user_read", "definition_read", "report_read"] },
  { name: "reception", tickets: "team", rights: ["ticket_read", "ticket_create", "ticket_reply", "ticket_note", "ticket_edit", "ticket_assign", "customer_read", "customer_edit", "user_read"] },
];
export const roleName = /^[a-z][a-z0-9_]{0,63}$/;

export function withRole(files: Readonly<Record<string, string>>, role: NewRole): { file: string; text: string } {
  const names = Object.keys(files).sort();
  const file = names.find((name) => findBlock((files[name] ?? "").split("\n"), ["roles"])) ?? "roles.yaml";
  const title = `{zh: ${quoted(role.zh)}${role.en ? `, en: ${quoted(role.en)}` : ""}}`;
  const block = `${role.name}:\n  title: ${title}\n  tickets: ${role.tickets}\n  rights: [${role.rights.join(", ")}]`;
  return { file, text: addChild(files[file] ?? "", ["roles"], block) };
}

export interface ReadRole {
  rights: Set<string>;
  /** `rights: all`: whatever rights there are, now and later. */
  all: boolean;
  tickets: string;
}
/** The role as the text says it now, for the ticks; nothing where it is written in another way than is read here. */
export function readRole(files: Readonly<Record<string, string>>, role: string): ReadRole | undefined {
  const file = fileOf(files, ["roles", role]);
  if (file === undefined) return undefined;
  const lines = (files[file] ?? "").split("\n");
  const rights = findBlock(lines, ["roles", role, "rights"]);
  const tickets = findBlock(lines, ["roles", role, "tickets"]);
  const body = rights ? lines.slice(rights.first, rights.end).map((line) => line.replace(/(^|\s)#.*$/, "")).join(" ").replace(/^\s*rights:/, "") : "";
  if (/[&*!|>{}"']/.test(body)) return undefined;
  const words = body.match(/[a-z_]+/g) ?? [];
  const all = words.length === 1 && words[0] === "all";
  return { rights: new Set(all ? rightGroups.flatMap((group) => group.rights) : words), all, tickets: tickets ? (lines[tickets.first] ?? "").replace(/(^|\s)#.*$/, "").replace(/^\s*tickets:\s*/, "").trim() : "team" };
}
