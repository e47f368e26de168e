// SPDX-License-Identifier: Apache-2.0
// What a screen shows, read once and again when asked; and lists that come in pages. A part that fails says so and leaves
// the rest of the screen usable.
import { onBeforeUnmount, onMounted, ref, type Ref, shallowRef, watch, type WatchSource } from "vue";
import { send } from "./client";

export interface Loaded<T> {
  data: Ref<T | undefined>;
  failure: Ref<unknown>;
  busy: Ref<boolean>;
  load: () => Promise<void>;
}

/** Asks when the screen opens, and again when `on` changes; what is asked for last wins. What was read stays when that fails. */
export function useLoaded<T>(ask: () => Promise<T>, options: { later?: boolean; every?: number; on?: WatchSource } = {}): Loaded<T> {
  const data = shallowRef<T>();
  const failure = shallowRef<unknown>();
  const busy = ref(false);
  let turn = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  async function load(): Promise<void> {
    const mine = ++turn;
    busy.value = true;
    try {
      const got = await ask();
      if (mine !== turn) return;
      data.value = got;
      failure.value = undefined;
    } catch (failed) {
      if (mine === turn) failure.value = failed;
    } finally {
      if (mine === turn) busy.value = false;
    }
  }
  onMounted(() => {
    if (!options.later) void load();
    if (options.every) timer = setInterval(() => !document.hidden && void load(), options.every);
  });
  if (options.on) watch(options.on, () => void load());
  onBeforeUnmount(() => {
    turn = -1;
    clearInterval(timer);
  });
  return { data, failure, busy, load };
}

/** A page with something on it, or the last: a filtered one may be empty and still have a next; some are looked through. */
export async function readPage<T>(path: string, query: Record<string, unknown>): Promise<{ items: T[]; next?: string }> {
  const mostEmpty = 8;
  let cursor = query.cursor as string | undefined;
  for (let tries = 1; ; ++tries) {
    const { data } = await send<{ items: T[]; next?: string | null }>("get", path, { query: { ...query, cursor } });
    cursor = data.next ?? undefined;
    if (data.items.length || !cursor || tries === mostEmpty) return { items: data.items, next: cursor };
  }
}

/** A list that comes in pages. `query` is read anew by `load`. */
export function usePages<T>(path: string, query: () => Record<string, unknown> = () => ({})) {
  const items = shallowRef<T[]>([]);
  const next = ref<string>();
  const failure = shallowRef<unknown>();
  const busy = ref(false);
  const read = ref(false);
  let turn = 0;

  async function fetchPage(first: boolean): Promise<void> {
    const mine = ++turn;
    busy.value = true;
    failure.value = undefined;
    try {
      const got = await readPage<T>(path, { ...query(), cursor: first ? undefined : next.value });
      if (mine !== turn) return;
      items.value = first ? got.items : [...items.value, ...got.items];
      next.value = got.next;
      read.value = true;
    } catch (failed) {
      if (mine === turn) failure.value = failed;
    } finally {
      if (mine === turn) busy.value = false;
    }
  }
  return { items, next, failure, busy, read, load: () => fetchPage(true), more: () => fetchPage(false) };
}
