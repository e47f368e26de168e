// SPDX-License-Identifier: Apache-2.0
// Who is signed in and what they may do. What one may not do is not shown.
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { ApiError, get, post, remove, type Schemas } from "../api/client";

export type Me = Schemas["MeOutput"];
export type Right = Me["rights"][number];

export const useSession = defineStore("session", () => {
  const me = ref<Me>();
  const ended = ref(false);

  const rights = computed(() => new Set<string>(me.value?.rights ?? []));
  /** Held everywhere, or on tickets of the team that is named, or (without a team) in any team. */
  function can(right: Right, team?: string): boolean {
    if (rights.value.has(right)) return true;
    const own = me.value?.team_rights ?? {};
    if (team !== undefined) return own[team]?.includes(right) ?? false;
    return Object.values(own).some((held) => held.includes(right));
  }

  async function load(): Promise<boolean> {
    try {
      me.value = (await get("/me")).data;
      ended.value = false;
      return true;
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 401) {
        me.value = undefined;
        return false;
      }
      throw failure;
    }
  }
  async function signIn(login: string, password: string): Promise<void> {
    me.value = (await post("/sessions", { body: { login, password } })).data as Me;
    ended.value = false;
  }
  async function signOut(): Promise<void> {
    await remove("/sessions/current");
    me.value = undefined;
  }
  return { me, ended, can, load, signIn, signOut };
});
