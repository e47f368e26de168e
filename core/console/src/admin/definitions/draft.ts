// SPDX-License-Identifier: Apache-2.0
// What is being changed in the definitions and not published yet: kept in this browser with each keystroke, on top of the
// publication that it began from. When somebody else publishes meanwhile, untouched files are taken over by themselves
// and the person chooses for those that both changed.
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import { get, type Schemas } from "@/shared/api/client";

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
interface Kept {
  base: { publication: number; digest: string };
  edits: Edits;
  at: number;
}
const name = "docket.definitions";

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

function read(): Kept | undefined {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null") as Kept | undefined;
  } catch {
    return undefined;
  }
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
    const kept = base.value ? { base: { publication: base.value.publication, digest: base.value.digest }, edits: edits.value } : read();
    if (kept && Object.keys(kept.edits).length) {
      if (kept.base.digest === digest) edits.value = realEdits(next.files, kept.edits);
      else {
        const old = base.value?.files ?? (await filesOf(kept.base.publication).catch(() => ({})));
        const carried = carryOver(old, next.files, kept.edits);
        edits.value = carried.edits;
        both.value = carried.both;
        if (Object.keys(carried.edits).length) overtaken.value = data.publication;
      }
    }
    base.value = next;
    keep();
  }
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

  function keep(): void {
    if (!base.value) return;
    try {
      if (!dirty.value) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify({ base: { publication: base.value.publication, digest: base.value.digest }, edits: realEdits(base.value.files, edits.value), at: Date.now() } satisfies Kept));
      unkept.value = false;
    } catch {
      unkept.value = dirty.value;
    }
  }
  function edit(path: string, text: string | null): void {
    edits.value = { ...edits.value, [path]: text };
    keep();
  }
  function putBack(path: string): void {
    const { [path]: _, ...rest } = edits.value;
    edits.value = rest;
    both.value = both.value.filter((one) => one !== path);
    keep();
  }
  function putAllBack(): void {
    edits.value = {};
    both.value = [];
    overtaken.value = undefined;
    keep();
  }
  /** What was published from here is the base from now on. */
  async function published(): Promise<void> {
    edits.value = {};
    both.value = [];
    overtaken.value = undefined;
    keep();
    await load(true);
  }
  return { base, edits, failure, both, overtaken, unkept, files, changed, dirty, load, edit, putBack, putAllBack, published, filesOf };
});
