// SPDX-License-Identifier: Apache-2.0
// The desk's name, prefix, zone and language as they stand in its file, and one of them written without touching the rest.
import { findBlock, quoted, readMembers, readText, setMember, setValue } from "../definitions/yaml_text";

export interface Brand {
  zh: string;
  en: string;
  prefix: string;
  zone: string;
  language: string;
}
const name = ["desk", "name"];
const pathOf = { zh: name, en: name, prefix: ["desk", "ticket_prefix"], zone: ["desk", "zone"], language: ["desk", "language"] } as const;
export const brandKeys = Object.keys(pathOf) as (keyof Brand)[];

/** What the text says, without what it does not say; and what it says in a way that is only for the editor. */
export function readBrand(text: string): { brand: Partial<Brand>; unread: (keyof Brand)[] } {
  const lines = text.split("\n");
  // A desk in braces has no lines of its own to be changed.
  if (!/^desk:\s*(#.*)?$/.test(lines[findBlock(lines, ["desk"])?.first ?? -1] ?? "")) return { brand: {}, unread: brandKeys };
  const plain = readText(text, name);
  const members = plain === undefined ? readMembers(text, name) : { zh: plain };
  const brand: Partial<Brand> = { ...(members && { zh: members.zh ?? "", en: members.en ?? "" }) };
  for (const key of ["prefix", "zone", "language"] as const) {
    const said = readText(text, pathOf[key]);
    if (said !== undefined) brand[key] = said;
  }
  return { brand, unread: brandKeys.filter((key) => brand[key] === undefined && findBlock(lines, pathOf[key])) };
}

export function withBrand(text: string, key: keyof Brand, said: string): string {
  if (key !== "zh" && key !== "en") return setValue(text, pathOf[key], /^[A-Za-z]\w*\/[\w+/-]+$/.test(said) ? said : quoted(said));
  if (!findBlock(text.split("\n"), name)) return setValue(text, name, `{${key}: ${quoted(said)}}`);
  const plain = readText(text, name);
  // A name alone is the Chinese one.
  if (plain !== undefined) return key === "zh" ? setValue(text, name, quoted(said)) : said ? setValue(text, name, `{zh: ${quoted(plain)}, en: ${quoted(said)}}`) : text;
  return setMember(text, name, key, said ? quoted(said) : undefined);
}
