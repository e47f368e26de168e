// SPDX-License-Identifier: Apache-2.0
// When nothing is read from the server any more: what a screen does not need for its first rows waits for that, and not for
// a time, so that it comes neither before them on a slow line nor late on a quick one.

let open = 0;
let waiting: (() => void)[] = [];

function look(): void {
  // What an answer leads to (rows drawn, reads that hang on it) happens before the next task.
  setTimeout(() => {
    if (open) return;
    const ready = waiting;
    waiting = [];
    for (const go of ready) go();
  });
}

/** To be called when a read begins; gives what is to be called, once, when it is answered. */
export function reading(): () => void {
  open += 1;
  return () => {
    open -= 1;
    if (!open && waiting.length) look();
  };
}

/** Resolves when the reads that a screen waits for are answered. */
export function calm(): Promise<void> {
  return new Promise((go) => {
    waiting.push(go);
    look();
  });
}
