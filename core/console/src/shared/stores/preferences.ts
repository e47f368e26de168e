// SPDX-License-Identifier: Apache-2.0
// How the person likes the pages: theme, density, keys. Kept in the browser.
import { defineStore } from "pinia";
import { ref, watch } from "vue";

export type Theme = "system" | "light" | "dark";
export type Density = "roomy" | "dense";

interface Kept {
  theme: Theme;
  density: Density;
  singleKeys: boolean;
  enterSends: boolean;
  sound: boolean;
  sidebar: boolean;
  undoSeconds: number;
}
const initial: Kept = { theme: "system", density: "roomy", singleKeys: true, enterSends: false, sound: false, sidebar: true, undoSeconds: 10 };
const name = "docket.preferences";

function read(): Kept {
  try {
    return { ...initial, ...(JSON.parse(localStorage.getItem(name) ?? "{}") as Partial<Kept>) };
  } catch {
    return { ...initial };
  }
}

const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Puts theme and density on the page; also right before anything is shown. */
export function applyAppearance(kept: Pick<Kept, "theme" | "density"> = read()): void {
  const root = document.documentElement;
  root.dataset.theme = kept.theme === "system" ? (dark.matches ? "dark" : "light") : kept.theme;
  root.dataset.density = kept.density;
}

export const usePreferences = defineStore("preferences", () => {
  const kept = ref<Kept>(read());
  watch(
    kept,
    (value) => {
      applyAppearance(value);
      try {
        localStorage.setItem(name, JSON.stringify(value));
      } catch {
        // Private windows keep nothing; the choice holds until the page is closed.
      }
    },
    { deep: true },
  );
  dark.addEventListener("change", () => applyAppearance(kept.value));
  return { kept };
});
