// SPDX-License-Identifier: Apache-2.0
// A press on a row of a list that is read anew before it is let go.
import { expect, test } from "vitest";
import { keepPress } from "@/console/tickets/press";

const at = (top: number) => ({ left: 0, right: 100, top, bottom: top + 40 }) as DOMRect;

test.each([
  ["stays", 0, 10, false], // the browser's own click opens it
  ["moves away under the pointer", 40, 10, true],
  ["moves, and is let go on its new place", 40, 50, false],
])("a row that %s", (_, to, y, opened) => {
  let place = at(0);
  const row = document.body.appendChild(document.createElement("div"));
  row.getBoundingClientRect = () => place;
  let opens = 0;
  keepPress(new MouseEvent("mousedown"), row, () => ++opens);
  place = at(to);
  dispatchEvent(new MouseEvent("mouseup", { clientX: 10, clientY: y }));
  dispatchEvent(new MouseEvent("mouseup", { clientX: 10, clientY: y }));
  expect(opens).toBe(opened ? 1 : 0);
  row.remove();
});
