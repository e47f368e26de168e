// SPDX-License-Identifier: Apache-2.0
// Macros, canned answers and ticket templates of the desk; empty where the server has none.
import { defineStore } from "pinia";
import { ref } from "vue";
import { has, send } from "@/shared/api/client";
import { titleOf } from "@/shared/i18n";

type Words = string | { zh?: string; en?: string };
export interface Macro {
  name: string;
  label?: Words;
  title?: { zh?: string; en?: string };
}
export interface CannedAnswer extends Macro {
  text: Words;
}
export interface Template extends Macro {
  type: string;
  subject?: string;
  body?: string;
  priority?: string;
  fields?: Record<string, unknown>;
  [member: string]: unknown;
}

export const labelOf = (one: Macro) => titleOf(one.label ?? one.title, one.name);

export const useToolbox = defineStore("toolbox", () => {
  const there = has("GET /answers") || has("GET /macros");
  const macros = ref<Macro[]>([]);
  const answers = ref<CannedAnswer[]>([]);
  const templates = ref<Template[]>([]);
  let loading: Promise<void> | undefined;

  async function list<T>(path: string): Promise<T[]> {
    if (!has(`GET ${path}`)) return [];
    return (await send<{ items: T[] }>("get", path)).data.items;
  }
  function load(): Promise<void> {
    loading ??= Promise.all([list<Macro>("/macros"), list<CannedAnswer>("/answers"), list<Template>("/templates")]).then(
      ([one, two, three]) => {
        macros.value = one;
        answers.value = two;
        templates.value = three;
      },
      () => {
        loading = undefined;
      },
    );
    return loading;
  }
  return { there, macros, answers, templates, load };
});
