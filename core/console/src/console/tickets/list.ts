// SPDX-License-Identifier: Apache-2.0
// The rows of one list: pages as they are needed, what happens meanwhile, what is chosen. Of rows that are far from what is
// looked at only as much is kept as it takes to choose them and to read them again, so that a list may be of any length.
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import { get, type Schemas } from "@/shared/api/client";
import { foundPage } from "@/shared/api/found_page";
import { currentLanguage } from "@/shared/i18n";
import type { TicketEvent } from "@/shared/live/stream";
import { both, type Condition } from "./conditions";
import type { Order, Sort } from "./sorting";

export type Row = Schemas["TicketRow"] & { id: number };
/** Whether more of a row is here than its place. */
export const isKnown = (row: Row) => row.subject !== undefined;

export interface Selection {
  view?: string;
  filter?: Condition;
  text?: string;
  sort?: Sort;
  order?: Order;
  /** Fields that the rows are to tell beside what each has. */
  columns?: string;
}
const pageSize = 60;
const mostAtOnce = 100;
const keptAround = 600;
const soonMs = 700;
const laterMs = 10_000;

/** One list at a time; `selection` may change, then it begins anew. Rows keep their place while they are worked on. */
export function useTicketList(selection: () => Selection) {
  const rows = shallowRef<Row[]>([]);
  const next = ref<string>();
  const loading = ref(false);
  const loaded = ref(false);
  const failure = ref<unknown>();
  const came = ref(new Set<number>()); // tickets that came meanwhile and are not shown yet
  const gone = ref(new Set<number>()); // rows that no longer belong here
  const chosen = ref(new Set<number>());
  const allMatching = ref(false);
  let ids = new Set<number>(); // of all rows
  let seenFrom = 0;
  let seenTo = 0;
  let filling = false;
  let generation = 0;
  let abort: AbortController | undefined;
  let reading: Promise<void> = Promise.resolve(); // while `loading`
  let again: () => Promise<void> = () => reload(true); // what `failure` came from

  const beside = (): { columns?: string; language?: "en" | "zh" } => {
    const { columns, text } = selection();
    return columns && !text ? { columns, language: currentLanguage() === "en" ? "en" : "zh" } : {};
  };
  const query = (more: Record<string, unknown>) => {
    const { view, filter, sort, order } = selection();
    return { ...beside(), view, filter: filter && JSON.stringify(filter), sort: selection().text ? undefined : sort, order: selection().text ? undefined : order, ...more };
  };
  async function fetchPage(cursor?: string, signal?: AbortSignal, limit = pageSize) {
    const text = selection().text;
    const { data } = text ? await get("/tickets/search", { query: { ...query({ limit, cursor }), text }, signal }) : await get("/tickets", { query: query({ limit, cursor }), signal });
    return data as { items: Row[]; next?: string };
  }

  /** These of the rows that still belong here. */
  async function readThese(wanted: readonly number[]): Promise<Map<number, Row>> {
    const { view, filter, text } = selection();
    const these: Condition = { field: "id", operator: "in", value: wanted.map(String) };
    const { data } = await get("/tickets", { query: { ...(text ? { filter: JSON.stringify(these) } : { ...beside(), view, filter: JSON.stringify(both(filter, these)) }), limit: mostAtOnce } });
    return new Map((data.items as Row[]).map((row) => [row.id, row]));
  }
  const words = new Map<string, string>();
  const word = (text: string) => words.get(text) ?? (words.set(text, text), text);
  const placeOf = (row: Row) => ({ id: row.id, type: word(row.type), state: word(row.state) }) as Row;
  function forgetFar(all: Row[]): Row[] {
    for (const [at, row] of all.entries()) {
      if ((at < seenFrom - keptAround || at > seenTo + keptAround) && isKnown(row)) all[at] = placeOf(row);
    }
    return all;
  }
  /** They are not in the list any more, so nothing may be done to them with what is chosen. */
  function unchoose(away: readonly number[]): void {
    if (!away.some((id) => chosen.value.has(id))) return;
    const now = new Set(chosen.value);
    for (const id of away) now.delete(id);
    chosen.value = now;
    if (!now.size) allMatching.value = false;
  }
  const lookAgain = () => look(seenFrom, seenTo);
  /** Says which rows are looked at; what was forgotten of them is read again. */
  async function look(first: number, last: number): Promise<void> {
    [seenFrom, seenTo] = [first, last];
    if (filling) return;
    const wanted = rows.value.slice(Math.max(0, first - 20), last + 20).filter((row) => !isKnown(row)).slice(0, mostAtOnce).map(({ id }) => id);
    if (!wanted.length) return;
    const mine = generation;
    filling = true;
    try {
      const found = await readThese(wanted);
      if (mine !== generation) return;
      const away = wanted.filter((id) => !found.has(id));
      for (const id of away) ids.delete(id);
      unchoose(away);
      if (again === lookAgain) failure.value = undefined;
      rows.value = forgetFar(rows.value.filter(({ id }) => ids.has(id)).map((row) => found.get(row.id) ?? row));
    } catch (error) {
      if (mine === generation) failed(error, lookAgain);
      return;
    } finally {
      filling = false;
    }
    if (mine === generation) await lookAgain();
  }

  function failed(error: unknown, how: () => Promise<void>): void {
    failure.value = error;
    again = how;
  }
  /** Those of what is chosen that left, of which no row tells. As far as can be known: a search cannot be asked for some. */
  async function leftOfChosen(was: ReadonlySet<number>, whole: boolean): Promise<number[]> {
    const unseen = [...chosen.value].filter((id) => !ids.has(id));
    if (whole) return unseen;
    const left = unseen.filter((id) => was.has(id));
    const unsure = selection().text ? [] : unseen.filter((id) => !was.has(id));
    for (let at = 0; at < unsure.length; at += mostAtOnce) {
      const some = unsure.slice(at, at + mostAtOnce);
      const found = await readThese(some).catch(() => undefined);
      if (found) left.push(...some.filter((id) => !found.has(id)));
    }
    return left;
  }

  const reload = (quiet = false): Promise<void> => (reading = readAnew(quiet));
  async function readAnew(quiet: boolean): Promise<void> {
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
      const { signal } = abort;
      const page = await foundPage((cursor) => fetchPage(cursor, signal), { wanted: () => mine === generation });
      if (mine !== generation) return;
      rows.value = page.items;
      ids = new Set(page.items.map(({ id }) => id));
      next.value = page.next;
      const was = gone.value;
      came.value = new Set();
      gone.value = new Set();
      loaded.value = true;
      const left = await leftOfChosen(was, !page.next);
      if (mine === generation) unchoose(left);
    } catch (error) {
      if (mine === generation && !(error instanceof DOMException && error.name === "AbortError")) failed(error, () => reload(true));
    } finally {
      if (mine === generation) loading.value = false;
    }
  }

  /** The next page, if there is one; `failure` says why it did not come. */
  async function more(): Promise<void> {
    if (!loading.value && next.value) await (reading = readMore());
  }
  async function readMore(): Promise<void> {
    const mine = generation;
    loading.value = true;
    failure.value = undefined;
    try {
      const page = await foundPage((cursor) => fetchPage(cursor), { from: next.value, wanted: () => mine === generation });
      if (mine !== generation) return;
      const further = page.items.filter(({ id }) => !ids.has(id));
      for (const { id } of further) ids.add(id);
      rows.value = forgetFar([...rows.value, ...further]);
      next.value = page.next;
    } catch (error) {
      if (mine === generation) failed(error, more);
    } finally {
      if (mine === generation) loading.value = false;
    }
  }

  /** The ids of the rows without those that left and only keep their place. */
  const here = () => rows.value.map(({ id }) => id).filter((id) => !gone.value.has(id));
  /** The ids of all that match, page by page, at most so many; nothing when the list became another meanwhile. */
  async function everyId(most: number): Promise<{ ids: number[]; all: boolean } | undefined> {
    const asked = JSON.stringify(selection());
    for (let tried = false; ; tried = true) {
      while (loading.value) await reading;
      if (JSON.stringify(selection()) !== asked) return undefined;
      if (failure.value && (tried || !next.value)) throw failure.value;
      const found = here();
      if (!next.value || found.length >= most) return { ids: found.slice(0, most), all: !next.value && found.length <= most };
      await more();
    }
  }

  /** Reads rows again that something happened to, and says how many others came. Nothing moves under the person's eyes. */
  async function refresh(changed: number[], atTop: boolean): Promise<void> {
    if (!loaded.value) return;
    if (atTop && !chosen.value.size && (changed.length > mostAtOnce || rows.value.length <= pageSize)) return reload(true);
    if (selection().text) return;
    const mine = generation;
    // Those that are seen are read now; of others it is enough to know that they must be, once somebody comes to them.
    const all = new Set(changed);
    const seen = new Set(rows.value.slice(Math.max(0, seenFrom - 20), seenTo + 20).map(({ id }) => id).filter((id) => all.has(id)));
    const wanted = [...seen, ...changed.filter((id) => ids.has(id) && !seen.has(id)), ...changed.filter((id) => !ids.has(id))].slice(0, mostAtOnce);
    const asked = new Set(wanted);
    const found = await readThese(wanted);
    if (mine !== generation) return;
    rows.value = rows.value.map((row) => found.get(row.id) ?? (all.has(row.id) && !asked.has(row.id) && isKnown(row) ? placeOf(row) : row));
    const left = new Set(gone.value);
    for (const id of wanted) {
      if (found.has(id)) left.delete(id);
      else if (ids.has(id)) left.add(id);
    }
    gone.value = left;
    const fresh = wanted.filter((id) => found.has(id) && !ids.has(id));
    if (fresh.length) came.value = new Set([...came.value, ...fresh]);
    // What is seen by now may be among those that were forgotten.
    void look(seenFrom, seenTo);
  }

  let waiting = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  onScopeDispose(() => {
    over = true;
    clearTimeout(timer);
  });
  function happened(events: readonly TicketEvent[], atTop: () => boolean): void {
    for (const event of events) waiting.add(event.ticket);
    readWaiting(soonMs, atTop);
  }
  function readWaiting(after: number, atTop: () => boolean): void {
    timer ??= setTimeout(() => {
      const changed = [...waiting];
      const mine = generation;
      waiting = new Set();
      timer = undefined;
      void refresh(changed, atTop()).catch(() => {
        if (over || mine !== generation) return; // a list that was read anew knows
        for (const id of changed) waiting.add(id);
        readWaiting(laterMs, atTop);
      });
    }, after);
  }

  function choose(id: number, yes: boolean): void {
    const now = new Set(chosen.value);
    if (yes) now.add(id);
    else now.delete(id);
    chosen.value = now;
    allMatching.value = false;
  }
  function choosePage(yes: boolean): void {
    chosen.value = yes ? new Set(here()) : new Set();
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

  // Other columns, as after a publication, are no other list.
  watch([() => JSON.stringify({ ...selection(), columns: undefined }), () => selection().columns], ([now], [before]) => void reload(now === before), { immediate: true });
  return { rows, next: computed(() => next.value), loading, loaded, failure, fresh: computed(() => came.value.size), gone, chosen, allMatching, reload, more, again: () => again(), everyId, look, happened, choose, choosePage, guess };
}
export type TicketList = ReturnType<typeof useTicketList>;
