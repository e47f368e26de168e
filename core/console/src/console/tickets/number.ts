// SPDX-License-Identifier: Apache-2.0
/** The ticket that is named by what was typed, as "T-1042" or "1042". Eight digits and more alone are somebody's phone. */
export function numberIn(text: string): string | undefined {
  const [, letters, number] = /^([A-Za-z]{0,8})-?(\d{1,12})$/.exec(text.trim()) ?? [];
  return number && (letters || number.length < 8) ? number : undefined;
}
