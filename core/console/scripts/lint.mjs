// SPDX-License-Identifier: Apache-2.0
// What no page may contain: markup from text, inline styles and scripts (the content security policy refuses them),
// addresses of other origins; and messages that are missing in one language or in both.
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const forbidden = [
  [/\bv-html\b/, "v-html puts text into the page as markup"],
  [/\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write\b/, "text becomes markup only through Vue's templates"],
  [/\sstyle="/, "an inline style is refused by the content security policy; use a class or :style"],
  [/\son[a-z]+="/, "an inline handler is refused by the content security policy; use @event"],
  [/\beval\(|new Function\b/, "no code from text"],
  [/\b(Select|Combobox|ScrollArea)Viewport\b/, "this part of Reka renders a <style> element"],
  [/crypto\.randomUUID|navigator\.clipboard(?!\?)/, "not there on plain http; use shared/api/id or shared/text/clipboard"],
  [/https?:\/\/(?!www\.w3\.org)/, "pages talk to their own server only"],
  [/\b(TO)DO\b|\b(FIX)ME\b/, "unfinished"],
];
// Pages that also open in the web views of chat programs (Chrome 79, Safari 13.1): syntax is lowered by the build, these
// are not.
const tooNew = [
  [/\bstructuredClone\b|\.(at|findLast|replaceAll|toSorted|toReversed)\(|\bObject\.(hasOwn|groupBy)\b|\breplaceChildren\b|\bcheckVisibility\b/, "old web views do not know this function"],
  [/color-mix\(|:has\(|(^|[\s{;])((row|column)-)?gap:|aspect-ratio:|[\s{;]inset:|@container|:is\(|:where\(/, "old web views do not know this style (gap only in grids)"],
];
const faults = [];

async function* files(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

function keysOf(messages, prefix = "") {
  return Object.entries(messages).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? keysOf(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

const areas = new Map(); // area → { locale → Map(key → text) }
const used = [];
for await (const path of files(join(root, "src"))) {
  const name = relative(root, path);
  const text = await readFile(path, "utf8");
  if (name.endsWith(".gen.ts") || name.endsWith(".gen.d.ts")) continue;
  const locale = /^src\/(\w+)\/locales\/([\w-]+)\.json$/.exec(name);
  if (locale) {
    const [, area, language] = locale;
    const messages = JSON.parse(text);
    if (!areas.has(area)) areas.set(area, {});
    areas.get(area)[language] = new Set(keysOf(messages));
    continue;
  }
  if (!/\.(ts|vue|css)$/.test(name)) continue;
  if (!name.endsWith(".css") && !/^(\/\/|<!--) SPDX-License-Identifier: Apache-2\.0/.test(text))
    faults.push(`${name}:1: the first line names the licence`);
  text.split("\n").forEach((line, index) => {
    if (/^\s*\/\/ /.test(line)) return;
    for (const [pattern, why] of /^src\/(outside|portal|guest)\//.test(name) ? [...forbidden, ...tooNew] : forbidden)
      if (pattern.test(line)) faults.push(`${name}:${index + 1}: ${why}`);
  });
  for (const [, key] of text.matchAll(/\b(?:\$?t|tc|keypath=)\(?\s*["'`]([a-z_][\w]*(?:\.[\w]+)+)["'`]/g)) used.push([name, key]);
}

const everything = new Set();
for (const [area, locales] of areas) {
  const languages = Object.keys(locales);
  for (const language of ["zh-CN", "en"])
    if (!locales[language]) faults.push(`src/${area}/locales: ${language}.json is missing`);
  for (const language of languages)
    for (const key of locales[language]) {
      everything.add(key);
      for (const other of languages)
        if (!locales[other].has(key)) faults.push(`src/${area}/locales/${other}.json: '${key}' is missing`);
    }
}
// Areas of one page lie beside each other by their first names: nothing is merged below these.
for (const page of [["shared", "console", "admin", "setup"], ["shared", "outside", "portal"], ["shared", "outside", "guest"]]) {
  const owner = new Map();
  for (const area of page)
    for (const key of areas.get(area)?.["zh-CN"] ?? []) {
      const first = key.split(".")[0];
      if ((owner.get(first) ?? area) !== area) faults.push(`src/${area}/locales: '${first}' belongs to src/${owner.get(first)}`);
      else owner.set(first, area);
    }
}
for (const [name, key] of used) if (!everything.has(key)) faults.push(`${name}: no message '${key}'`);

for (const fault of new Set(faults)) console.error(fault);
if (faults.length) process.exit(1);
console.log(`lint: ${everything.size} messages in ${areas.size} areas, no fault`);
