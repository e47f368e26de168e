// SPDX-License-Identifier: Apache-2.0
// The practice ticket: which one it is, and how far one is with it. Each step ticks itself off from what happened on the
// ticket, however it was done.
import { computed, onBeforeUnmount, ref, watch } from "vue";
import { useI18n } from "vue-i18n";
import type { Router } from "vue-router";
import { ApiError, get, post, type Schemas } from "@/shared/api/client";
import { i18n, titleOf } from "@/shared/i18n";
import { live } from "@/shared/live/stream";
import { useSession } from "@/shared/stores/session";
import { useDesk } from "../stores/desk";
import { gone } from "../stores/jobs";
import { exampleFields } from "./examples";
import { ends, onwardOf } from "./onward";

// Of this person: somebody else on this browser has another, or none.
const owner = () => useSession().me?.user.id ?? 0;
const nameOf = (user: number) => `docket.practice.${user}`;
function read(user: number): number {
  try {
    return Number(localStorage.getItem(nameOf(user)) ?? 0);
  } catch {
    return 0;
  }
}
const chosen = ref({ owner: 0, id: 0 });
const id = computed(() => (chosen.value.owner === owner() ? chosen.value.id : read(owner())));

/** Which ticket is one's practice, 0 if none. */
export const practiceId = computed(() => id.value);
export function choosePractice(ticket: number): void {
  const user = owner();
  chosen.value = { owner: user, id: ticket };
  try {
    if (ticket) localStorage.setItem(nameOf(user), String(ticket));
    else localStorage.removeItem(nameOf(user));
  } catch {
    // Then it lasts until the page is closed.
  }
}

/** Makes a practice ticket and opens it. Where it went to people whose tickets one does not see: words that say so. */
export async function startPractice(router: Router): Promise<string | undefined> {
  const { t } = i18n.global;
  const desk = useDesk();
  const session = useSession();
  const easy = desk.types.find(({ fields }) => !fields.some(({ required }) => required));
  const type = desk.types.find(({ name }) => name === "consult") ?? easy ?? desk.types[0];
  // A desk for colleagues has no customers who ask about a filter.
  const inside = desk.types.some((one) => one.customer_may_create) ? "" : "_inside";
  const own = session.can("ticket_assign") ? session.me?.teams[0]?.name : undefined;
  const { data } = await post("/tickets", { body: { type: type?.name ?? "", subject: t(`practice.subject${inside}`), body: t(`practice.body${inside}`), channel: "agent", tags: [t("practice.tag")], fields: exampleFields(type ?? { fields: [] }), ...(own ? { team: own } : {}) } });
  const elsewhere = await get("/tickets/{ticket_id}", { path: { ticket_id: data.id as number } }).then(() => false, (error) => error instanceof ApiError && error.status === 404);
  if (elsewhere) return t("practice.elsewhere", { number: data.number, team: desk.teamTitle(data.team) });
  choosePractice(data.id as number);
  await router.push({ name: "ticket", params: { id: data.id as number } });
  return undefined;
}

export const practiceSteps = ["make", "take", "note", "reply", "resolve"] as const;

export function usePractice() {
  const { t } = useI18n();
  const session = useSession();
  const ticket = ref<Schemas["TicketOutput"]>();
  const kinds = ref(new Set<string>());
  /** The step that ends it, or else the one that leads on. */
  const onward = ref<{ title: string; ends: boolean }>();

  async function look(): Promise<void> {
    if (!id.value) return void (ticket.value = undefined);
    try {
      const path = { ticket_id: id.value };
      const [one, said] = await Promise.all([get("/tickets/{ticket_id}", { path }), get("/tickets/{ticket_id}/messages", { path, query: { limit: 50 } })]);
      kinds.value = new Set(said.data.items.filter(({ author }) => author.kind === "user" && author.id === session.me?.user.id).map(({ kind }) => kind));
      ticket.value = one.data;
      await findOnward(one.data);
    } catch (failure) {
      // A break passes; only what is gone is given up.
      if (!gone(failure)) return;
      ticket.value = undefined;
      choosePractice(0);
    }
  }
  async function findOnward(one: Schemas["TicketOutput"]): Promise<void> {
    if (ends(one.category)) return;
    const states = useDesk().workflowByName.get(one.workflow)?.states ?? [];
    const next = onwardOf((await get("/tickets/{ticket_id}/transitions", { path: { ticket_id: id.value } })).data.items, states);
    onward.value = next && { title: titleOf(next.step.title, next.step.name), ends: next.ends };
  }
  watch(id, () => void look(), { immediate: true });
  onBeforeUnmount(live.listen({ events: (events) => events.some((event) => event.ticket === id.value) && void look(), resync: () => void look() }));

  const done = computed(() => {
    if (!ticket.value) return 0;
    const over = ends(ticket.value.category);
    // Only a team's members take its tickets.
    const taken = ticket.value.assignee?.id === session.me?.user.id || !session.me?.teams.some(({ name }) => name === ticket.value?.team);
    const open = [true, taken, kinds.value.has("note"), kinds.value.has("reply"), over].indexOf(false);
    return open < 0 ? practiceSteps.length : open;
  });
  const ended = computed(() => done.value >= practiceSteps.length);
  const hint = computed(() => {
    if (ended.value) return t("practice.done");
    const step = practiceSteps[done.value];
    if (step !== "resolve") return t(`practice.hint_${step}`);
    return onward.value ? t(onward.value.ends ? "practice.hint_resolve" : "practice.hint_onward", { step: onward.value.title }) : t("practice.hint_others");
  });
  const steps = computed(() => practiceSteps.map((name) => t(`practice.${name}`)));
  return { ticket, done, ended, hint, steps };
}
