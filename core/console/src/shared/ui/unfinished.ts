// SPDX-License-Identifier: Apache-2.0
// A date half filled in, or a number that is none, has no value: to a form it looks like nothing, and would be dropped.

/** The inputs within that stand like this. */
export const unfinished = (within: ParentNode | undefined): HTMLInputElement[] => [...(within?.querySelectorAll("input") ?? [])].filter(({ validity }) => validity.badInput);
