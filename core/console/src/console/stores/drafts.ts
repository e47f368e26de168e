// SPDX-License-Identifier: Apache-2.0
// What was typed and not sent yet: kept in this browser with each keystroke, and on the server within two seconds where it
// keeps drafts. One a person, ticket and kind.
import { defineStore } from "pinia";
import { ref, shallowRef, watch } from "vue";
import { has, send } from "@/shared/api/client";
import { useSession } from "@/shared/stores/session";
import type { Uploaded } from "@/shared/ui/DFileDrop.vue";

export type DraftKind = "reply" | "note";
export interface Draft {
  body: string;
  attachments: Uploaded[];
  mentions: { users: number[]; teams: string[] };
  at: number;
  /** The text that the server had last: what differs from it was typed here, and is newer than what it has. */
  synced?: string;
}
/** A message on its way, as the outbox keeps it. */
export interface Outgoing {
  ticket: number;
  kind: DraftKind;
  /** By which the conversation tells it from others until the server gives it one: below 0. */
  number: number;
  draft: Draft;
}
interface Kept {
  ticket_id: number;
  kind: DraftKind;
  body: string;
  attachments?: Uploaded[];
  mentions?: Draft["mentions"];
  updated_at: string;
}
const onServer = has("PUT /tickets/{ticket_id}/drafts/{kind}");
const prefix = "docket.draft.";
const unowned = /^docket\.draft\.(new|\d+\.(reply|note))$/;
const empty = (draft: Draft) => !draft.body.trim() && !draft.attachments.length;

/** Whether `then` stands at the end already, as it was joined. */
const isLast = (text: string, then: string) => !then || text === then || text.endsWith(`\n\n${then}`);
/** Both texts, and what hangs on either. */
export function joined(first: Draft, then: Draft | undefined): Draft {
  if (!then) return first;
  const more = <T>(one: T[], other: T[]) => [...new Set([...one, ...other])];
  return {
    ...first,
    body: isLast(first.body.trimEnd(), then.body.trim()) ? first.body : [first.body, then.body].filter((text) => text.trim()).join("\n\n"),
    attachments: [...first.attachments, ...then.attachments.filter(({ id }) => first.attachments.every((one) => one.id !== id))],
    mentions: { users: more(first.mentions.users, then.mentions.users), teams: more(first.mentions.teams, then.mentions.teams) },
  };
}

export const useDrafts = defineStore("drafts", () => {
  const known = ref(new Set<string>());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  const session = useSession();
  const owner = () => session.me?.user.id ?? 0;
  /** The name in this browser's storage; what somebody else left half-written here is not shown. */
  const nameOf = (what: string) => `${prefix}${owner()}.${what}`;
  const keyOf = (ticket: number, kind: DraftKind) => nameOf(`${ticket}.${kind}`);

  /** Drafts of before they had an owner go to the first who comes. */
  function adopt(): void {
    for (const name of Object.keys(localStorage).filter((one) => unowned.test(one))) {
      const text = localStorage.getItem(name) ?? "";
      localStorage.removeItem(name);
      const own = nameOf(name.slice(prefix.length));
      if (localStorage.getItem(own) === null) localStorage.setItem(own, text);
    }
  }
  function scan(): void {
    const all = new Set<string>();
    try {
      if (owner()) adopt();
      for (let i = 0; i < localStorage.length; ++i) {
        const key = localStorage.key(i);
        if (key?.startsWith(nameOf(""))) all.add(key.slice(nameOf("").length));
      }
    } catch {
      // Nothing is kept in this browser.
    }
    known.value = all;
  }

  const has_ = (ticket: number) => known.value.has(`${ticket}.reply`) || known.value.has(`${ticket}.note`);

  function local(ticket: number, kind: DraftKind): Draft | undefined {
    try {
      const text = localStorage.getItem(keyOf(ticket, kind));
      return text ? (JSON.parse(text) as Draft) : undefined;
    } catch {
      return undefined;
    }
  }
  // All of one's drafts on the server at once: asking for each ticket would mostly find nothing.
  const fresh = 20_000;
  let server: { at: number; all: Promise<Map<string, Draft> | undefined> } | undefined;
  watch(
    owner,
    () => {
      // What waits to be sent would go out under another name.
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      server = undefined;
      scan();
    },
    { immediate: true, flush: "sync" },
  );
  function fromServer(): Promise<Map<string, Draft> | undefined> {
    if (server && Date.now() - server.at < fresh) return server.all;
    const all = send<{ items: Kept[] }>("get", "/drafts").then(
      ({ data: { items } }) => {
        const found = new Map(items.map((one) => [`${one.ticket_id}.${one.kind}`, { body: one.body, attachments: one.attachments ?? [], mentions: one.mentions ?? { users: [], teams: [] }, at: Date.parse(one.updated_at), synced: one.body }]));
        known.value = new Set([...known.value, ...found.keys()]);
        return found;
      },
      () => void (server = undefined),
    );
    server = { at: Date.now(), all };
    return all;
  }
  /** What another device knows better than this browser: its draft, or `null` where it was sent or dropped there. */
  async function elsewhere(ticket: number, kind: DraftKind): Promise<Draft | null | undefined> {
    if (!onServer) return undefined;
    const all = await fromServer();
    const mine = local(ticket, kind);
    const theirs = all?.get(`${ticket}.${kind}`);
    if (!mine) return theirs;
    if (!all || theirs?.body === mine.body) return undefined;
    // Gone there: sent or dropped on another device, unless something was typed here since.
    if (!theirs) return mine.synced === mine.body ? null : undefined;
    if (theirs.body === mine.synced || mine.body.startsWith(theirs.body)) return undefined;
    if (mine.synced === mine.body || theirs.body.startsWith(mine.body)) return theirs;
    // Written on both: nothing is lost.
    return { ...theirs, body: `${theirs.body}\n\n${mine.body}`, attachments: [...theirs.attachments, ...mine.attachments.filter(({ id }) => theirs.attachments.every((one) => one.id !== id))] };
  }
  function keep(ticket: number, kind: DraftKind, draft: Draft): void {
    const key = `${ticket}.${kind}`;
    if (empty(draft)) return drop(ticket, kind);
    try {
      localStorage.setItem(keyOf(ticket, kind), JSON.stringify({ ...draft, synced: draft.synced ?? local(ticket, kind)?.synced }));
    } catch {
      // Full: the server's copy below is what remains.
    }
    if (!known.value.has(key)) known.value = new Set([...known.value, key]);
    if (!onServer) return;
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        void send("put", "/tickets/{ticket_id}/drafts/{kind}", { path: { ticket_id: ticket, kind }, body: { body: draft.body, attachments: draft.attachments.map(({ id }) => id), mentions: draft.mentions } }).then(() => confirmed(ticket, kind, draft), () => undefined);
      }, 1_500),
    );
  }
  function confirmed(ticket: number, kind: DraftKind, draft: Draft): void {
    const now = local(ticket, kind);
    server = undefined;
    try {
      if (now) localStorage.setItem(keyOf(ticket, kind), JSON.stringify({ ...now, synced: draft.body }));
    } catch {
      // Full: the server's copy is what remains.
    }
  }
  /** Not in this browser any more; what the server has stays until it says that the message is sent. */
  function forget(ticket: number, kind: DraftKind): void {
    const key = `${ticket}.${kind}`;
    clearTimeout(timers.get(key));
    try {
      localStorage.removeItem(keyOf(ticket, kind));
    } catch {
      // It was not kept.
    }
    if (known.value.has(key)) known.value = new Set([...known.value].filter((one) => one !== key));
  }
  function drop(ticket: number, kind: DraftKind): void {
    const had = known.value.has(`${ticket}.${kind}`);
    forget(ticket, kind);
    if (had) dropThere(ticket, kind);
  }
  function dropThere(ticket: number, kind: DraftKind): void {
    void server?.all.then((all) => all?.delete(`${ticket}.${kind}`));
    if (onServer) void send("delete", "/tickets/{ticket_id}/drafts/{kind}", { path: { ticket_id: ticket, kind } }).catch(() => undefined);
  }
  /** A message has its answer: its draft goes, or, where it was refused, comes back. */
  function settled(message: Outgoing, failure?: unknown): void {
    if (failure) giveBack(message.ticket, message.kind, message.draft);
    else if (!local(message.ticket, message.kind)) dropThere(message.ticket, message.kind);
  }
  /** What was given back last; who writes there right now takes it in. */
  const given = shallowRef<{ ticket: number; kind: DraftKind; draft: Draft }>();
  /** Nothing typed is lost: a text that did not go out stands before what was written since. */
  function giveBack(ticket: number, kind: DraftKind, draft: Draft): void {
    const back = joined({ ...draft, at: Date.now(), synced: undefined }, local(ticket, kind));
    server = undefined;
    keep(ticket, kind, back);
    given.value = { ticket, kind, draft: back };
  }
  /** The file that came last to a draft (by its name) whose page had been left; who writes there right now takes it in. */
  const late = shallowRef<{ draft: string; file: Uploaded }>();
  return { known, late, has: has_, local, elsewhere, keep, drop, forget, settled, given, giveBack, nameOf };
});
