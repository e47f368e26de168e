// SPDX-License-Identifier: Apache-2.0
// Languages of the pages. Messages are compiled when the pages are built and loaded one language at a time; an area
// (console, admin, portal, guest) brings its own with `addMessages`.
import { markRaw } from "vue";
import { createI18n } from "vue-i18n";

export type Language = "zh-CN" | "en";
export const languages: readonly { id: Language; name: string }[] = [
  { id: "zh-CN", name: "简体中文" },
  { id: "en", name: "English" },
];
export type Loaders = Record<Language, () => Promise<{ default: unknown }>>;

const shared: Loaders = { "zh-CN": () => import("../locales/zh-CN.json"), en: () => import("../locales/en.json") };
const areas: Loaders[] = [shared];
const loaded = new Set<string>();

export const i18n = createI18n({ legacy: false, locale: "zh-CN", fallbackLocale: false as never, missingWarn: false, fallbackWarn: false, messages: {} });

function stored(): Language | undefined {
  try {
    const kept = localStorage.getItem("docket.language");
    return languages.find(({ id }) => id === kept)?.id;
  } catch {
    return undefined;
  }
}
export function preferredLanguage(): Language {
  return stored() ?? (navigator.languages.some((name) => name.toLowerCase().startsWith("zh")) ? "zh-CN" : navigator.language.startsWith("en") ? "en" : "zh-CN");
}

async function load(language: Language): Promise<void> {
  await Promise.all(
    areas.map(async (area, index) => {
      const key = `${index}/${language}`;
      if (loaded.has(key)) return;
      const { default: messages } = await area[language]();
      // Areas share no name, so that nothing is copied; and nobody changes a message, so that none is watched.
      i18n.global.setLocaleMessage(language, markRaw({ ...(i18n.global.getLocaleMessage(language) as object), ...(messages as object) }) as never);
      loaded.add(key);
    }),
  );
}

/** Makes an area's messages available; resolves when those of the current language are there. */
export async function addMessages(area: Loaders): Promise<void> {
  if (!areas.includes(area)) areas.push(area);
  await load(currentLanguage());
}

export function currentLanguage(): Language {
  return i18n.global.locale.value as Language;
}

export async function setLanguage(language: Language, keep = true): Promise<void> {
  await load(language);
  i18n.global.locale.value = language as never;
  document.documentElement.lang = language;
  if (!keep) return;
  try {
    localStorage.setItem("docket.language", language);
  } catch {
    // Private windows keep nothing; the choice holds until the page is closed.
  }
}

/** What the server said under a name (`detail`, `message`), in the page's language; English where it was not said in Chinese. */
export function said<Name extends string>(one: { readonly [Member in Name | `${Name}_zh`]?: string | null }, name: Name): string {
  return (currentLanguage() === "en" ? one[name] : one[`${name}_zh`] || one[name]) ?? "";
}

/** A title of the desk's definitions in the page's language. */
export function titleOf(title: { zh?: string; en?: string } | string | undefined | null, fallback = ""): string {
  if (!title) return fallback;
  if (typeof title === "string") return title;
  return (currentLanguage() === "en" ? title.en || title.zh : title.zh || title.en) || fallback;
}
