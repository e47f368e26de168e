// SPDX-License-Identifier: Apache-2.0
// Workbooks as people open them: LibreOffice reads the file, and what it shows comes back as text, a sheet each.
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as zlib from "node:zlib";

const run = promisify(execFile);

/** Rows of every sheet, as shown; formulas would come as their results, so `formulaCells` looks for them apart. */
export async function opened(bytes: Buffer, extension: "xlsx" | "csv"): Promise<string[][][]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "docket-office-"));
  try {
    const source = path.join(folder, `book.${extension}`);
    fs.writeFileSync(source, bytes);
    const out = path.join(folder, "out");
    // The last figure asks for every sheet in a file of its own.
    const filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";
    await run(
      "soffice",
      [`-env:UserInstallation=file://${folder}/profile`, "--headless", "--norestore", ...(extension === "csv" ? ["--infilter=CSV:44,34,76,1"] : []), "--convert-to", filter, "--outdir", out, source],
      { timeout: 120_000, env: { ...process.env, HOME: folder } },
    );
    const sheets = fs.readdirSync(out).sort();
    if (!sheets.length) throw new Error("LibreOffice could not open it");
    return sheets.map((sheet) => parseCsv(fs.readFileSync(path.join(out, sheet), "utf8")));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length; at++) {
    const c = text[at];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "," || c === "\n") {
      row.push(cell);
      cell = "";
      if (c === "\n") rows.push(row.splice(0));
    } else if (c !== "\r") cell += c;
  }
  if (cell || row.length) rows.push([...row, cell]);
  return rows;
}

/** The parts of a workbook (a zip file) by name. */
export function parts(bytes: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  let at = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (at < 0) throw new Error("not a workbook");
  let entries = bytes.readUInt16LE(at + 10);
  at = bytes.readUInt32LE(at + 16);
  for (; entries > 0; entries--) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const names = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [number, number, number];
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString("utf8", at + 46, at + 46 + names[0]);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + size);
    if (/\.(xml|rels)$/.test(name)) found.set(name, (method === 8 ? zlib.inflateRawSync(packed) : packed).toString("utf8"));
    at += 46 + names[0] + names[1] + names[2];
  }
  return found;
}

/** Cells that hold a formula. */
export function formulaCells(bytes: Buffer): string[] {
  return [...parts(bytes)].filter(([name]) => name.startsWith("xl/worksheets/")).flatMap(([, xml]) => xml.match(/<f[ >].*?<\/f>/g) ?? []);
}
/** Native charts. */
export function charts(bytes: Buffer): string[] {
  return [...parts(bytes).keys()].filter((name) => /^xl\/charts\/chart\d+\.xml$/.test(name));
}
