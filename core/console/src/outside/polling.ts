// SPDX-License-Identifier: Apache-2.0
// People with a link have no live stream: their page asks again now and then while it is looked at.
import { onMounted, onUnmounted } from "vue";

export function usePolling(ask: () => void, seconds: number) {
  let timer = 0;
  const tick = () => {
    if (!document.hidden) ask();
  };
  onMounted(() => {
    timer = window.setInterval(tick, seconds * 1000);
    document.addEventListener("visibilitychange", tick);
  });
  onUnmounted(() => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", tick);
  });
}
