// SPDX-License-Identifier: Apache-2.0
// What is being changed in the definitions and not published yet: kept in this browser with each keystroke, on top of the
// publication that it began from. When somebody else publishes meanwhile, untouched files are taken over by themselves
// and the person chooses for those that both changed.
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import { get, type Schemas } from "@/shared/api/client";
import { useSession } from "@/shared/stores/session";

export type Files = Readonly<Record<string, string>>;
export interface Base {
  publication: number;
  digest: string;
  at: string;
  by: string;
  files: Files;
}
/** null takes a file away. */
export type Edits = Record<string, string | null>;
type Mark = Pick<Base, "publication" | "digest">;
/** One file as it is being changed, and what it was changed from. */
interface Kept {
  base: Mark;
  text: string | null;
}
/** Where one entry was kept that two tabs overwrote for each other; now in front of whose it is and of the file. */
const before = "docket.definitions";

/** Edits that say something: not those that put back what is published. */
export function realEdits(files: Files, edits: Edits): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([path, text]) => (text === null ? path in files : files[path] !== text)));
}

export function applied(files: Files, edits: Edits): Record<string, string> {
  const all: Record<string, string> = { ...files };
  for (const [path, text] of Object.entries(edits)) {
    if (text === null) delete all[path];
    else all[path] = text;
  }
  return all;
}

/** Edits made on `old` brought over to `now`: what stays to do, and the files that both sides changed otherwise. */
export function carryOver(old: Files, now: Files, edits: Edits): { edits: Edits; both: string[] } {
  const kept = realEdits(now, edits);
  return { edits: kept, both: Object.keys(kept).filter((path) => old[path] !== now[path]).sort() };
}

/** Nothing for what is damaged: it hides no other. */
function parsed<T = Kept>(text: string | null): T | undefined {
  try {
    return JSON.parse(text ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}
function read(prefix: string): Record<string, Kept> {
  const found: Record<string, Kept> = {};
  try {
    const list = parsed<{ base: Mark; edits: Edits }>(localStorage.getItem(before));
    for (const [path, text] of Object.entries(list?.edits ?? {})) localStorage.setItem(prefix + path, JSON.stringify({ base: list?.base, text }));
    localStorage.removeItem(before);
    for (let i = 0; i < localStorage.length; ++i) {
      const name = localStorage.key(i);
      const one = name?.startsWith(prefix) ? parsed(localStorage.getItem(name)) : undefined;
      if (name && one?.base) found[name.slice(prefix.length)] = one;
    }
  } catch {
    // Forbidden: what is typed lives as long as the page.
  }
  return found;
}

export const useDefinitions = defineStore("definitions", () => {
  const base = shallowRef<Base>();
  const edits = ref<Edits>({});
  const failure = shallowRef<unknown>();
  /** Files that somebody else published otherwise while they were edited here. */
  const both = ref<string[]>([]);
  /** Who published meanwhile; told until it is dismissed. */
  const overtaken = ref<Schemas["Publication"]>();
  /** Whether the browser refused to keep the draft. */
  const unkept = ref(false);
  let loading: Promise<void> | undefined;
  const session = useSession();
  const prefix = () => `${before}.${session.me?.user.id ?? 0}.`;
  const markOf = ({ publication, digest }: Mark): Mark => ({ publication, digest });

  const files = computed(() => (base.value ? applied(base.value.files, edits.value) : {}));
  const changed = computed(() => (base.value ? Object.keys(realEdits(base.value.files, edits.value)).sort() : []));
  const dirty = computed(() => changed.value.length > 0);

  async function filesOf(publication: number): Promise<Files> {
    return (await get("/definitions/publications/{publication}/files", { path: { publication } })).data.files;
  }
  async function readBase(): Promise<void> {
    const { data } = await get("/definitions");
    if (!data.publication) throw new Error("nothing is published");
    const { number, digest, at, by } = data.publication;
    if (base.value?.digest === digest && base.value.publication === number) return;
    const next: Base = { publication: number, digest, at, by, files: await filesOf(number) };
    const bases = await basesOf(read(prefix()), next);
    // In one go from here: what was typed meanwhile is among the edits.
    const kept = read(prefix());
    const mark = base.value && markOf(base.value);
    // One of another base was typed in another tab, after this one.
    for (const [path, text] of Object.entries(edits.value)) {
      const other = kept[path];
      if (mark && (!other || other.base.digest === mark.digest || other.text === text)) kept[path] = { base: mark, text };
    }
    base.value = next;
    edits.value = {};
    const earlier = both.value;
    both.value = [];
    for (const [path, one] of Object.entries(kept)) take(path, one, bases);
    both.value = [...new Set([...both.value, ...earlier.filter((path) => path in edits.value)])].sort();
    if (Object.keys(edits.value).some((path) => kept[path]?.base.digest !== digest)) overtaken.value = data.publication;
    keep(...Object.keys(kept));
  }
  /** The files of the publications that these began from, by digest. */
  async function basesOf(kept: Record<string, Kept>, now: Base): Promise<Map<string, Files>> {
    const bases = new Map([[now.digest, now.files]]);
    if (base.value) bases.set(base.value.digest, base.value.files);
    for (const { base: one } of Object.values(kept)) if (!bases.has(one.digest)) bases.set(one.digest, await filesOf(one.publication).catch(() => ({})));
    return bases;
  }
  /** Takes one over to what is published now. */
  function take(path: string, one: Kept, bases: ReadonlyMap<string, Files>): void {
    const carried = carryOver(bases.get(one.base.digest) ?? {}, base.value?.files ?? {}, { [path]: one.text });
    const { [path]: _, ...rest } = edits.value;
    edits.value = { ...rest, ...carried.edits };
    both.value = [...new Set([...both.value, ...carried.both])].sort();
  }
  // What another tab typed, put back or published.
  const heard = new Set<string>();
  window.addEventListener("storage", ({ key }) => {
    if (!key?.startsWith(prefix()) || !base.value) return;
    if (!heard.size) setTimeout(() => void hear(), 0);
    heard.add(key.slice(prefix().length));
  });
  async function hear(): Promise<void> {
    const paths = [...heard];
    heard.clear();
    const kept = read(prefix());
    for (const path of paths) if (!kept[path]) drop(path);
    // One that is gone may have been published, and one of another base was typed after that.
    if (paths.some((path) => kept[path]?.base.digest !== base.value?.digest)) await load(true);
    if (!base.value) return;
    const bases = await basesOf(kept, base.value);
    const now = read(prefix());
    for (const path of paths) {
      const one = now[path];
      if (one) take(path, one, bases);
      else drop(path);
    }
  }
  function drop(path: string): void {
    const { [path]: _, ...rest } = edits.value;
    edits.value = rest;
    both.value = both.value.filter((one) => one !== path);
  }
  /** Whether this browser keeps a draft, as far as can be told without reading what is published. */
  const isKept = () => Object.keys(read(prefix())).length > 0;
  /** Reads what is published, once; again with `anew`. */
  function load(anew = false): Promise<void> {
    if (!loading || anew) {
      failure.value = undefined;
      loading = readBase().catch((failed: unknown) => {
        failure.value = failed;
        loading = undefined;
      });
    }
    return loading;
  }

  /** One entry a file: a tab writes only what it changes itself. */
  function keep(...paths: string[]): void {
    if (!base.value) return;
    const real = realEdits(base.value.files, edits.value);
    try {
      for (const path of paths) {
        if (path in real) localStorage.setItem(prefix() + path, JSON.stringify({ base: markOf(base.value), text: real[path] ?? null } satisfies Kept));
        else localStorage.removeItem(prefix() + path);
      }
      unkept.value = false;
    } catch {
      unkept.value = dirty.value;
    }
  }
  function edit(path: string, text: string | null): void {
    edits.value = { ...edits.value, [path]: text };
    keep(path);
  }
  function putBack(path: string): void {
    drop(path);
    keep(path);
  }
  /** What was published from here is the base from now on; what was typed since, in another tab, stays. */
  async function published(files: Files): Promise<void> {
    for (const [path, text] of Object.entries(edits.value)) {
      if ((files[path] ?? null) !== text) continue;
      drop(path);
      keep(path);
    }
    await load(true);
    both.value = [];
    overtaken.value = undefined;
  }
  return { base, edits, failure, both, overtaken, unkept, files, changed, dirty, isKept, load, edit, putBack, published, filesOf };
});
