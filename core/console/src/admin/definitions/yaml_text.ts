// SPDX-License-Identifier: Apache-2.0
// YAML as text: colours for the eye, indentation for the hands, and small edits that leave everything else as it was
// written, comments included. What is right YAML the server says.

export type TokenKind = "key" | "text" | "number" | "word" | "comment" | "mark" | "plain";
export interface Token {
  kind: TokenKind;
  text: string;
}

const key = /^(\s*(?:- +)*)((?:"[^"]*"|'[^']*'|[^\s#"'[\]{},:&*!|>%@`-][^#:{}[\],]*?|-[^\s#:,]+))(\s*:)(?=\s|$)/;

function kindOf(word: string): TokenKind {
  if (/^[A-Za-z_][\w.-]*:$/.test(word)) return "key";
  if (/^-?\d+(\.\d+)?(s|m|h|d|%)?$/.test(word)) return "number";
  return /^(true|false|yes|no|null|always)$/.test(word) ? "word" : "plain";
}

function scalars(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /(\s+#.*$|^#.*$)|("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|([{}[\],]|\s[|>][+-]?\s*$)|([^\s"'{}[\],#]+)|(\s+|.)/gu;
  for (const match of text.matchAll(pattern)) {
    const kind: TokenKind = match[1] !== undefined ? "comment" : match[2] !== undefined ? "text" : match[3] !== undefined ? "mark" : match[4] !== undefined ? kindOf(match[4]) : "plain";
    const last = tokens.at(-1);
    if (last?.kind === kind) last.text += match[0];
    else tokens.push({ kind, text: match[0] });
  }
  return tokens;
}

export function tokensOf(line: string): Token[] {
  if (/^\s*#/.test(line)) return [{ kind: "comment", text: line }];
  const found = key.exec(line);
  if (!found) {
    const dash = /^(\s*(?:- +)+)/.exec(line)?.[0] ?? "";
    return [...(dash ? [{ kind: "mark" as const, text: dash }] : []), ...scalars(line.slice(dash.length))];
  }
  const [whole, before = "", name = "", colon = ""] = found;
  return [...(before ? [{ kind: "mark" as const, text: before }] : []), { kind: "key", text: name + colon }, ...scalars(line.slice(whole.length))];
}

/** What a new line after this text begins with. */
export function nextIndent(line: string): string {
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  const bare = line.replace(/\s+#.*$/, "").trimEnd();
  if (/^\s*#/.test(line)) return indent;
  if (/^\s*- +[^#]*:\s*$/.test(bare)) return `${indent}    `;
  if (/:\s*$/.test(bare) || /[|>][+-]?$/.test(bare)) return `${indent}  `;
  if (/^\s*- +(?![{["'])[^\s:]+:\s/.test(bare)) return `${indent}  `;
  return indent;
}

/** Line and column (from 1) as an offset into the text. */
export function offsetOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let n = 1; n < line; ++n) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  const end = text.indexOf("\n", at);
  return Math.min(at + Math.max(0, column - 1), end < 0 ? text.length : end);
}

export interface Block {
  /** Lines from `first` up to and without `end`, from 0. */
  first: number;
  end: number;
  indent: number;
}
const indentOf = (line: string) => /^ */.exec(line)?.[0].length ?? 0;
const empty = (line: string) => /^\s*(#.*)?$/.test(line);

/** The block of a key below another, by names: ["roles", "agent", "rights"]. */
export function findBlock(lines: readonly string[], path: readonly string[]): Block | undefined {
  let found: Block = { first: -1, end: lines.length, indent: -1 };
  for (const name of path) {
    let child: Block | undefined;
    let inner = -1;
    for (let at = found.first + 1; at < found.end; ++at) {
      const line = lines[at] ?? "";
      if (empty(line)) continue;
      const indent = indentOf(line);
      if (inner < 0) inner = indent;
      if (indent < inner) break;
      if (indent > inner) continue;
      if (child) {
        // Comments and empty lines above the next key belong to that key.
        child.end = at;
        break;
      }
      if (line.trimStart().startsWith(`${name}:`)) child = { first: at, end: found.end, indent };
    }
    if (!child) return undefined;
    while (child.end > child.first + 1 && empty(lines[child.end - 1] ?? "")) --child.end;
    found = child;
  }
  return found;
}

/** Writes a list of words as the value of a key, in the style in which it is written now; a missing key is added. */
export function setList(text: string, path: readonly string[], words: readonly string[]): string {
  const lines = text.split("\n");
  const parent = findBlock(lines, path.slice(0, -1));
  const name = path.at(-1) ?? "";
  if (!parent) return text;
  const block = findBlock(lines, path);
  if (!block) {
    const inside = lines.slice(parent.first + 1, parent.end).find((line) => !empty(line));
    const indent = " ".repeat(inside ? indentOf(inside) : parent.indent + 2);
    lines.splice(parent.end, 0, `${indent}${name}: [${words.join(", ")}]`);
    return lines.join("\n");
  }
  const first = lines[block.first] ?? "";
  const indent = " ".repeat(block.indent);
  const comment = /\s+#.*$/.exec(first)?.[0] ?? "";
  const flow = /^\s*[\w-]+:\s*\[/.test(first) || block.end === block.first + 1;
  if (flow) {
    lines.splice(block.first, block.end - block.first, `${indent}${name}: [${words.join(", ")}]${comment}`);
    return lines.join("\n");
  }
  // One line an entry: those that stay keep their place and their comments, new ones go to the end.
  const entry = /^\s*-\s*([\w.-]+)/;
  const kept: string[] = [];
  const seen = new Set<string>();
  for (const line of lines.slice(block.first + 1, block.end)) {
    const word = entry.exec(line)?.[1];
    if (word !== undefined && !words.includes(word)) continue;
    if (word !== undefined) seen.add(word);
    kept.push(line);
  }
  const sample = lines.slice(block.first + 1, block.end).find((line) => entry.test(line));
  const dash = " ".repeat(sample ? indentOf(sample) : block.indent + 2);
  for (const word of words) if (!seen.has(word)) kept.push(`${dash}- ${word}`);
  if (kept.some((line) => entry.test(line))) lines.splice(block.first, block.end - block.first, `${indent}${name}:${comment}`, ...kept);
  else lines.splice(block.first, block.end - block.first, `${indent}${name}: []${comment}`);
  return lines.join("\n");
}

/** Sets a plain value of a key, or adds the key at the end of its parent. */
export function setValue(text: string, path: readonly string[], value: string): string {
  const lines = text.split("\n");
  const name = path.at(-1) ?? "";
  const block = findBlock(lines, path);
  if (block) {
    const comment = /\s+#.*$/.exec(lines[block.first] ?? "")?.[0] ?? "";
    lines.splice(block.first, block.end - block.first, `${" ".repeat(block.indent)}${name}: ${value}${comment}`);
    return lines.join("\n");
  }
  const parent = findBlock(lines, path.slice(0, -1));
  if (!parent) return text;
  const inside = lines.slice(parent.first + 1, parent.end).find((line) => !empty(line));
  lines.splice(parent.end, 0, `${" ".repeat(inside ? indentOf(inside) : parent.indent + 2)}${name}: ${value}`);
  return lines.join("\n");
}

/** Adds a block, written without indentation, as the last child of a key. */
export function addChild(text: string, path: readonly string[], child: string): string {
  const lines = text.split("\n");
  const parent = findBlock(lines, path);
  if (!parent) return `${text.replace(/\n*$/, "\n")}\n${path.at(-1)}:\n${child.split("\n").map((line) => (line ? `  ${line}` : line)).join("\n")}\n`;
  const inside = lines.slice(parent.first + 1, parent.end).find((line) => !empty(line));
  const indent = " ".repeat(inside ? indentOf(inside) : parent.indent + 2);
  lines.splice(parent.end, 0, "", ...child.split("\n").map((line) => (line ? indent + line : line)));
  return lines.join("\n");
}

/** The file of a bundle in which a key stands: ["roles", "agent"]. */
export function fileOf(files: Readonly<Record<string, string>>, path: readonly string[]): string | undefined {
  return Object.keys(files).sort().find((name) => /\.ya?ml$/.test(name) && findBlock((files[name] ?? "").split("\n"), path));
}

/** A word as YAML text that is surely a text. */
export const quoted = (text: string) => (/^[\p{L}_][\p{L}\p{N}_ -]*$/u.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text) && !/\s$/.test(text) ? text : JSON.stringify(text));
