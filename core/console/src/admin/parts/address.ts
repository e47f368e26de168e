// SPDX-License-Identifier: Apache-2.0
// Parts of the address as values: what is filtered and opened is in the address, so that back, reload and sharing work.
import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

/** A member of the query; empty is absent. `push` makes a step of the history of each change. */
export function useAddress(name: string, initial = "", push = false): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const value = route.query[name];
      return typeof value === "string" ? value : initial;
    },
    set: (value) => {
      const query = { ...route.query };
      if (value === initial || value === undefined) delete query[name];
      else query[name] = value;
      void (push ? router.push({ query }) : router.replace({ query }));
    },
  });
}
