// SPDX-License-Identifier: Apache-2.0
// A date half filled in, or a number that is none, has no value: to a form it looks like nothing, and would be dropped.

/** The inputs within that stand like this. */
export const unfinished = (within: ParentNode | null | undefined): HTMLInputElement[] => [...(within?.querySelectorAll("input") ?? [])].filter(({ validity }) => validity.badInput);

/** Where the form's value is emptied and was nothing before, nothing changes that would empty these. */
export function emptyUnfinished(within: ParentNode | null | undefined): void {
  for (const input of unfinished(within)) input.value = "";
}
