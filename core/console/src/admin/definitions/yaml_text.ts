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

/** What a line says to people, with the space before it; a # in quotes says nothing. */
function commentOf(line: string): string {
  const last = tokensOf(line).at(-1);
  return last?.kind === "comment" ? last.text : "";
}

const escapes: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", "/": "/", n: "\n", t: "\t", r: "\r", "0": "\0", " ": " ", _: "\u00a0" };
interface Scalar {
  value: string;
  /** Where it ends. */
  to: number;
}
/** A text that stands on one line, from `at` on; nothing for what is written in another way. */
function scalarAt(text: string, at: number, flow: boolean): Scalar | undefined {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  if (text[at] === "'") {
    const found = match(/'((?:[^'\n]|'')*)'/y);
    return found ? { value: (found[1] ?? "").replace(/''/g, "'"), to: at + found[0].length } : undefined;
  }
  if (text[at] === '"') {
    const found = match(/"((?:[^"\\\n]|\\[^\n])*)"/y);
    if (!found) return undefined;
    let sound = true;
    const value = (found[1] ?? "").replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gu, (_, x?: string, u?: string, long?: string, one?: string) => {
      const code = parseInt(x ?? u ?? long ?? "0", 16);
      const said = one === undefined ? (code <= 0x10ffff ? String.fromCodePoint(code) : undefined) : escapes[one];
      sound &&= said !== undefined;
      return said ?? "";
    });
    return sound ? { value, to: at + found[0].length } : undefined;
  }
  const found = match(flow ? /[^\s,[\]{}#&*!|>%@`](?:[^\s,[\]{}:]|:(?=[^\s,[\]{}])|[ \t]+(?=[^\s#,[\]{}]))*/y : /[^\s,[\]{}#&*!|>%@`](?:[^\s:]|:(?=\S)|[ \t]+(?=[^\s#]))*/y);
  return found ? { value: found[0], to: at + found[0].length } : undefined;
}

interface Member extends Scalar {
  name: string;
  from: number;
  /** Where its value begins. */
  at: number;
}
/** The members of a map in braces, where each is a text; nothing for what is written in another way. */
function membersOf(text: string, open: number): { members: Member[]; close: number } | undefined {
  const members: Member[] = [];
  const space = /(?:\s+(?:#[^\n]*)?)*/y;
  const skip = (at: number) => {
    space.lastIndex = at;
    return at + (space.exec(text)?.[0].length ?? 0);
  };
  for (let at = skip(open + 1); ; at = skip(at + 1)) {
    if (text[at] === "}") return { members, close: at };
    const name = scalarAt(text, at, true);
    if (!name || text[name.to] !== ":") return undefined;
    const start = skip(name.to + 1);
    const value = scalarAt(text, start, true);
    if (!value) return undefined;
    members.push({ name: name.value, from: at, at: start, ...value });
    at = skip(value.to);
    if (text[at] === "}") return { members, close: at };
    if (text[at] !== ",") return undefined;
  }
}
/** Where the value of a key begins: as an offset into the text, and the lines that it has below. */
function valueOf(text: string, path: readonly string[]): { at: number; below: boolean } | undefined {
  const lines = text.split("\n");
  const block = findBlock(lines, path);
  if (!block) return undefined;
  const before = /^\s*[\w-]+:[ \t]*/.exec(lines[block.first] ?? "")?.[0].length ?? 0;
  return { at: offsetOf(text, block.first + 1, 1) + before, below: lines.slice(block.first + 1, block.end).some((line) => !empty(line)) };
}
function nothingAfter(text: string, at: number): boolean {
  const line = text.slice(at).split("\n", 1)[0] ?? "";
  const said = line.trimStart();
  return !said || (said.startsWith("#") && /\s/.test(text[at + line.length - said.length - 1] ?? ""));
}

/** The text that is the value of a key; nothing where there is none, or one that is written over several lines. */
export function readText(text: string, path: readonly string[]): string | undefined {
  const value = valueOf(text, path);
  if (!value || value.below) return undefined;
  const read = scalarAt(text, value.at, false);
  return read && nothingAfter(text, read.to) ? read.value : undefined;
}
/** The members of a key, in braces or as lines below it: a text each. Nothing where it has no members or others. */
export function readMembers(text: string, path: readonly string[]): Record<string, string> | undefined {
  const value = valueOf(text, path);
  if (!value) return undefined;
  if (text[value.at] === "{") {
    const flow = membersOf(text, value.at);
    return flow && Object.fromEntries(flow.members.map(({ name, value: said }) => [name, said]));
  }
  const lines = text.split("\n");
  const block = findBlock(lines, path);
  if (!block || !value.below || !nothingAfter(text, value.at)) return undefined;
  const inside = lines.slice(block.first + 1, block.end).filter((line) => !empty(line));
  const members: Record<string, string> = {};
  for (const line of inside) {
    const name = /^ *([\w-]+):/.exec(line)?.[1];
    const said = name && readText(text, [...path, name]);
    if (!name || said === undefined || indentOf(line) !== indentOf(inside[0] ?? "")) return undefined;
    members[name] = said;
  }
  return members;
}
/** Sets one member of a key that `readMembers` reads, or takes it away; the others stay as they are written. */
export function setMember(text: string, path: readonly string[], name: string, said: string | undefined): string {
  const value = valueOf(text, path);
  if (!value) return text;
  if (text[value.at] !== "{") {
    if (said !== undefined) return setValue(text, [...path, name], said);
    const lines = text.split("\n");
    const block = findBlock(lines, [...path, name]);
    if (block) lines.splice(block.first, block.end - block.first);
    return lines.join("\n");
  }
  const flow = membersOf(text, value.at);
  if (!flow) return text;
  const cut = (from: number, to: number, by = "") => text.slice(0, from) + by + text.slice(to);
  const index = flow.members.findIndex((one) => one.name === name);
  const one = flow.members[index];
  if (!one) {
    const last = flow.members.at(-1);
    if (said === undefined) return text;
    return last ? cut(last.to, last.to, `, ${name}: ${said}`) : cut(value.at + 1, value.at + 1, `${name}: ${said}`);
  }
  if (said !== undefined) return cut(one.at, one.to, said);
  const [earlier, later] = [flow.members[index - 1], flow.members[index + 1]];
  return later ? cut(one.from, later.from) : cut(earlier?.to ?? one.from, one.to);
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
  const comment = commentOf(first);
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
    const comment = commentOf(lines[block.first] ?? "");
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
