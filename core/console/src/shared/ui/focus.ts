// SPDX-License-Identifier: Apache-2.0
// What an answer brings back takes the focus from nobody: whoever went on meanwhile would type into it.

/** Whether the focus is within, or with nothing. */
export const stillAt = (within: Element | null | undefined): boolean => !document.activeElement || document.activeElement === document.body || Boolean(within?.contains(document.activeElement));
