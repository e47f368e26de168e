// SPDX-License-Identifier: Apache-2.0
// To whom one writes, by keyboard.
import { mount } from "@vue/test-utils";
import { expect, test } from "vitest";
import WhoReads from "@/console/ticket/WhoReads.vue";
import { i18n } from "@/shared/i18n";

test.each([
  ["reply", ["reply", "note"], ["0", "-1"]],
  ["note", ["reply", "note"], ["-1", "0"]],
  ["reply", ["note"], ["0"]], // what is chosen is not offered
] as const)("Tab stops once among the kinds (%s of %j)", (modelValue, offered, stops) => {
  const page = mount(WhoReads, { props: { modelValue, offered }, global: { plugins: [i18n] } });
  expect(page.findAll("[role=radio]").map((one) => one.attributes("tabindex"))).toEqual(stops);
});

test("a group of which nothing is offered is not there", () => {
  const page = mount(WhoReads, { props: { modelValue: "reply", offered: [] }, global: { plugins: [i18n] } });
  expect(page.find("[role=radiogroup]").exists()).toBe(false);
});
