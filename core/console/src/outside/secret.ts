// SPDX-License-Identifier: Apache-2.0
// The secret of a link stands in the fragment of the address, which browsers send to nobody.
import { onMounted, onUnmounted, ref, type Ref } from "vue";

/** As links carry it, and as people paste it. Empty when it can be none. */
export function secretIn(text: string): string {
  const after = text.includes("#") ? text.slice(text.indexOf("#") + 1) : text;
  const trimmed = after.trim();
  return /^[A-Za-z0-9_-]{20,128}$/.test(trimmed) ? trimmed : "";
}

/** The secret of the page's own address; follows the address. */
export function useSecret(): Ref<string> {
  const secret = ref(secretIn(location.hash));
  const follow = () => {
    secret.value = secretIn(location.hash);
  };
  onMounted(() => window.addEventListener("hashchange", follow));
  onUnmounted(() => window.removeEventListener("hashchange", follow));
  return secret;
}
