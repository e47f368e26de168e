// SPDX-License-Identifier: Apache-2.0
// The list behind "/" (canned answers, macros) and "@" (people, teams) while somebody writes.
import { computed, nextTick, type Ref, ref } from "vue";
import { useI18n } from "vue-i18n";
import { has } from "@/shared/api/client";
import { titleOf } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { useDesk } from "../stores/desk";
import { labelOf, useToolbox } from "../stores/toolbox";
import type { TicketState } from "./ticket";

export interface Mentioned {
  users: number[];
  teams: string[];
}
interface Suggestion {
  key: string;
  label: string;
  hint?: string;
  run: () => void;
}
export const canMention = has("GET /notices");
const most = 10;

/** The macros that fit this ticket, and doing one. */
export function useMacros(state: TicketState) {
  const { t } = useI18n();
  const toasts = useToasts();
  const toolbox = useToolbox();
  const all = computed(() => toolbox.macros);
  async function run(name: string): Promise<void> {
    const macro = toolbox.macros.find((one) => one.name === name);
    const label = macro ? labelOf(macro) : name;
    if (await state.act(label, "post", `/tickets/{ticket_id}/macros/${encodeURIComponent(name)}`, {})) toasts.show("ok", t("composer.macro_done", { name: label }));
  }
  return { all, run };
}

export function useSuggestions(state: TicketState, body: Ref<string>, mentioned: Ref<Mentioned>, area: Ref<HTMLTextAreaElement | undefined>, changed: () => void) {
  const { t } = useI18n();
  const desk = useDesk();
  const session = useSession();
  const toolbox = useToolbox();
  const macros = useMacros(state);
  const trigger = ref<{ sign: "/" | "@"; at: number; word: string }>();
  const active = ref(0);

  function fill(text: string): string {
    const ticket = state.ticket.value;
    const known: Record<string, string> = { number: ticket?.number ?? "", subject: ticket?.subject ?? "", customer: ticket?.customer?.name ?? "", "customer.name": ticket?.customer?.name ?? "", agent: session.me?.user.name ?? "", "agent.name": session.me?.user.name ?? "", "assignee.name": ticket?.assignee?.name ?? "", "desk.name": titleOf(desk.desk?.name, ""), team: desk.teamTitle(ticket?.team ?? "") };
    return text.replace(/\{\{?\s*([\w.]+)\s*\}?\}/g, (whole, name: string) => known[name] ?? whole);
  }
  function replace(text: string): void {
    const element = area.value;
    if (!element) return;
    const from = trigger.value?.at ?? element.selectionStart;
    body.value = body.value.slice(0, from) + text + body.value.slice(element.selectionStart);
    trigger.value = undefined;
    void nextTick(() => {
      element.focus();
      element.setSelectionRange(from + text.length, from + text.length);
      changed();
    });
  }
  async function runMacro(name: string): Promise<void> {
    replace("");
    await macros.run(name);
  }
  const suggestions = computed<Suggestion[]>(() => {
    const open = trigger.value;
    if (!open) return [];
    const word = open.word.toLowerCase();
    const fits = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(word));
    if (open.sign === "@") {
      return [
        ...desk.people
          .filter(({ active: yes, name, login, id }) => yes && id !== session.me?.user.id && fits(name, login))
          .map((one) => ({ key: `u${one.id}`, label: one.name, hint: one.memberships.map(({ team }) => desk.teamTitle(team)).join(" · "), run: () => { mentioned.value.users.push(one.id as number); replace(`@${one.name} `); } })),
        ...desk.teams
          .filter(({ name }) => fits(desk.teamTitle(name), name))
          .map((one) => ({ key: `t${one.name}`, label: desk.teamTitle(one.name), hint: t("composer.team"), run: () => { mentioned.value.teams.push(one.name); replace(`@${desk.teamTitle(one.name)} `); } })),
      ].slice(0, most);
    }
    return [
      ...macros.all.value.filter((one) => fits(labelOf(one), one.name)).map((one) => ({ key: `m${one.name}`, label: labelOf(one), hint: t("composer.macro"), run: () => void runMacro(one.name) })),
      ...toolbox.answers.filter((one) => fits(labelOf(one), one.name, titleOf(one.text))).map((one) => ({ key: `a${one.name}`, label: labelOf(one), hint: titleOf(one.text).slice(0, 60), run: () => replace(fill(titleOf(one.text))) })),
    ].slice(0, most);
  });
  function look(): void {
    const element = area.value;
    if (!element) return;
    const before = body.value.slice(0, element.selectionStart);
    const found = /(?:^|[\s\u3000，。；：！？、])([/@＠])([^\s/@]{0,20})$/.exec(before);
    const sign = found?.[1] === "/" ? "/" : found ? "@" : undefined;
    if (!found || !sign || (sign === "@" && !canMention) || (sign === "/" && !toolbox.there)) return void (trigger.value = undefined);
    const word = found[2] ?? "";
    if (trigger.value?.word !== word || trigger.value.sign !== sign) active.value = 0;
    trigger.value = { sign, at: before.length - word.length - 1, word };
    if (sign === "/") void toolbox.load();
  }
  function insert(sign: "/" | "@"): void {
    const element = area.value;
    if (!element) return;
    const at = element.selectionStart;
    const gap = at && !/\s$/.test(body.value.slice(0, at)) ? " " : "";
    body.value = body.value.slice(0, at) + gap + sign + body.value.slice(at);
    void nextTick(() => {
      element.focus();
      element.setSelectionRange(at + gap.length + 1, at + gap.length + 1);
      look();
    });
  }
  /** Whether the key was for the list. */
  function keyed(event: KeyboardEvent): boolean {
    const count = suggestions.value.length;
    if (!trigger.value || !count) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") active.value = (active.value + (event.key === "ArrowDown" ? 1 : -1) + count) % count;
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") suggestions.value[active.value]?.run();
    else if (event.key === "Escape") trigger.value = undefined;
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
  /** Puts a canned answer where the cursor is. */
  function answer(name: string): void {
    const one = toolbox.answers.find((other) => other.name === name);
    if (one) replace(fill(titleOf(one.text)));
  }
  return { trigger, active, suggestions, look, insert, keyed, answer };
}
