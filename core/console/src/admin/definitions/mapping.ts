// SPDX-License-Identifier: Apache-2.0
// Where tickets in flight go with a publication: by workflow and old state to the new one, where somebody chose one.

export const key = (workflow: string, state: string) => `${workflow}/${state}`;

export function mappingOf(chosen: Readonly<Record<string, string>>): Record<string, Record<string, string>> {
  const mapping: Record<string, Record<string, string>> = {};
  for (const [from, to] of Object.entries(chosen)) {
    if (!to) continue;
    const slash = from.indexOf("/");
    (mapping[from.slice(0, slash)] ??= {})[from.slice(slash + 1)] = to;
  }
  return mapping;
}
