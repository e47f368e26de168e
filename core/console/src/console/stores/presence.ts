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

export const usePresence = defineStore("presence", () => {
  const session = useSession();
  const all = ref(new Map<number, Other[]>());

  function told(ticket: number, others: Other[]): void {
    const next = new Map(all.value);
    const rest = others.filter(({ user_id }) => user_id !== session.me?.user.id);
    if (rest.length) next.set(ticket, rest);
    else next.delete(ticket);
    all.value = next;
  }
  /** After a break of the stream: who left meanwhile was not told. While it is open the server tells every end, so nothing lapses here. */
  function forget(): void {
    all.value = new Map();
  }
  const nobody: Other[] = [];
  const on = (ticket: number) => all.value.get(ticket) ?? nobody;
  return { told, on, forget };
});
