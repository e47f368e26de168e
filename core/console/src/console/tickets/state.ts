// SPDX-License-Identifier: Apache-2.0
// The list as the address says it, shared by the list, the ticket beside it and the keyboard.
import { computed, type InjectionKey, inject, onBeforeUnmount, ref, watch } from "vue";
import { useRoute, useRouter } from "vue-router";
import { live } from "@/shared/live/stream";
import { useDesk } from "../stores/desk";
import { toldColumns } from "./columns";
import { type Condition, parse } from "./conditions";
import { type Selection, type TicketList, useTicketList } from "./list";
import { type Order, type Sort, usualOrder } from "./sorting";

export interface ListState {
  list: TicketList;
  selection: () => Selection;
  view: () => string | undefined;
  /** Index of the row that the keyboard is on; it goes with its ticket. */
  cursor: { value: number };
  /** What leads to a ticket and keeps the list's address. */
  linkTo: (id: number) => string;
  change: (change: { view?: string; filter?: Condition | null; text?: string | null; sort?: string | null; order?: string | null }) => void;
  /** Whether the list shows its first rows; set by what draws it. */
  atTop: { value: boolean };
  /** How many rows the list is scrolled down by, for when it is drawn again; set by what draws it. */
  scrolled: { value: number };
  step: (by: number) => number | undefined;
}
export const listKey: InjectionKey<ListState> = Symbol("list");
export const useList = () => inject(listKey, undefined);

const listed = ["view", "filter", "text", "sort", "order"] as const;

export function makeListState(): ListState {
  const route = useRoute();
  const router = useRouter();
  const desk = useDesk();
  // The address of a ticket that was opened without a list keeps the list that was there.
  const kept = ref<Record<string, string>>({});
  const query = computed<Record<string, string>>(() => {
    const own = Object.fromEntries(listed.flatMap((name) => (typeof route.query[name] === "string" && route.query[name] ? [[name, route.query[name] as string]] : [])));
    if (route.name === "tickets" || Object.keys(own).length) kept.value = own;
    return kept.value;
  });
  const search = computed(() => {
    const text = new URLSearchParams(query.value).toString();
    return text && `?${text}`;
  });
  const view = () => query.value.view ?? (query.value.text || query.value.filter ? undefined : desk.views[0]?.name);
  const selection = (): Selection => {
    const { filter, text, order } = query.value;
    const shown = desk.views.find(({ name }) => name === view());
    const columns = toldColumns(shown).join(",");
    const sort = (query.value.sort ?? shown?.sort) as Sort | undefined;
    return { view: view(), ...(columns && { columns }), filter: parse(filter), text, sort, order: (order as Order | undefined) ?? (sort && usualOrder(sort, shown)) };
  };
  const list = useTicketList(selection);
  const cursor = ref(-1);
  const atTop = ref(true);
  const scrolled = { value: 0 };
  // Rows come and go under the keyboard: it stays on its ticket, and when that left it is on none, but knows where it was.
  let place = 0;
  watch(list.rows, (now, before) => {
    const id = before[cursor.value]?.id;
    if (!now.length) place = scrolled.value = 0;
    if (id === undefined || now[cursor.value]?.id === id) return;
    if (now.length) place = cursor.value;
    cursor.value = now.findIndex((row) => row.id === id);
  });

  const stop = live.listen({ events: (events) => list.happened(events, () => atTop.value), resync: () => void list.reload(true) });
  onBeforeUnmount(stop);

  return {
    list,
    selection,
    view,
    cursor,
    atTop,
    scrolled,
    linkTo: (id) => `/tickets/${id}${search.value}`,
    change(change) {
      const next: Record<string, string> = { ...query.value };
      for (const [name, value] of Object.entries(change)) {
        if (value === null || value === undefined || value === "") delete next[name];
        else next[name] = typeof value === "string" ? value : JSON.stringify(value);
      }
      cursor.value = -1;
      place = 0;
      void router.push({ name: "tickets", query: next });
    },
    step(by) {
      const count = list.rows.value.length;
      if (!count) return undefined;
      const from = cursor.value >= 0 ? cursor.value : by > 0 ? place - 1 : place;
      cursor.value = Math.min(Math.max(from + by, 0), count - 1);
      return list.rows.value[cursor.value]?.id;
    },
  };
}
