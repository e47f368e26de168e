// SPDX-License-Identifier: Apache-2.0
import { mount } from "@vue/test-utils";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { Finding } from "@/admin/definitions/check";
import FindingText from "@/admin/definitions/FindingText.vue";
import { addMessages, i18n, setLanguage } from "@/shared/i18n";

beforeAll(async () => {
  await setLanguage("zh-CN", false);
  await addMessages({ "zh-CN": () => import("@/admin/locales/zh-CN.json"), en: () => import("@/admin/locales/en.json") });
});
afterEach(() => setLanguage("zh-CN", false));

const finding = (more: Partial<Finding>) => ({ error: true, file: "teams.yaml", line: 3, column: 5, end_column: 9, message: "Unknown key.", suggestion: "", rendered: "", ...more }) as Finding;
const lines = (one: Finding) => mount(FindingText, { props: { finding: one }, global: { plugins: [i18n] } }).findAll(".finding-text > span").map((line) => line.text());

test("a finding says what is wrong, what was expected and what was perhaps meant, in the page's language", async () => {
  const one = finding({ message_zh: "没有这个键。", expected: "one of lead, title", expected_zh: "lead、title 之一", suggestion: "title" });
  expect(lines(one)).toEqual(["没有这个键。", "应为：lead、title 之一", "建议：title"]);
  await setLanguage("en", false);
  expect(lines(one)).toEqual(["Unknown key.", "Expected: one of lead, title", "Perhaps: title"]);
});

test("a finding that has no Chinese is said in English, and says no more than it knows", () => {
  expect(lines(finding({}))).toEqual(["Unknown key."]);
  expect(lines(finding({ expected: "a duration" }))).toEqual(["Unknown key.", "应为：a duration"]);
});
