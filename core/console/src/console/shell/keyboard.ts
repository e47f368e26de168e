// SPDX-License-Identifier: Apache-2.0
// All keys of the console, for the map and for the hints beside actions.
export const keyboard = [
  { name: "anywhere", keys: [{ keys: "Mod+KeyK", name: "palette" }, { keys: "Slash", name: "search" }, { keys: "KeyC", name: "create" }, { keys: "Shift+Slash", name: "help" }] },
  { name: "in_list", keys: [{ keys: "KeyJ", name: "down" }, { keys: "KeyK", name: "up" }, { keys: "Enter", name: "open" }, { keys: "KeyX", name: "choose" }, { keys: "KeyF", name: "filter" }] },
  { name: "on_ticket", keys: [{ keys: "KeyR", name: "reply" }, { keys: "KeyN", name: "note" }, { keys: "KeyA", name: "assign" }, { keys: "KeyM", name: "take" }, { keys: "KeyS", name: "step" }, { keys: "KeyE", name: "resolve_next" }, { keys: "KeyZ", name: "hold" }, { keys: "KeyU", name: "back" }] },
  { name: "writing", keys: [{ keys: "Mod+Enter", name: "send" }, { keys: "Escape", name: "leave" }] },
] as const;
