// SPDX-License-Identifier: Apache-2.0
// What can be done on the screen that is open, for the palette; the screen says it while it is there.
import { onBeforeUnmount, shallowRef, watchEffect } from "vue";

export interface Command {
  label: string;
  hint?: string;
  key?: string;
  run: () => void;
}
export const commandsHere = shallowRef<Command[]>([]);

export function offerCommands(list: () => Command[]): void {
  let own: Command[] = [];
  watchEffect(() => {
    own = list();
    commandsHere.value = own;
  });
  onBeforeUnmount(() => {
    if (commandsHere.value === own) commandsHere.value = [];
  });
}
