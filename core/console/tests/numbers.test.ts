// SPDX-License-Identifier: Apache-2.0
// An amount in the portal's form is the one that was typed, with its two decimals.
import { mount } from "@vue/test-utils";
import { expect, test } from "vitest";
import FormFieldInput from "@/portal/FormFieldInput.vue";
import { i18n } from "@/shared/i18n";

const field = { name: "amount", kind: "number", title: { zh: "金额（元）" }, help: "", required: true, choices: [] };

test("a value that is there is shown, a nought as well", () => {
  for (const there of [0, 12.5]) {
    const page = mount(FormFieldInput, { props: { field: field as never, zone: "Asia/Shanghai", modelValue: there }, global: { plugins: [i18n] } });
    expect((page.find("input").element as HTMLInputElement).value).toBe(String(there));
    page.unmount();
  }
});

for (const [typed, sent] of [["100.00", 100], ["1280.05", 1280.05], ["0.05", 0.05], ["-0.50", -0.5], ["100,5", "100,5"], ["", undefined]] as const) {
  test(`"${typed}", letter by letter`, async () => {
    const page = mount(FormFieldInput, { props: { field: field as never, zone: "Asia/Shanghai", "onUpdate:modelValue": (modelValue: unknown) => page.setProps({ modelValue } as never) }, global: { plugins: [i18n] } });
    const box = page.find("input").element as HTMLInputElement;
    for (const letter of typed) await page.find("input").setValue(box.value + letter);
    expect(box.value).toBe(typed);
    expect(page.props("modelValue" as never)).toBe(sent);
    // Another value from outside, as by "start anew", is shown as it is.
    await page.setProps({ modelValue: undefined } as never);
    expect(box.value).toBe("");
    page.unmount();
  });
}
