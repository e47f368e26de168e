// SPDX-License-Identifier: Apache-2.0
// A press takes the focus from where one was, which may say what was typed there and read the list anew: the row goes
// before it is let go, and the browser makes no click of that. It still means the ticket that was under the pointer.

/** From the `mousedown` on a link on: `open` is called where it is let go on its place, and the link is gone by then. */
export function keepPress(event: MouseEvent, row: Element, open: () => void): void {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const { left, right, top, bottom } = row.getBoundingClientRect();
  const over = () => {
    removeEventListener("mouseup", up, true);
    removeEventListener("mousedown", over, true);
    removeEventListener("dragend", over, true);
  };
  const up = ({ clientX: x, clientY: y }: MouseEvent) => {
    over();
    if (!row.isConnected && x >= left && x <= right && y >= top && y <= bottom) open();
  };
  addEventListener("mouseup", up, true);
  // Let go where no page sees it: the next press is another one.
  addEventListener("mousedown", over, true);
  addEventListener("dragend", over, true);
}
