// SPDX-License-Identifier: Apache-2.0
// Two people at one form: the second to save takes over what the first changed, and keeps what was typed.

export const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The form on top of `theirs`: their changes where nothing was typed since `before`; and the names of what both changed. */
export function rebased<F extends object>(form: F, before: F, theirs: F): { form: F; both: (keyof F)[] } {
  const merged = { ...form };
  const both: (keyof F)[] = [];
  for (const key of Object.keys(form) as (keyof F)[]) {
    if (same(before[key], theirs[key]) || same(form[key], theirs[key])) continue;
    if (same(form[key], before[key])) merged[key] = theirs[key];
    else both.push(key);
  }
  return { form: merged, both };
}
