// SPDX-License-Identifier: Apache-2.0
// The one tooltip: what an element says about itself, and the whole of a line that is cut off.
import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nextTick } from "vue";
import DTooltip from "@/shared/ui/DTooltip.vue";

let tooltip: VueWrapper;
beforeEach(() => {
  tooltip = mount(DTooltip, { attachTo: document.body });
});
afterEach(() => {
  tooltip.unmount();
  document.body.replaceChildren();
});

/** A line 100 wide, with a text as wide as said. */
function line(attributes: string, width: number): Element {
  document.body.insertAdjacentHTML("beforeend", `<p ${attributes}><a href="#">保修期外的维修，客户要求先报价</a></p>`);
  const element = document.body.lastElementChild as Element;
  Object.defineProperty(element, "clientWidth", { value: 100 });
  Object.defineProperty(element, "scrollWidth", { value: width });
  return element;
}
async function tipAt(element: Element): Promise<string> {
  element.querySelector("a")?.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 5));
  await nextTick();
  return (tooltip.element as HTMLElement).style.display === "none" ? "" : (tooltip.element.textContent ?? "");
}

test("a line that is cut off is told whole, with what it says about itself", async () => {
  expect(await tipAt(line('class="clip"', 300))).toBe("保修期外的维修，客户要求先报价");
  expect(await tipAt(line('class="clip" data-tip="双击修改"', 300))).toBe("保修期外的维修，客户要求先报价\n双击修改");
});

test("a line that has room is not told again", async () => {
  expect(await tipAt(line('class="clip"', 100))).toBe("");
  expect(await tipAt(line('class="clip" data-tip="双击修改"', 100))).toBe("双击修改");
});
