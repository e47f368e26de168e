// SPDX-License-Identifier: Apache-2.0
// A refusal points at the files that the server no longer has by their place among those that went along.
import { ApiError } from "./client";

export const pointsAtFiles = (failure: unknown): boolean => failure instanceof ApiError && failure.fields.some(({ pointer }) => /^\/?attachments(\/|$)/.test(pointer));

/** Those of what was `sent` that it points at. */
export function lostFiles<File>(failure: unknown, sent: readonly File[]): File[] {
  const places = failure instanceof ApiError ? failure.fields.map(({ pointer }) => /^\/?attachments\/(\d+)$/.exec(pointer)?.[1]) : [];
  return sent.filter((_, at) => places.includes(String(at)));
}
