// SPDX-License-Identifier: Apache-2.0
// Who is signed in and what they may do. What one may not do is not shown.
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { ApiError, get, post, remove, type Schemas } from "../api/client";

export type Me = Schemas["MeOutput"];
export type Right = Me["rights"][number];

const mark = "docket.signed-in";
function kept(): boolean {
  try {
    return localStorage.getItem(mark) !== null;
  } catch {
    return true;
  }
}
function keep(yes: boolean): void {
  try {
    if (yes) localStorage.setItem(mark, "1");
    else localStorage.removeItem(mark);
  } catch {
    // Without storage the server is asked each time.
  }
}

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

  let first: Schemas["StartOutput"] | undefined;
  /** Everything about the person and the desk in one answer; the one that `load` got, if nobody took it yet and not `anew`. */
  async function start(anew = false): Promise<Schemas["StartOutput"]> {
    const known = (!anew && first) || (await get("/start")).data;
    first = undefined;
    me.value = known.me;
    return known;
  }
  async function load(): Promise<boolean> {
    // The cookie cannot be seen from here. Where nobody signed in, nothing is asked, and no refusal fills the console.
    if (!kept()) return false;
    try {
      first = await start();
      ended.value = false;
      return true;
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 401) {
        me.value = undefined;
        keep(false);
        return false;
      }
      throw failure;
    }
  }
  async function signIn(login: string, password: string): Promise<void> {
    first = undefined;
    me.value = (await post("/sessions", { body: { login, password } })).data as Me;
    ended.value = false;
    keep(true);
  }
  async function signOut(): Promise<void> {
    await remove("/sessions/current");
    keep(false);
    me.value = undefined;
  }
  return { me, ended, can, load, start, signIn, signOut };
});
