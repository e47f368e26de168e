// SPDX-License-Identifier: Apache-2.0
// A person as a form: what was typed against what the server has, and what of it goes into a change.
import type { Schemas } from "@/shared/api/client";
import { rebased, same } from "@/shared/api/rebase";

export type Person = Schemas["User"];
export interface Form {
  login: string;
  name: string;
  email: string;
  phone: string;
  language: string;
  active: boolean;
  capacity: string;
  skills: string[];
  regions: string[];
  product_lines: string[];
  memberships: { team: string; lead: boolean }[];
  grants: { role: string; team: string }[];
}

export function formOf(person?: Person): Form {
  return {
    login: person?.login ?? "",
    name: person?.name ?? "",
    email: person?.email ?? "",
    phone: person?.phone ?? "",
    language: person?.language ?? "zh",
    active: person?.active ?? true,
    capacity: person?.capacity ? String(person.capacity) : "",
    skills: [...(person?.skills ?? [])],
    regions: [...(person?.regions ?? [])],
    product_lines: [...(person?.product_lines ?? [])],
    memberships: (person?.memberships ?? []).map(({ team, lead }) => ({ team, lead: lead ?? false })),
    grants: (person?.grants ?? []).map(({ role, team }) => ({ role, team: team ?? "" })),
  };
}

/** The members that differ, as the API takes them; a login only for a new person. */
export function changeOf(form: Form, person?: Person): Record<string, unknown> {
  const before = formOf(person);
  const change: Record<string, unknown> = {};
  for (const key of Object.keys(form) as (keyof Form)[]) {
    if (person ? same(form[key], before[key]) : same(form[key], formOf()[key]) && key !== "name") continue;
    if (key === "login" && person) continue;
    change[key] = key === "capacity" ? Number(form.capacity || 0) : form[key];
  }
  if (!person) change.login = form.login;
  return change;
}

/** Somebody else saved meanwhile: their changes are taken over where nothing was typed; the names of what both changed. */
export const rebase = (form: Form, before: Person, theirs: Person) => rebased(form, formOf(before), formOf(theirs));

/** A password that can be read out over the telephone: no letters that look alike. */
export function newPassword(random: (count: number) => Uint8Array = (count) => crypto.getRandomValues(new Uint8Array(count))): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  // 248 is the greatest multiple of 31 that a byte holds; the rest is drawn again, so that no letter comes more often.
  let out = "";
  while (out.length < 16) for (const byte of random(24)) if (byte < 248 && out.length < 16) out += letters[byte % letters.length];
  return out.replace(/(.{4})(?=.)/g, "$1-");
}
