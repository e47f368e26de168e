// SPDX-License-Identifier: Apache-2.0
// The keyboard: single keys while nothing is being typed, combinations always. By event.code, so that a Chinese input
// method or another layout does not move them.
import { onBeforeUnmount, onMounted } from "vue";

export interface Shortcut {
  /** "KeyJ", "Slash", "Shift+Slash", "Mod+KeyK", "Mod+Enter"; Mod is Ctrl, or Cmd on a Mac. */
  keys: string;
  run: (event: KeyboardEvent) => void;
  /** Also while something is being typed. */
  always?: boolean;
  /** Also from within a dialog or a menu; what lies behind one stays still otherwise. */
  anywhere?: boolean;
  /** Once more for each repeat of a key that is held: only what leads from place to place, never what changes something. */
  repeats?: boolean;
}
let enabled = () => true;
/** Whether single keys work; a setting of the person. */
export const allowSingleKeys = (check: () => boolean) => (enabled = check);

/** Whether an input method is composing: Enter then chooses a word and sends nothing. */
export const composing = (event: KeyboardEvent) => event.isComposing || event.keyCode === 229;

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const typing = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !(target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type)));
/** What has a use of its own for these keys when it has the focus. */
const own: Record<string, string> = {
  Enter: "a[href],button,summary,[role=button],[role=link],[role=tab],[role=option]",
  Space: "a[href],button,summary,input,[role=button],[role=tab],[role=option],[role=checkbox],[role=switch],[role=radio]",
};
const takes = (target: EventTarget | null, name: string) => target instanceof Element && name in own && target.closest(own[name] as string) !== null;
/** Enter now means what the keyboard has come to on the page, not the button or link that was clicked on before. */
export function freeEnter(): void {
  const active = document.activeElement;
  if (active instanceof HTMLElement && takes(active, "Enter")) active.blur();
}

export function nameOf(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (mac ? event.metaKey : event.ctrlKey) parts.push("Mod");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey) parts.push("Shift");
  return [...parts, event.code].join("+");
}

/** As it is written on the keys of this machine. */
export function written(keys: string): string[] {
  const names: Record<string, string> = { Mod: mac ? "⌘" : "Ctrl", Alt: mac ? "⌥" : "Alt", Shift: "⇧", Slash: "/", Enter: "↵", Escape: "Esc", Comma: ",", Period: "." };
  if (keys === "Shift+Slash") return ["?"];
  return keys.split("+").map((part) => names[part] ?? part.replace(/^Key|^Digit/, ""));
}

/** While the component is there. What is registered later wins. */
const layers: (() => readonly Shortcut[])[] = [];
document.addEventListener("keydown", (event) => {
  if (composing(event) || event.defaultPrevented) return;
  const name = nameOf(event);
  if (takes(event.target, name)) return;
  const busy = typing(event.target);
  const behind = document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"]') !== null;
  for (const layer of [...layers].reverse()) {
    for (const shortcut of layer()) {
      if (shortcut.keys !== name) continue;
      if ((busy && !shortcut.always) || (behind && !shortcut.anywhere)) continue;
      if (!shortcut.keys.includes("Mod") && !shortcut.always && !enabled()) continue;
      event.preventDefault();
      if (!event.repeat || shortcut.repeats) shortcut.run(event);
      return;
    }
  }
});
export function useShortcuts(list: () => readonly Shortcut[]): void {
  onMounted(() => layers.push(list));
  onBeforeUnmount(() => {
    const at = layers.indexOf(list);
    if (at >= 0) layers.splice(at, 1);
  });
}
