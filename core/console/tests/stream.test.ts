// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveStream, type TicketEvent } from "../src/shared/live/stream";

class Socket {
  static all: Socket[] = [];
  sent: string[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;
  constructor() {
    Socket.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {}
  says(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}
beforeEach(() => {
  Socket.all = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test("a break is resumed from the last event, and what cannot be told is read anew", async () => {
  const stream = new LiveStream(() => new Socket() as unknown as WebSocket);
  const events: TicketEvent[] = [];
  let resyncs = 0;
  stream.listen({ events: (batch) => events.push(...batch), resync: () => resyncs++ });
  stream.start();
  const first = Socket.all[0] as Socket;
  first.onopen?.();
  expect(first.sent).toEqual(["{}"]);
  first.says({ seq: 40, resync: false });
  first.says({ seq: 41, ticket: 7, kind: "message_added", version: 3, at: "" });
  first.says({ seq: 42, ticket: 7, kind: "assigned", version: 4, at: "" });
  await vi.advanceTimersByTimeAsync(150);
  expect(events.map(({ seq }) => seq)).toEqual([41, 42]);
  first.onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(2_000);
  const second = Socket.all[1] as Socket;
  second.onopen?.();
  expect(second.sent).toEqual(['{"last_seq":42}']);
  second.says({ seq: 9_000, resync: true });
  expect(resyncs).toBe(1);
  stream.stop();
});

test("signed in again after the session ended: resumed where it was; another person begins anew", () => {
  const stream = new LiveStream(() => new Socket() as unknown as WebSocket);
  let resyncs = 0;
  stream.listen({ resync: () => resyncs++ });
  stream.start();
  Socket.all[0]?.says({ seq: 40, resync: false });
  stream.pause();
  stream.start();
  const again = Socket.all[1] as Socket;
  again.onopen?.();
  expect(again.sent).toEqual(['{"last_seq":40}']);
  again.says({ seq: 90, resync: true });
  expect(resyncs).toBe(1);
  stream.stop();
  stream.start();
  const other = Socket.all[2] as Socket;
  other.onopen?.();
  expect(other.sent).toEqual(["{}"]);
  stream.stop();
});

test("the wait grows with each failure", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const stream = new LiveStream(() => new Socket() as unknown as WebSocket);
  stream.start();
  for (const wait of [1_000, 2_000, 4_000]) {
    const count = Socket.all.length;
    Socket.all.at(-1)?.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(wait - 10);
    expect(Socket.all.length).toBe(count);
    await vi.advanceTimersByTimeAsync(20);
    expect(Socket.all.length).toBe(count + 1);
  }
  stream.stop();
});

test("a socket that may have died without a word is left for a new one: back in the tab after a while, or online again", async () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(false);
  const closed = vi.spyOn(Socket.prototype, "close");
  const turn = (away: boolean) => {
    hidden.mockReturnValue(away);
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const stream = new LiveStream(() => new Socket() as unknown as WebSocket);
  const events: TicketEvent[] = [];
  const states: boolean[] = [];
  stream.listen({ events: (batch) => events.push(...batch), state: (open) => states.push(open) });
  stream.start();
  const first = Socket.all[0] as Socket;
  first.says({ seq: 40, resync: false });

  // A look at another tab is no reason.
  turn(true);
  await vi.advanceTimersByTimeAsync(30_000);
  turn(false);
  expect(Socket.all).toHaveLength(1);

  turn(true);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(Socket.all).toHaveLength(1);
  turn(false);
  expect(closed).toHaveBeenCalledTimes(1);
  const second = Socket.all[1] as Socket;
  second.onopen?.();
  expect(second.sent).toEqual(['{"last_seq":40}']);
  // The one that was left neither speaks nor takes the new one down.
  first.says({ seq: 41, ticket: 7, kind: "assigned", version: 3, at: "" });
  first.onclose?.({ code: 1006 });
  second.says({ seq: 40, resync: false });
  second.says({ seq: 41, ticket: 7, kind: "assigned", version: 3, at: "" });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(events.map(({ seq }) => seq)).toEqual([41]);
  expect(Socket.all).toHaveLength(2);
  // Those who read what the stream does not repeat are told that it opened anew.
  expect(states).toEqual([false, true, false, true]);

  window.dispatchEvent(new Event("online"));
  expect(Socket.all).toHaveLength(3);
  // While it is still being opened, another sign of life does not begin again.
  window.dispatchEvent(new Event("online"));
  turn(false);
  expect(Socket.all).toHaveLength(3);
  stream.stop();
  window.dispatchEvent(new Event("online"));
  expect(Socket.all).toHaveLength(3);
  vi.restoreAllMocks();
});

test("a machine that slept with the page in sight asks anew, once, and one that was only busy does not", async () => {
  const stream = new LiveStream(() => new Socket() as unknown as WebSocket);
  stream.start();
  Socket.all[0]?.says({ seq: 40, resync: false });
  await vi.advanceTimersByTimeAsync(120_000);
  vi.setSystemTime(Date.now() + 30_000); // no beat came in this time
  await vi.advanceTimersByTimeAsync(10_000);
  expect(Socket.all).toHaveLength(1);
  vi.setSystemTime(Date.now() + 600_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(Socket.all).toHaveLength(2);
  Socket.all[1]?.onopen?.();
  expect(Socket.all[1]?.sent).toEqual(['{"last_seq":40}']);
  Socket.all[1]?.says({ seq: 40, resync: false });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(Socket.all).toHaveLength(2);
  stream.stop();
  vi.setSystemTime(Date.now() + 600_000);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(Socket.all).toHaveLength(2);
});
