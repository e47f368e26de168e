// SPDX-License-Identifier: Apache-2.0
// The practice ticket: which one it is, and how far one is with it. Each step ticks itself off from what happened on the
// ticket, however it was done.
import { computed, onBeforeUnmount, ref, watch } from "vue";
import { useI18n } from "vue-i18n";
import { get, type Schemas } from "@/shared/api/client";
import { live } from "@/shared/live/stream";
import { useSession } from "@/shared/stores/session";

const kept = "docket.practice";
function read(): number {
  try {
    return Number(localStorage.getItem(kept) ?? 0);
  } catch {
    return 0;
  }
}
const id = ref(read());

/** Which ticket is one's practice, 0 if none. */
export const practiceId = computed(() => id.value);
export function choosePractice(ticket: number): void {
  id.value = ticket;
  try {
    if (ticket) localStorage.setItem(kept, String(ticket));
    else localStorage.removeItem(kept);
  } catch {
    // Then it lasts until the page is closed.
  }
}

export const practiceSteps = ["make", "take", "note", "reply", "resolve"] as const;

export function usePractice() {
  const { t } = useI18n();
  const session = useSession();
  const ticket = ref<Schemas["TicketOutput"]>();
  const kinds = ref(new Set<string>());

  async function look(): Promise<void> {
    if (!id.value) return void (ticket.value = undefined);
    try {
      const path = { ticket_id: id.value };
      const [one, said] = await Promise.all([get("/tickets/{ticket_id}", { path }), get("/tickets/{ticket_id}/messages", { path, query: { limit: 50 } })]);
      kinds.value = new Set(said.data.items.filter(({ author }) => author.kind === "user" && author.id === session.me?.user.id).map(({ kind }) => kind));
      ticket.value = one.data;
    } catch {
      ticket.value = undefined;
      choosePractice(0);
    }
  }
  watch(id, () => void look(), { immediate: true });
  onBeforeUnmount(live.listen({ events: (events) => events.some((event) => event.ticket === id.value) && void look() }));

  const done = computed(() => {
    if (!ticket.value) return 0;
    const over = ticket.value.category === "resolved" || ticket.value.category === "closed";
    const open = [true, ticket.value.assignee?.id === session.me?.user.id, kinds.value.has("note"), kinds.value.has("reply"), over].indexOf(false);
    return open < 0 ? practiceSteps.length : open;
  });
  const ended = computed(() => done.value >= practiceSteps.length);
  const hint = computed(() => (ended.value ? t("practice.done") : t(`practice.hint_${practiceSteps[done.value]}`)));
  const steps = computed(() => practiceSteps.map((name) => t(`practice.${name}`)));
  return { ticket, done, ended, hint, steps };
}
