// SPDX-License-Identifier: Apache-2.0
// A file that is removed while it is on its way is attached nowhere, whether or not its upload can be stopped.
import { flushPromises, mount } from "@vue/test-utils";
import { expect, test } from "vitest";
import { i18n } from "@/shared/i18n";
import DFileDrop, { type Uploaded } from "@/shared/ui/DFileDrop.vue";

test("what is removed while it is sent does not come back; what follows is sent", async () => {
  const sent: { name: string; signal: AbortSignal; end: (made: Uploaded) => void }[] = [];
  const upload = ({ name }: File, signal: AbortSignal) => new Promise<Uploaded>((end) => sent.push({ name, signal, end }));
  const page = mount(DFileDrop, { props: { upload }, global: { plugins: [i18n] } });
  const picker = page.find("input").element as HTMLInputElement;
  Object.defineProperty(picker, "files", { value: [new File(["a"], "a.txt"), new File(["b"], "b.txt")] });
  Object.defineProperty(picker, "value", { set: () => undefined });
  await page.find("input").trigger("change");
  expect(sent.map(({ name }) => name)).toEqual(["a.txt"]);
  await page.find(".file .act").trigger("click");
  expect(sent[0]?.signal.aborted).toBe(true);
  sent[0]?.end({ id: 1, name: "a.txt", size: 1 });
  await flushPromises();
  expect(page.emitted("update:modelValue")).toBeUndefined();
  expect(sent.map(({ name }) => name)).toEqual(["a.txt", "b.txt"]);
  sent[1]?.end({ id: 2, name: "b.txt", size: 1 });
  await flushPromises();
  expect(page.emitted("update:modelValue")).toEqual([[[{ id: 2, name: "b.txt", size: 1 }]]]);
  page.unmount();
});
