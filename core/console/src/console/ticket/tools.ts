// SPDX-License-Identifier: Apache-2.0
// What is at hand on one ticket: the macros that fit it now, and the canned answers, filled in by the server. Read once the
// ticket stands on the screen, and again when it has changed and somebody asks.
import { onBeforeUnmount, ref, watch } from "vue";
import { useI18n } from "vue-i18n";
import { calm } from "@/shared/api/calm";
import { useToasts } from "@/shared/stores/toasts";
import { type CannedAnswer, hasAnswers, hasMacros, labelOf, type Macro, readAnswers, readMacros } from "../stores/toolbox";
import type { TicketState } from "./ticket";

export function useTools(state: TicketState) {
  const { t } = useI18n();
  const toasts = useToasts();
  const macros = ref<Macro[]>([]);
  const answers = ref<CannedAnswer[]>([]);
  /** A macro that says something is shown first, as its text may be changed. */
  const asking = ref<Macro>();
  let readAt = -1;

  async function load(): Promise<void> {
    const version = state.ticket.value?.version ?? 0;
    if (!state.ticket.value || readAt === version) return;
    readAt = version;
    try {
      [macros.value, answers.value] = await Promise.all([state.over.value ? [] : readMacros(state.id), readAnswers(state.id)]);
    } catch {
      // Without a line there is nothing to choose from; the next press asks again.
      readAt = -1;
    }
  }
  let left = false;
  async function loadSoon(): Promise<void> {
    await calm();
    if (!left) await load();
  }
  watch(() => Boolean(state.ticket.value), (there) => there && void loadSoon(), { immediate: true });
  onBeforeUnmount(() => (left = true));
  watch(() => `${state.ticket.value?.type} ${state.ticket.value?.state} ${state.ticket.value?.hold === undefined}`, () => readAt >= 0 && void load());

  async function run(macro: Macro, message?: string, shown?: (failure: unknown) => boolean): Promise<boolean> {
    const done = await state.act(labelOf(macro), "post", `/tickets/{ticket_id}/macros/${encodeURIComponent(macro.name)}`, message === undefined ? {} : { message }, undefined, shown);
    if (done) toasts.show("ok", t("composer.macro_done", { name: labelOf(macro) }));
    return done;
  }
  async function begin(macro: Macro): Promise<void> {
    if (macro.message) asking.value = macro;
    else await run(macro);
  }
  return { there: hasMacros || hasAnswers, macros, answers, asking, load, begin, run };
}
export type Tools = ReturnType<typeof useTools>;
