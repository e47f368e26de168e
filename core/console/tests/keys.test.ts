// SPDX-License-Identifier: Apache-2.0
// Which keys a page may take for itself, and from whom.
import { mount } from "@vue/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { defineComponent, h } from "vue";
import { freeEnter, type Shortcut, useShortcuts } from "@/shared/ui/keys";

let page: ReturnType<typeof mount> | undefined;
function listening(list: Shortcut[]): void {
  page = mount(defineComponent({ setup: () => (useShortcuts(() => list), () => h("div")) }));
}
function on(markup: string): Element {
  const place = document.createElement("div");
  place.append(document.createRange().createContextualFragment(markup));
  document.body.append(place);
  return place.querySelector("[data-it]") as Element;
}
function press(target: Element, code: string, more: KeyboardEventInit = {}): boolean {
  return target.dispatchEvent(new KeyboardEvent("keydown", { code, key: code, bubbles: true, cancelable: true, ...more }));
}
afterEach(() => {
  page?.unmount();
  document.body.replaceChildren();
});

test("Enter and the space bar belong to the button or link that has the focus", () => {
  const run = vi.fn();
  listening([{ keys: "Enter", run }, { keys: "Space", run }]);
  for (const markup of ['<button data-it>a</button>', '<button><span data-it>a</span></button>', '<a href="/x" data-it>a</a>', '<details><summary data-it>a</summary></details>', '<div role="button" tabindex="0" data-it></div>', '<div role="tab" data-it></div>'])
    for (const code of ["Enter", "Space"]) expect(press(on(markup), code), `${code} on ${markup}`).toBe(true);
  expect(press(on('<input type="checkbox" data-it>'), "Space")).toBe(true);
  expect(run).not.toHaveBeenCalled();
  expect(press(on("<p data-it>a</p>"), "Enter")).toBe(false);
  expect(press(on('<input type="checkbox" data-it>'), "Enter")).toBe(false);
  expect(run).toHaveBeenCalledTimes(2);
});

test("other keys work there all the same", () => {
  const run = vi.fn();
  listening([{ keys: "KeyJ", run }]);
  press(on("<button data-it>a</button>"), "KeyJ");
  expect(run).toHaveBeenCalledOnce();
});

test("what lies behind a dialog stays still, though it works while one types", () => {
  const send = vi.fn();
  const palette = vi.fn();
  listening([{ keys: "Mod+Enter", always: true, run: send }, { keys: "Mod+KeyK", always: true, anywhere: true, run: palette }]);
  press(on("<textarea data-it></textarea>"), "Enter", { ctrlKey: true });
  expect(send).toHaveBeenCalledOnce();
  const inside = on('<div role="dialog"><input data-it></div>');
  press(inside, "Enter", { ctrlKey: true });
  press(inside, "KeyK", { ctrlKey: true });
  expect(send).toHaveBeenCalledOnce();
  expect(palette).toHaveBeenCalledOnce();
});

test("a link that was clicked on gives Enter back when the keyboard goes on, a region that scrolls keeps the focus", () => {
  const link = on('<a href="/x" data-it>a</a>') as HTMLElement;
  link.focus();
  freeEnter();
  expect(document.activeElement).not.toBe(link);
  const region = on('<div tabindex="0" data-it></div>') as HTMLElement;
  region.focus();
  freeEnter();
  expect(document.activeElement).toBe(region);
});

test("a key that is held acts once; from place to place it leads on", () => {
  const act = vi.fn();
  const lead = vi.fn();
  listening([{ keys: "KeyE", run: act }, { keys: "KeyJ", repeats: true, run: lead }]);
  for (const code of ["KeyE", "KeyJ"])
    for (const repeat of [false, true, true]) expect(press(document.body, code, { repeat }), code).toBe(false);
  expect(act).toHaveBeenCalledOnce();
  expect(lead).toHaveBeenCalledTimes(3);
});
