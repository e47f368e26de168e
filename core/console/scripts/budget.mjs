// SPDX-License-Identifier: Apache-2.0
// What the pages may weigh, in bytes of gzip: the first load of each page (its entry and all that this imports at once),
// any one part that is loaded later, and the drawing library. Run after the build; the build fails when one is broken.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const budgets = { first: { "index.html": 122_880, "portal.html": 92_160, "guest.html": 92_160 }, styles: 20_480, part: 61_440, charts: 199_680 };
const weight = (path) => statSync(join(dist, `${path}.gz`), { throwIfNoEntry: false })?.size ?? statSync(join(dist, path)).size;
const faults = [];

// Static imports only: `import"./x.js"` and `from"./x.js"`, not `import(...)`.
function closure(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = readFileSync(join(dist, path), "utf8");
  for (const [, name] of text.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([\w.-]+\.js)"/g)) closure(`assets/${name}`, seen);
  return seen;
}
for (const [page, most] of Object.entries(budgets.first)) {
  const html = readFileSync(join(dist, page), "utf8");
  const entry = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path);
  const scripts = new Set(entry.filter((path) => path.endsWith(".js")).flatMap((path) => [...closure(path)]));
  const js = [...scripts].reduce((sum, path) => sum + weight(path), 0);
  const css = entry.filter((path) => path.endsWith(".css")).reduce((sum, path) => sum + weight(path), 0);
  console.log(`${page}: ${(js / 1024).toFixed(1)} kB of script, ${(css / 1024).toFixed(1)} kB of style at first`);
  if (js > most) faults.push(`${page} begins with ${js} bytes of script; the budget is ${most}`);
  if (css > budgets.styles) faults.push(`${page} begins with ${css} bytes of style; the budget is ${budgets.styles}`);
}
for (const name of readdirSync(join(dist, "assets")).filter((one) => one.endsWith(".js"))) {
  const most = name.startsWith("charts-") ? budgets.charts : name.startsWith("vue-") || name.startsWith("base-") ? Infinity : budgets.part;
  const size = weight(`assets/${name}`);
  if (size > most) faults.push(`assets/${name} has ${size} bytes; the budget of a part is ${most}`);
}
for (const fault of faults) console.error(fault);
process.exit(faults.length ? 1 : 0);
