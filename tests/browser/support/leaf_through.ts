// SPDX-License-Identifier: Apache-2.0
// After a run: index.html beside the screenshots, one row a screen and one column a variant.
import type { Reporter } from "@playwright/test/reporter";
import * as fs from "node:fs";
import * as path from "node:path";
import { place } from "./place.ts";

const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export function writeIndex(directory: string) {
  if (!fs.existsSync(directory)) return;
  const variants = fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .reverse();
  const screens = [
    ...new Set(variants.flatMap((variant) => fs.readdirSync(path.join(directory, variant)).filter((f) => f.endsWith(".png")))),
  ].sort();
  const cell = (variant: string, screen: string) =>
    fs.existsSync(path.join(directory, variant, screen))
      ? `<td><a href="${escaped(`${variant}/${screen}`)}"><img loading="lazy" src="${escaped(`${variant}/${screen}`)}" alt="${escaped(`${screen}, ${variant}`)}"></a></td>`
      : "<td></td>";
  const rows = screens.map(
    (screen) =>
      `<tr><th scope="row">${escaped(screen.replace(/\.png$/, ""))}</th>${variants.map((variant) => cell(variant, screen)).join("")}</tr>`,
  );
  fs.writeFileSync(
    path.join(directory, "index.html"),
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Docket: screens</title>
<style>body{font:14px system-ui;margin:16px}table{border-collapse:collapse}th{text-align:left;vertical-align:top;padding:8px;position:sticky;left:0;background:#fff}
thead th{top:0}td{vertical-align:top;padding:8px}img{width:280px;border:1px solid #ccc}</style>
<h1>Docket: ${screens.length} screens</h1><table><thead><tr><th></th>${variants.map((v) => `<th>${escaped(v)}</th>`).join("")}</tr></thead><tbody>
${rows.join("\n")}
</tbody></table></html>\n`,
  );
}

export default class LeafThrough implements Reporter {
  onEnd() {
    writeIndex(place.screens);
  }
}
