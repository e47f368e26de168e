// SPDX-License-Identifier: Apache-2.0
// A menu is said to be one before it is set to work, which happens when it is pressed.
import { flushPromises, mount } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import { h } from "vue";
import DMenu from "@/shared/ui/DMenu.vue";
import { soon } from "./soon";

const menuOf = (run: () => void) => mount(DMenu, { props: { items: [{ label: "删除", run }] }, slots: { default: () => h("button", "更多") }, attachTo: document.body });
// The machinery is fetched first, which takes a slow machine seconds.
const opened = () => soon(() => expect(document.querySelector("[role=menu]")).not.toBeNull());

test("nothing of a menu is there until its button is pressed, but that it has one", async () => {
  const run = vi.fn();
  const page = menuOf(run);
  expect(page.find("button").attributes("aria-haspopup")).toBe("menu");
  await flushPromises();
  expect(page.find(".d-menu-before").exists()).toBe(true);
  await page.find("button").trigger("click");
  await opened();
  expect(page.find(".d-menu-before").exists()).toBe(false);
  document.querySelector<HTMLElement>("[role=menuitem]")?.click();
  expect(run).toHaveBeenCalledOnce();
  page.unmount();
});

test("the arrow down opens it as well", async () => {
  const page = menuOf(() => undefined);
  await page.find("button").trigger("keydown", { key: "ArrowDown" });
  await opened();
  page.unmount();
});
