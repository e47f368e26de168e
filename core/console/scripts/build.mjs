// SPDX-License-Identifier: Apache-2.0
// Builds all pages into dist/, lays gzip and brotli beside each text file, and writes manifest.json, which the server
// checks before it serves anything.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

await build({ root, mode: "production", logLevel: "warn" });
await build({ root, mode: "outside", logLevel: "warn" });

// What the first rows run is compiled while it is fetched and not by the thread that draws them; browsers that do not know
// the word pass over it (developer.chrome.com, "Explicit compile hints", Chrome 136).
for (const name of await readdir(join(dist, "assets")))
  if (/^(base|console)-.*\.js$/.test(name)) await writeFile(join(dist, "assets", name), `//# allFunctionsCalledOnLoad\n${await readFile(join(dist, "assets", name), "utf8")}`);

const swagger = join(root, "node_modules/swagger-ui-dist");
await mkdir(join(dist, "api-docs"), { recursive: true });
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) await copyFile(join(swagger, name), join(dist, "api-docs", name));

async function* files(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (!/\.(gz|br)$/.test(path) && entry.name !== "manifest.json") yield path;
  }
}

const compress = {
  gz: (bytes) => promisify(gzip)(bytes, { level: 9 }),
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: process.env.CI ? 11 : 9 } }),
};
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

const entries = [];
for await (const path of files(dist)) {
  const type = types[extname(path)];
  if (!type) throw new Error(`no media type for ${path}`);
  const bytes = await readFile(path);
  const entry = { path: relative(dist, path), type, size: bytes.length, sha256: digest(bytes), encodings: {} };
  if (bytes.length > 256 && extname(path) !== ".png") {
    for (const [name, pack] of Object.entries(compress)) {
      const packed = await pack(bytes);
      if (packed.length >= bytes.length) continue;
      await writeFile(`${path}.${name}`, packed);
      entry.encodings[name] = { size: packed.length, sha256: digest(packed) };
    }
  }
  entries.push(entry);
}
entries.sort((a, b) => (a.path < b.path ? -1 : 1));
await writeFile(join(dist, "manifest.json"), `${JSON.stringify({ format: 1, files: entries }, null, 1)}\n`);
const sum = (pick) => entries.reduce((total, entry) => total + pick(entry), 0);
const kilobytes = (bytes) => `${Math.round(bytes / 1024)} kB`;
console.log(`${entries.length} files, ${kilobytes(sum((e) => e.size))}, gzip ${kilobytes(sum((e) => e.encodings.gz?.size ?? e.size))}`);
await stat(join(dist, "index.html"));
