// SPDX-License-Identifier: Apache-2.0
// What happened that concerns oneself. Nothing of it is there where the server keeps no notices.
import { defineStore } from "pinia";
import { ref } from "vue";
import { has, send } from "@/shared/api/client";
import { usePreferences } from "@/shared/stores/preferences";

export interface Notice {
  id: number;
  /** "mentioned", "guest_answered", "guest_reminded", "not_sent", or the name of the desk's own text. */
  kind: string;
  ticket_id?: number;
  number: string;
  subject: string;
  text: string;
  at: string;
  read: boolean;
}
interface Page {
  items: Notice[];
  unread: number;
  next?: string;
}

/** A short soft tone, made here: no file, no permission. */
function chime(): void {
  try {
    const context = new AudioContext();
    const gain = context.createGain();
    const tone = context.createOscillator();
    tone.frequency.value = 880;
    gain.gain.setValueAtTime(0.06, context.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.35);
    tone.connect(gain).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.4);
    tone.onended = () => void context.close();
  } catch {
    // No sound here.
  }
}

export const useNotices = defineStore("notices", () => {
  const there = has("GET /notices");
  const preferences = usePreferences();
  const all = ref<Notice[]>([]);
  const unread = ref(0);
  const next = ref<string>();
  const loaded = ref(false);
  const unreadOnly = ref(false);
  const failure = ref<unknown>();
  const reading = ref(false); // the next page
  let generation = 0;
  let shownUnreadOnly = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    if (!there) return;
    const mine = ++generation;
    const only = unreadOnly.value;
    try {
      const { data } = await send<Page>("get", "/notices", { query: { unread: only || undefined } });
      if (mine !== generation) return;
      // What "more" brought stays below, unless there is a gap between it and the new page.
      const lowest = data.items.at(-1)?.id ?? 0;
      const joined = only === shownUnreadOnly && data.next && all.value.some(({ id }) => id >= lowest);
      const below = joined ? all.value.filter(({ id }) => id < lowest) : [];
      if (!below.length) next.value = data.next;
      all.value = [...data.items, ...below];
      shownUnreadOnly = only;
      unread.value = data.unread;
      loaded.value = true;
      failure.value = undefined;
    } catch (error) {
      if (mine === generation) failure.value = error;
    }
  }
  async function more(): Promise<void> {
    const cursor = next.value;
    if (!cursor || reading.value) return;
    reading.value = true;
    try {
      const { data } = await send<Page>("get", "/notices", { query: { unread: shownUnreadOnly || undefined, cursor } });
      if (cursor !== next.value) return;
      all.value = [...all.value, ...data.items];
      next.value = data.next;
    } finally {
      reading.value = false;
    }
  }
  function came(): void {
    if (preferences.kept.sound) chime();
    timer ??= setTimeout(() => {
      timer = undefined;
      void load();
    }, 300);
  }
  async function read(ids?: number[]): Promise<void> {
    const before = { all: all.value, unread: unread.value };
    all.value = all.value.map((one) => (!ids || ids.includes(one.id) ? { ...one, read: true } : one));
    unread.value = ids ? Math.max(0, unread.value - ids.length) : 0;
    try {
      await send("post", "/notices/read", { body: ids ? { ids } : { up_to: Math.max(0, ...before.all.map(({ id }) => id)) } });
    } catch (error) {
      all.value = before.all;
      unread.value = before.unread;
      throw error;
    }
  }
  return { there, all, unread, unreadOnly, next, loaded, failure, reading, load, more, came, read };
});
