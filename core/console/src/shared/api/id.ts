// SPDX-License-Identifier: Apache-2.0
// Random identifiers; crypto.randomUUID is missing on plain http, getRandomValues is everywhere.

/** 128 random bits in hexadecimal. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
