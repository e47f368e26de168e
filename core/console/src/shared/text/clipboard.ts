// SPDX-License-Identifier: Apache-2.0
// Copying works on plain http too, where navigator.clipboard is missing.

/** Whether it was copied. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard?.writeText) {
      await navigator.clipboard?.writeText(text);
      return true;
    }
  } catch {
    // Refused by the browser; the older way below may still work.
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
