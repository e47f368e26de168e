// SPDX-License-Identifier: Apache-2.0
// Macros, canned answers and ticket templates of the desk, as the server gives them to this person; none where it has none.
import { has, send } from "@/shared/api/client";
import { titleOf } from "@/shared/i18n";

interface Tool {
  name: string;
  title: { zh?: string; en?: string };
}
export interface Macro extends Tool {
  /** What is said with it; may be changed before. */
  message: string;
  /** To the customer; else a note. */
  reply: boolean;
  actions: string[];
}
export interface CannedAnswer extends Tool {
  text: string;
  types: string[];
}
export interface Template extends Tool {
  type: string;
  subject: string;
  body: string;
  priority?: string;
  region: string;
  product_line: string;
  team: string;
  tags: string[];
  fields: Record<string, unknown>;
}

export const labelOf = (one: Tool) => titleOf(one.title, one.name);
export const hasMacros = has("GET /macros");
export const hasAnswers = has("GET /answers");

async function list<T>(path: string, ticket?: number): Promise<T[]> {
  if (!has(`GET ${path}`)) return [];
  return (await send<{ items: T[] }>("get", path, { query: { ticket } })).data.items;
}
/** With a ticket: only what can be used on it now, its placeholders filled in. */
export const readMacros = (ticket?: number) => list<Macro>("/macros", ticket);
export const readAnswers = (ticket?: number) => list<CannedAnswer>("/answers", ticket);
export const readTemplates = () => list<Template>("/templates");
