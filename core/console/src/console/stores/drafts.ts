// SPDX-License-Identifier: Apache-2.0
// What was typed and not sent yet: kept in this browser with each keystroke, and on the server within two seconds where it
// keeps drafts. One a ticket and kind.
import { defineStore } from "pinia";
import { ref } from "vue";
import { has, send } from "@/shared/api/client";
import type { Uploaded } from "@/shared/ui/DFileDrop.vue";

export type DraftKind = "reply" | "note";
export interface Draft {
  body: string;
  attachments: Uploaded[];
  mentions: { users: number[]; teams: string[] };
  at: number;
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
const keyOf = (ticket: number, kind: DraftKind) => `${prefix}${ticket}.${kind}`;
const empty = (draft: Draft) => !draft.body.trim() && !draft.attachments.length;

export const useDrafts = defineStore("drafts", () => {
  const known = ref(new Set<string>());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function scan(): void {
    const all = new Set<string>();
    try {
      for (let i = 0; i < localStorage.length; ++i) {
        const key = localStorage.key(i);
        if (key?.startsWith(prefix)) all.add(key.slice(prefix.length));
      }
    } catch {
      // Nothing is kept in this browser.
    }
    known.value = all;
  }
  scan();

  const has_ = (ticket: number) => known.value.has(`${ticket}.reply`) || known.value.has(`${ticket}.note`);

  function local(ticket: number, kind: DraftKind): Draft | undefined {
    try {
      const text = localStorage.getItem(keyOf(ticket, kind));
      return text ? (JSON.parse(text) as Draft) : undefined;
    } catch {
      return undefined;
    }
  }
  // All of one's drafts on the server, read once: asking for each ticket would mostly find nothing.
  let server: Promise<Map<string, Draft>> | undefined;
  function fromServer(): Promise<Map<string, Draft>> {
    server ??= send<{ items: Kept[] }>("get", "/drafts").then(
      ({ data: { items: all } }) => {
        const found = new Map(all.map((one) => [`${one.ticket_id}.${one.kind}`, { body: one.body, attachments: one.attachments ?? [], mentions: one.mentions ?? { users: [], teams: [] }, at: Date.parse(one.updated_at) }]));
        known.value = new Set([...known.value, ...found.keys()]);
        return found;
      },
      () => {
        server = undefined;
        return new Map<string, Draft>();
      },
    );
    return server;
  }
  async function read(ticket: number, kind: DraftKind): Promise<Draft | undefined> {
    const mine = local(ticket, kind);
    if (!onServer || mine) return mine;
    return (await fromServer()).get(`${ticket}.${kind}`);
  }
  function keep(ticket: number, kind: DraftKind, draft: Draft): void {
    const key = `${ticket}.${kind}`;
    if (empty(draft)) return drop(ticket, kind);
    try {
      localStorage.setItem(keyOf(ticket, kind), JSON.stringify(draft));
    } catch {
      // Full: the server's copy below is what remains.
    }
    if (!known.value.has(key)) known.value = new Set([...known.value, key]);
    if (!onServer) return;
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        void send("put", "/tickets/{ticket_id}/drafts/{kind}", { path: { ticket_id: ticket, kind }, body: { body: draft.body, attachments: draft.attachments.map(({ id }) => id), mentions: draft.mentions } }).catch(() => undefined);
      }, 1_500),
    );
  }
  function drop(ticket: number, kind: DraftKind): void {
    const key = `${ticket}.${kind}`;
    const had = known.value.has(key);
    clearTimeout(timers.get(key));
    try {
      localStorage.removeItem(keyOf(ticket, kind));
    } catch {
      // It was not kept.
    }
    void server?.then((all) => all.delete(key));
    if (had) known.value = new Set([...known.value].filter((one) => one !== key));
    if (had && onServer) void send("delete", "/tickets/{ticket_id}/drafts/{kind}", { path: { ticket_id: ticket, kind } }).catch(() => undefined);
  }
  return { known, has: has_, local, read, keep, drop };
});
