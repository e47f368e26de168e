// SPDX-License-Identifier: Apache-2.0
// One ticket on the screen: what the server says of it, what is done to it, what others do meanwhile.
import { computed, onBeforeUnmount, reactive, ref, shallowRef, watch } from "vue";
import { useI18n } from "vue-i18n";
import { type Answer, ApiError, get, type Schemas, send, type Verb } from "@/shared/api/client";
import { etagOf } from "@/shared/api/etag";
import { explain } from "@/shared/api/explain";
import { growing } from "@/shared/api/growing";
import { useOutbox } from "@/shared/api/outbox";
import { live } from "@/shared/live/stream";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { useDesk } from "../stores/desk";

export type Ticket = Schemas["TicketOutput"] & { id: number };
export type Message = Schemas["StoredMessage"] & { pending?: boolean };
export type FormattedNode = Schemas["FormattedNode"];
/** `missing`: fields that the step looks at and that are still empty. */
export type Transition = Schemas["TransitionOutput"] & { missing?: string[] };
export type FileInfo = Schemas["Attachment"] & { id: number };
/** A ticket that ended in another: `into`, which may have ended in turn. */
export type MergedSource = Schemas["MergedTicket"] & { id: number; into: number };

export function useTicket(id: number) {
  const { t } = useI18n();
  const session = useSession();
  const outbox = useOutbox();
  const toasts = useToasts();
  const desk = useDesk();

  const ticket = ref<Ticket>();
  const messages = shallowRef<Message[]>([]);
  const transitions = ref<Transition[]>([]);
  const files = ref<FileInfo[]>([]);
  const failure = ref<unknown>();
  const busy = ref("");
  /** What stands beside the ticket and could not be read. It is read again with the ticket, or when somebody asks. */
  const unread = reactive({ steps: false, files: false });
  /** What was typed over a field and not taken, by the name of its editor: there it stands until it is taken or called off. */
  const refusedDrafts = new Map<string, unknown>();
  /** Grows with each change; panes that show more than the ticket itself read anew. */
  const changes = ref(0);
  let gone = false;

  const said = growing<Message>(`/tickets/${id}/messages`);
  async function readMessages(): Promise<void> {
    // Fewer than before: what is shown is not the beginning of what is there.
    messages.value = await said((ticket.value?.messages ?? 0) < messages.value.length);
  }
  async function reading(what: keyof typeof unread, read: () => Promise<void>): Promise<void> {
    try {
      await read();
      unread[what] = false;
    } catch (error) {
      unread[what] = true;
      throw error;
    }
  }
  const readSteps = () => reading("steps", async () => {
    transitions.value = (await get("/tickets/{ticket_id}/transitions", { path: { ticket_id: id } })).data.items;
  });
  // A step that misses a field of which the form knows nothing: the form was published anew.
  watch([() => ticket.value?.type, transitions], ([type, steps]) => type && desk.seekFields(type, steps.flatMap(({ missing = [] }) => missing)));
  async function readFiles(): Promise<void> {
    if (!messages.value.some(({ attachments }) => attachments.length)) return;
    await reading("files", async () => {
      files.value = (await get("/tickets/{ticket_id}/attachments", { path: { ticket_id: id } })).data.items as FileInfo[];
    });
  }
  async function begin(): Promise<void> {
    failure.value = undefined;
    try {
      const [one] = await Promise.all([get("/tickets/{ticket_id}", { path: { ticket_id: id } }), readSteps().catch(() => undefined), readMessages()]);
      if (gone) return;
      ticket.value = one.data as Ticket;
      void readFiles().catch(() => undefined);
    } catch (error) {
      failure.value = error;
    }
  }
  /** What somebody else (or time) did: the ticket, its steps and new messages. */
  async function renew(): Promise<void> {
    const { data } = await get("/tickets/{ticket_id}", { path: { ticket_id: id } });
    if (gone || (ticket.value && data.version < ticket.value.version)) return;
    const more = data.messages !== messages.value.length;
    if (data.version !== ticket.value?.version) ++changes.value;
    ticket.value = data as Ticket;
    await Promise.all([readSteps(), more ? readMessages().then(readFiles) : unread.files ? readFiles() : undefined]);
  }
  const again = () => renew().catch((error) => void toasts.show("danger", explain(error).text));
  let timer: ReturnType<typeof setTimeout> | undefined;
  function soon(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      void renew().catch(() => undefined);
    }, 250);
  }
  const stop = live.listen({
    events(events) {
      if (events.some(({ ticket: which, version }) => which === id && version > (ticket.value?.version ?? 0))) soon();
    },
    resync: soon,
  });
  onBeforeUnmount(() => {
    gone = true;
    clearTimeout(timer);
    stop();
  });

  function take(answer: Answer<unknown>): void {
    const data = answer.data as (Partial<Ticket> & { ticket?: Ticket }) | undefined;
    const next = (data?.ticket ?? data) as Ticket | undefined;
    if (next?.version && (!ticket.value || next.version >= ticket.value.version)) ticket.value = next;
  }
  function refused(what: string, error: unknown, shown?: (failure: unknown) => boolean): void {
    if (ticket.value) desk.sawRefusal(error, ticket.value.type);
    if (shown?.(error)) return;
    const { text, detail } = explain(error);
    // Whoever went on meanwhile no longer sees which ticket it was about.
    const named = gone ? t("outbox.on_ticket", { what, number: ticket.value?.number ?? "" }) : what;
    toasts.show("danger", t("ticket.refused", { what: named }), { detail: [text, detail].filter(Boolean).join("\n") });
  }
  /** A command on the ticket, through the outbox. `guess` shows it at once; a refusal puts it back and says why, unless `shown` takes that over. */
  async function act(what: string, verb: Verb, path: string, body?: unknown, guess?: Partial<Ticket>, shown?: (failure: unknown) => boolean): Promise<boolean> {
    const before = ticket.value;
    if (guess && before) ticket.value = { ...before, ...guess };
    busy.value = what;
    try {
      const answer = await outbox.put(t("outbox.on_ticket", { what, number: before?.number ?? "" }), verb, path, { path: { ticket_id: id }, body });
      take(answer);
      void readSteps().catch(() => undefined);
      if (ticket.value && ticket.value.messages !== messages.value.length) void readMessages().then(readFiles, () => undefined);
      ++changes.value;
      return true;
    } catch (error) {
      if (guess && before && ticket.value?.version === before.version) ticket.value = before;
      soon();
      refused(what, error, shown);
      return false;
    } finally {
      if (busy.value === what) busy.value = ""; // another one may wait by now
    }
  }
  /** Changes fields at once on the screen; if somebody was faster with other fields, both changes hold. */
  async function change(what: string, body: Schemas["TicketChange"], guess: Partial<Ticket>): Promise<boolean> {
    const before = ticket.value;
    if (!before) return false;
    ticket.value = { ...before, ...guess };
    let base = before; // what the server has, as far as is known
    for (let attempt = 0; ; ++attempt) {
      try {
        take(await send("patch", "/tickets/{ticket_id}", { path: { ticket_id: id }, body, ifMatch: etagOf(base.version) }));
        ++changes.value;
        return true;
      } catch (error) {
        const stale = error instanceof ApiError && error.code === "stale_version" && attempt < 3;
        const fresh = stale ? await get("/tickets/{ticket_id}", { path: { ticket_id: id } }).then(({ data }) => data as Ticket, () => undefined) : undefined;
        if (fresh) {
          const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
          const clash = (Object.keys(guess) as (keyof Ticket)[]).some((key) => (key === "fields" ? Object.keys(body.fields ?? {}).some((name) => !same(fresh.fields[name], before.fields[name])) : !same(fresh[key], before[key])));
          base = fresh;
          ticket.value = clash ? fresh : { ...fresh, ...guess, ...(guess.fields ? { fields: { ...fresh.fields, ...body.fields } } : {}) } as Ticket;
          if (!clash) continue;
          toasts.show("warn", t("ticket.clash"), { detail: t("ticket.clash_text") });
          return false;
        }
        if (ticket.value?.version === base.version) ticket.value = base;
        soon();
        refused(what, error);
        return false;
      }
    }
  }

  const may = (right: Parameters<typeof session.can>[0]) => session.can(right, ticket.value?.team ?? "");
  const over = computed(() => ticket.value?.category === "closed" || Boolean(ticket.value?.merged_into));
  const fileById = computed(() => new Map(files.value.map((file) => [file.id, file])));
  return { id, ticket, messages, transitions, files, fileById, failure, busy, unread, refusedDrafts, changes, begin, act, change, renew, again, may, over };
}
export type TicketState = ReturnType<typeof useTicket>;
