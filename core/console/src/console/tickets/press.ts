// SPDX-License-Identifier: Apache-2.0
// A press takes the focus from where one was, which may say what was typed there and read the list anew: the row goes, or
// another one stands in its place, before it is let go, and the browser makes no click of that. It still means the ticket
// that was under the pointer.

/** From the `mousedown` on a link on: `open` is called where it is let go on its place, and the row is not there any more. */
export function keepPress(event: MouseEvent, row: Element, open: () => void): void {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const there = ({ left, right, top, bottom }: DOMRect, { clientX: x, clientY: y }: MouseEvent) => x >= left && x <= right && y >= top && y <= bottom;
  const place = row.getBoundingClientRect();
  const over = () => {
    removeEventListener("mouseup", up, true);
    removeEventListener("mousedown", over, true);
    removeEventListener("dragend", over, true);
  };
  const up = (end: MouseEvent) => {
    over();
    if (there(place, end) && !(row.isConnected && there(row.getBoundingClientRect(), end))) open();
  };
  addEventListener("mouseup", up, true);
  // Let go where no page sees it: the next press is another one.
  addEventListener("mousedown", over, true);
  addEventListener("dragend", over, true);
}
