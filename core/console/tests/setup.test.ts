// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { calendarFile, faultOf, type Hours, withoutPolicy } from "../src/setup/hours";
import { faultOf as faultOfPerson } from "../src/setup/people";
import { openSamples } from "../src/setup/samples";

// As they are written: an import gives what the build makes of them, and that is no text.
const wordsOf = (language: string, part = "sample") => JSON.parse(readFileSync(resolve(__dirname, `../src/setup/locales/${language}.json`), "utf8"))[part] as Record<string, string>;

afterEach(() => vi.unstubAllGlobals());

const office: Hours = { days: "weekdays", from: "09:00", to: "18:00", lunch: "12:00-13:30", holidays: true };

test("hours become a calendar, and hours that cannot be are told", () => {
  expect(calendarFile(office)).toContain('    week: {workdays: ["09:00-12:00", "13:30-18:00"]}\n    holidays: [cn]\n');
  expect(calendarFile({ ...office, days: "six", lunch: "", holidays: false })).toMatch(/week: \{workdays: \["09:00-18:00"\], saturday: \["09:00-18:00"\]\}\n$/);
  expect(calendarFile({ ...office, days: "always" })).toMatch(/every_day: \["00:00-24:00"\]\}\n$/);
  expect(faultOf(office)).toBeUndefined();
  expect(faultOf({ ...office, to: "08:00" })).toBe("order");
  expect(faultOf({ ...office, from: "" })).toBe("order");
  expect(faultOf({ ...office, from: "12:30" })).toBe("lunch");
  expect(faultOf({ ...office, days: "always", to: "" })).toBeUndefined();
});

test("a policy goes without what stands around it", () => {
  const text = "teams: {}\n\nsla:\n  - name: vip\n    when: x\n  # inside\n  - name: standard\n    clocks:\n      a: 1\n\n# of the next\ntexts:\n  a: 1\n";
  expect(withoutPolicy(text, "standard")).toBe("teams: {}\n\nsla:\n  - name: vip\n    when: x\n  # inside\n\n# of the next\ntexts:\n  a: 1\n");
  expect(withoutPolicy("sla:\n  - name: standard\n    clocks: {}\n\ntexts: {}\n", "standard")).toBe("\ntexts: {}\n");
  expect(withoutPolicy("teams: {}\n", "standard")).toBe("teams: {}\n");
  expect(withoutPolicy(text, "none")).toBe(text);
});

test("a line of somebody new is empty, whole, or says what it lacks", () => {
  const line = { name: "", login: "", team: "service", role: "agent" };
  expect(faultOfPerson(line)).toBeUndefined();
  expect(faultOfPerson({ ...line, name: "林" })).toBe("login");
  expect(faultOfPerson({ ...line, login: "lin" })).toBe("name");
  expect(faultOfPerson({ ...line, name: "林", login: "林" })).toBe("form");
  expect(faultOfPerson({ ...line, name: "林", login: "lin" })).toBeUndefined();
});

test("samples are told from real tickets that somebody gave the same tag", async () => {
  const [zh, en] = [wordsOf("zh-CN"), wordsOf("en")];
  const rows = [zh.customer_1, zh.customer_2, en.customer_1, en.customer_2, "王女士", "Sampler Ltd", ""].map((customer_name, index) => ({ id: index + 1, customer_name }));
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ items: rows }), { headers: { "Content-Type": "application/json" } })));
  expect(await openSamples()).toEqual([1, 2, 3, 4]);
});

test("where samples are made and put away it is said that reports go on counting them", () => {
  expect(wordsOf("zh-CN", "setup").samples_about).toContain("计入报表");
  expect(wordsOf("en", "setup").samples_about).toContain("reports count them");
});
