// SPDX-License-Identifier: Apache-2.0
// What the page judges for itself about a formatted text, whatever the server let through.
import type { FileInfo, FormattedNode } from "./ticket";

/** The words of the nodes, one after another. */
export function wordsOf(nodes: FormattedNode[]): string {
  let words = "";
  const open = [...nodes].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind === "text" || node.kind === "image") words += node.text ?? "";
    if (node.kind === "line_break") words += " ";
    for (let i = node.children.length - 1; i >= 0; --i) open.push(node.children[i]!);
  }
  return words;
}

/** http, https, mailto or tel, and nothing that a browser would read as another scheme. */
export const isTarget = (target: string) => /^(https?:\/\/[^/\\\s]|mailto:[^\s]|tel:[^\s])[^\s\p{Cc}"<>\\`]*$/iu.test(target);

/** Where a link leads, as far as a reader must see it: the host as the browser understands it, or the address itself. */
export function hostIn(target: string): string {
  if (!/^https?:/i.test(target)) return target.replace(/^(mailto|tel):/i, "").replace(/\?.*$/, "").toLowerCase();
  try {
    return new URL(target).host;
  } catch {
    return target;
  }
}

export const isShownPicture = (file: FileInfo) => /^image\/(png|jpeg|gif|webp)$/.test(file.media_type) && file.size < 8_000_000;

/** Files that stand inside of the text already. */
export function filesInside(nodes: FormattedNode[]): Set<number> {
  const found = new Set<number>();
  const open = [...nodes];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind === "image" && node.attachment) found.add(node.attachment);
    open.push(...node.children);
  }
  return found;
}
