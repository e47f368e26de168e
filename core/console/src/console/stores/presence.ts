// SPDX-License-Identifier: Apache-2.0
// Who else is on which ticket, as the live stream tells it.
import { defineStore } from "pinia";
import { ref } from "vue";
import { useSession } from "@/shared/stores/session";

export type Mode = "viewing" | "editing" | "away";
export interface Other {
  user_id: number;
  name: string;
  mode: Mode;
}
const lapse = 60_000;

export const usePresence = defineStore("presence", () => {
  const session = useSession();
  const all = ref(new Map<number, { others: Other[]; at: number }>());

  function told(ticket: number, others: Other[]): void {
    const next = new Map([...all.value].filter(([, { at }]) => Date.now() - at < lapse));
    const rest = others.filter(({ user_id }) => user_id !== session.me?.user.id);
    if (rest.length) next.set(ticket, { others: rest, at: Date.now() });
    else next.delete(ticket);
    all.value = next;
  }
  const nobody: Other[] = [];
  const on = (ticket: number) => all.value.get(ticket)?.others ?? nobody;
  return { told, on };
});
