// SPDX-License-Identifier: Apache-2.0
// The server's time on this page: one offset and one timer for everything that ticks.
import { readonly, ref } from "vue";

let offset = 0;
const current = ref(Date.now());
let every = 30_000;
let timer: ReturnType<typeof setInterval> | undefined;
let fast = 0;

/** The server's time now, in milliseconds. */
export const serverNow = () => Date.now() + offset;

/** Learned from the Date of an answer; whole seconds, so only differences that matter are taken over. */
export function learnServerTime(at: number): void {
  const measured = at + 500 - Date.now();
  if (Math.abs(measured - offset) > 2_000) {
    offset = measured;
    current.value = serverNow();
  }
}

function run(): void {
  clearInterval(timer);
  if (document.hidden) return;
  current.value = serverNow();
  timer = setInterval(() => (current.value = serverNow()), every);
}
document.addEventListener("visibilitychange", run);
run();

/** Moves on every 30 s, every second while somebody asked for it. */
export const now = readonly(current);

/** Makes `now` move every second until the function that is returned is called. */
export function everySecond(): () => void {
  if (++fast === 1) {
    every = 1_000;
    run();
  }
  return () => {
    if (--fast === 0) {
      every = 30_000;
      run();
    }
  };
}
