// SPDX-License-Identifier: Apache-2.0
// Types of the API from its committed description (docs/reference/openapi.json, kept current by a test of the server).
// Made anew before each build and check, so they cannot be stale; not committed.
import { readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const source = new URL("../../../docs/reference/openapi.json", import.meta.url);
const document = JSON.parse(await readFile(source, "utf8"));
const types = astToString(await openapi(document, { alphabetize: true }));
const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.keys(item).map((verb) => `${verb.toUpperCase()} ${path.replace("/api/v1", "")}`),
);

async function renew(name, text) {
  const file = new URL(`../src/shared/api/${name}`, import.meta.url);
  const old = await readFile(file, "utf8").catch(() => "");
  if (old !== text) await writeFile(file, text);
}
await renew("schema.gen.d.ts", types);
await renew("routes.gen.ts", `// The routes of the server that these pages were built with.\nexport const routes: readonly string[] = ${JSON.stringify(routes, null, 1)};\n`);
