// SPDX-License-Identifier: Apache-2.0
// The rows of one list: pages as they are needed, what happens meanwhile, what is chosen.
import { computed, ref, shallowRef, watch } from "vue";
import { get, type Schemas } from "@/shared/api/client";
import type { TicketEvent } from "@/shared/live/stream";
import { both, type Condition } from "./conditions";

export type Row = Schemas["TicketRow"] & { id: number };

export interface Selection {
  view?: string;
  filter?: Condition;
  text?: string;
  sort?: Schemas["Sorting"];
  order?: Schemas["Order"];
}
const pageSize = 60;
const mostAtOnce = 100;

/** One list at a time; `selection` may change, then it begins anew. Rows keep their place while they are worked on. */
export function useTicketList(selection: () => Selection) {
  const rows = shallowRef<Row[]>([]);
  const next = ref<string>();
  const loading = ref(false);
  const loaded = ref(false);
  const failure = ref<unknown>();
  const fresh = ref(0); // tickets that came meanwhile and are not shown yet
  const gone = ref(new Set<number>()); // rows that no longer belong here
  const chosen = ref(new Set<number>());
  const allMatching = ref(false);
  let generation = 0;
  let abort: AbortController | undefined;

  const query = (more: Record<string, unknown>) => {
    const { view, filter, sort, order } = selection();
    return { view, filter: filter && JSON.stringify(filter), sort: selection().text ? undefined : sort, order: selection().text ? undefined : order, ...more };
  };
  async function fetchPage(cursor?: string, signal?: AbortSignal, limit = pageSize) {
    const text = selection().text;
    const { data } = text ? await get("/tickets/search", { query: { ...query({ limit, cursor }), text }, signal }) : await get("/tickets", { query: query({ limit, cursor }), signal });
    return data as { items: Row[]; next?: string };
  }

  async function reload(quiet = false): Promise<void> {
    const mine = ++generation;
    abort?.abort();
    abort = new AbortController();
    loading.value = true;
    if (!quiet) {
      rows.value = [];
      next.value = undefined;
      loaded.value = false;
      chosen.value = new Set();
      allMatching.value = false;
    }
    failure.value = undefined;
    try {
      const page = await fetchPage(undefined, abort.signal);
      if (mine !== generation) return;
      rows.value = page.items;
      next.value = page.next;
      fresh.value = 0;
      gone.value = new Set();
      loaded.value = true;
    } catch (error) {
      if (mine === generation && !(error instanceof DOMException && error.name === "AbortError")) failure.value = error;
    } finally {
      if (mine === generation) loading.value = false;
    }
  }

  async function more(): Promise<void> {
    if (loading.value || !next.value) return;
    const mine = generation;
    loading.value = true;
    try {
      const page = await fetchPage(next.value);
      if (mine !== generation) return;
      const known = new Set(rows.value.map(({ id }) => id));
      rows.value = [...rows.value, ...page.items.filter(({ id }) => !known.has(id))];
      next.value = page.next;
    } catch (error) {
      if (mine === generation) failure.value = error;
    } finally {
      if (mine === generation) loading.value = false;
    }
  }

  /** Reads rows again that something happened to, and says how many others came. Nothing moves under the person's eyes. */
  async function refresh(ids: number[], atTop: boolean): Promise<void> {
    if (!loaded.value) return;
    const shown = new Set(rows.value.map(({ id }) => id));
    const others = ids.some((id) => !shown.has(id));
    if (ids.length > mostAtOnce || (atTop && !chosen.value.size && rows.value.length <= pageSize)) return reload(true);
    const mine = generation;
    const { view, filter, text } = selection();
    if (text) return;
    const { data } = await get("/tickets", { query: { view, filter: JSON.stringify(both(filter, { field: "id", operator: "in", value: ids.map(String) })), limit: mostAtOnce } });
    if (mine !== generation) return;
    const found = new Map((data.items as Row[]).map((row) => [row.id, row]));
    rows.value = rows.value.map((row) => found.get(row.id) ?? row);
    const left = new Set(gone.value);
    for (const id of ids) {
      if (found.has(id)) left.delete(id);
      else if (shown.has(id)) left.add(id);
    }
    gone.value = left;
    if (others) fresh.value += [...found.keys()].filter((id) => !shown.has(id)).length;
  }

  let waiting = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  function happened(events: readonly TicketEvent[], atTop: () => boolean): void {
    for (const event of events) waiting.add(event.ticket);
    timer ??= setTimeout(() => {
      const ids = [...waiting];
      waiting = new Set();
      timer = undefined;
      void refresh(ids, atTop()).catch(() => undefined);
    }, 700);
  }

  function choose(id: number, yes: boolean): void {
    const now = new Set(chosen.value);
    if (yes) now.add(id);
    else now.delete(id);
    chosen.value = now;
    allMatching.value = false;
  }
  function choosePage(yes: boolean): void {
    chosen.value = yes ? new Set(rows.value.map(({ id }) => id)) : new Set();
    allMatching.value = false;
  }
  /** Shows a change before the server has answered; gives what puts it back. */
  function guess(id: number, change: Partial<Row>): () => void {
    const before = rows.value.find((row) => row.id === id);
    rows.value = rows.value.map((row) => (row.id === id ? { ...row, ...change } : row));
    return () => {
      if (before) rows.value = rows.value.map((row) => (row.id === id ? before : row));
    };
  }

  watch(() => JSON.stringify(selection()), () => void reload(), { immediate: true });
  return { rows, next: computed(() => next.value), loading, loaded, failure, fresh, gone, chosen, allMatching, reload, more, happened, choose, choosePage, guess };
}
export type TicketList = ReturnType<typeof useTicketList>;
