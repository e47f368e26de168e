// SPDX-License-Identifier: Apache-2.0
// A time that is picked is the desk's, wherever the browser stands.
import { mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { expect, test } from "vitest";
import { useDesk } from "@/console/stores/desk";
import { dayOf, momentOf } from "@/console/tickets/days";
import ValueChooser from "@/console/tickets/ValueChooser.vue";
import FieldInput from "@/console/ticket/FieldInput.vue";
import FormFieldInput from "@/portal/FormFieldInput.vue";
import { i18n } from "@/shared/i18n";
import { fieldOf, instantIn, localOf } from "@/shared/text/zone";

const field = { name: "when", kind: "instant", title: { zh: "时间" }, help: "", required: false, choices: [] };

test("a field for day and time speaks of the zone, and says nothing while it is half filled in", () => {
  expect(instantIn("2026-03-02T09:30", "Asia/Shanghai")).toBe("2026-03-02T01:30:00.000Z");
  expect(fieldOf("2026-03-02T01:30:00Z", "Asia/Shanghai")).toBe("2026-03-02T09:30");
  expect(instantIn("2026-07-02T09:30:00", "America/New_York")).toBe("2026-07-02T13:30:00.000Z");
  for (const text of ["", "2026-03-02", "T09:30", "x"]) expect(instantIn(text, "Asia/Shanghai")).toBeUndefined();
  for (const text of ["", "soon"]) expect(fieldOf(text, "Asia/Shanghai")).toBe("");
  // What stands there while a year is typed stays there.
  for (const year of ["0002", "0020", "0202"]) expect(fieldOf(instantIn(`${year}-03-02T09:30`, "Asia/Shanghai") ?? "", "Asia/Shanghai")).toBe(`${year}-03-02T09:30`);
});

test("China's time without Intl is that of Intl, whenever it is", () => {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  for (let at = Date.UTC(1985, 0, 1, 0, 7); at < Date.UTC(2060, 0); at += 40.3 * 86_400_000) {
    const { day, time } = localOf(at, "Asia/Shanghai");
    expect(`${day} ${time}`).toBe(format.format(at));
  }
  expect(localOf("+012026-01-01T00:00:00Z", "Asia/Shanghai").day).toBe("12026-01-01");
});

for (const [zone, at] of [["Asia/Shanghai", "2026-03-02T01:30:00.000Z"], ["America/New_York", "2026-03-02T14:30:00.000Z"]] as const) {
  test(`the forms of the console and of the portal take a time of ${zone}`, async () => {
    const pinia = createPinia();
    const ours = mount(FieldInput, { props: { field: field as never }, global: { plugins: [i18n, pinia] } });
    useDesk(pinia).desk = { zone } as never;
    for (const one of [ours, mount(FormFieldInput, { props: { field: field as never, zone }, global: { plugins: [i18n] } })]) {
      await one.find("input").setValue("2026-03-02T09:30");
      expect(one.emitted("update:modelValue")?.at(-1)).toEqual([at]);
      await one.setProps({ modelValue: at } as never);
      expect((one.find("input").element as HTMLInputElement).value).toBe("2026-03-02T09:30");
      one.unmount();
    }
  });
}

for (const [zone, begins, ends] of [["Asia/Shanghai", "2026-11-26T16:00:00.000Z", "2026-11-27T15:59:59.999999Z"], ["America/New_York", "2026-11-27T05:00:00.000Z", "2026-11-28T04:59:59.999999Z"]] as const) {
  test(`a filter's day is one of ${zone}, from its first moment to its last`, async () => {
    const pinia = createPinia();
    for (const [operator, at] of [["at_least", begins], ["at_most", ends]] as const) {
      const chooser = mount(ValueChooser, { props: { kind: "instant", operator, label: "x" }, global: { plugins: [i18n, pinia] } });
      useDesk(pinia).desk = { zone } as never;
      await chooser.find("input").setValue("2026-11-27");
      expect(chooser.emitted("update:modelValue")?.at(-1)).toEqual([at]);
      await chooser.setProps({ modelValue: at } as never);
      expect(chooser.find("input").element.value).toBe("2026-11-27");
      await chooser.find("input").setValue("");
      expect(chooser.emitted("update:modelValue")?.at(-1)).toEqual([""]);
      chooser.unmount();
    }
    expect(dayOf("1d", zone)).toBe("");
    const field = mount(ValueChooser, { props: { kind: "date", operator: "is", label: "x" }, global: { plugins: [i18n, pinia] } });
    await field.find("input").setValue("2026-11-27");
    expect(field.emitted("update:modelValue")?.at(-1)).toEqual(["2026-11-27"]);
    field.unmount();
  });
}

test("a day stays what was picked while its year is typed", () => {
  for (const zone of ["Asia/Shanghai", "America/New_York", "UTC", ""])
    for (const year of ["0002", "0020", "0202", "1900", "2026"])
      for (const operator of ["at_least", "at_most"]) expect(dayOf(momentOf(operator, `${year}-11-27`, zone), zone), `${zone} ${year} ${operator}`).toBe(`${year}-11-27`);
});
