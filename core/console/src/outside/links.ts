// SPDX-License-Identifier: Apache-2.0
// Addresses among what the desk itself said, for a finger to follow. What an address may hold ends before any mark that
// could only be the sentence's.
export interface Piece {
  text: string;
  /** Where it leads, when it is an address: what is shown is where it leads, letter for letter. */
  target?: string;
}

const address = /https?:\/\/[a-z0-9][a-z0-9.-]*(?::\d+)?(?:[/?#][\w\-.~:/?#[\]@!$&'*+,;=%]*)?/gi;

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(address)) {
    const target = found[0].replace(/[.,;:!?'*\]]+$/, "");
    if (found.index > at) pieces.push({ text: text.slice(at, found.index) });
    pieces.push({ text: target, target });
    at = found.index + target.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}
