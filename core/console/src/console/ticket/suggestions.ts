// SPDX-License-Identifier: Apache-2.0
// The list behind "/" (canned answers, macros) and "@" (people, teams) while somebody writes.
import { computed, nextTick, type Ref, ref } from "vue";
import { useI18n } from "vue-i18n";
import { has } from "@/shared/api/client";
import { useSession } from "@/shared/stores/session";
import { useDesk } from "../stores/desk";
import { labelOf, type Macro } from "../stores/toolbox";
import type { Tools } from "./tools";

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

export function useSuggestions(tools: Tools, body: Ref<string>, mentioned: Ref<Mentioned>, area: Ref<HTMLTextAreaElement | undefined>, changed: () => void) {
  const { t } = useI18n();
  const desk = useDesk();
  const session = useSession();
  const trigger = ref<{ sign: "/" | "@"; at: number; word: string }>();
  const active = ref(0);

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
  function beginMacro(macro: Macro): void {
    replace("");
    void tools.begin(macro);
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
      ...tools.macros.value.filter((one) => fits(labelOf(one), one.name)).map((one) => ({ key: `m${one.name}`, label: labelOf(one), hint: t("composer.macro"), run: () => beginMacro(one) })),
      ...tools.answers.value.filter((one) => fits(labelOf(one), one.name, one.text)).map((one) => ({ key: `a${one.name}`, label: labelOf(one), hint: one.text.slice(0, 60), run: () => replace(one.text.trimEnd()) })),
    ].slice(0, most);
  });
  function look(): void {
    const element = area.value;
    if (!element) return;
    const before = body.value.slice(0, element.selectionStart);
    const found = /(?:^|[\s\u3000，。；：！？、])([/;；、@＠])([^\s/;；@]{0,20})$/.exec(before);
    const sign = !found ? undefined : found[1] === "@" || found[1] === "＠" ? "@" : "/";
    if (!found || !sign || (sign === "@" && !canMention) || (sign === "/" && !tools.there)) return void (trigger.value = undefined);
    const word = found[2] ?? "";
    if (trigger.value?.word !== word || trigger.value.sign !== sign) active.value = 0;
    trigger.value = { sign, at: before.length - word.length - 1, word };
    if (sign === "/") void tools.load();
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
    const one = tools.answers.value.find((other) => other.name === name);
    if (one) replace(one.text.trimEnd());
  }
  return { trigger, active, suggestions, look, insert, keyed, answer };
}
