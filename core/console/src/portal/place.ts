// SPDX-License-Identifier: Apache-2.0
// Where in the portal one is. Three places need no router: home, the form, and the ticket whose secret is in the fragment.
import { onMounted, onUnmounted, ref } from "vue";
import { secretIn } from "@/outside/secret";

export type Place = { page: "home" } | { page: "new"; type: string } | { page: "ticket"; secret: string };

function here(): Place {
  const secret = secretIn(location.hash);
  if (secret) return { page: "ticket", secret };
  const path = location.pathname.replace(/\/+$/, "");
  const match = /^\/portal\/new(?:\/([a-z0-9_]+))?$/.exec(path);
  return match ? { page: "new", type: match[1] ?? "" } : { page: "home" };
}

export function usePlace() {
  const place = ref<Place>(here());
  const follow = () => {
    place.value = here();
  };
  /** `instead` of the place where one is: there is no way back to that. */
  const go = (address: string, instead = false) => {
    if (instead) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    follow();
    window.scrollTo(0, 0);
  };
  onMounted(() => {
    window.addEventListener("popstate", follow);
    window.addEventListener("hashchange", follow);
  });
  onUnmounted(() => {
    window.removeEventListener("popstate", follow);
    window.removeEventListener("hashchange", follow);
  });
  return { place, go };
}
