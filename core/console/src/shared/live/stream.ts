// SPDX-License-Identifier: Apache-2.0
// The live stream: what happens to tickets that one may see, in one order, resumed where it was left after a break.
import { observers, urlOf } from "../api/client";

/** One event of one visible ticket. */
export interface TicketEvent {
  seq: number;
  ticket: number;
  kind: string;
  version: number;
  at: string;
}
/** What has no place in the order: `type` says what it is, e.g. "notice" or "presence". */
export interface Signal {
  type: string;
  [member: string]: unknown;
}
type Listener = {
  events?: (events: TicketEvent[]) => void;
  signal?: (signal: Signal) => void;
  /** What is shown must be read anew. */
  resync?: () => void;
  state?: (open: boolean) => void;
};

const shortest = 1_000;
const longest = 30_000;
const signedOut = 4401;
/** How long a page may be out of sight, or its machine asleep, until its socket is not trusted any more. */
const trusted = 60_000;
const beat = 10_000;

/** One a page. Events are handed on in batches, at most ten times a second. */
export class LiveStream {
  private socket: WebSocket | undefined;
  private lastSeq: number | undefined;
  private wait = shortest;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private batch: TicketEvent[] = [];
  private flushing: ReturnType<typeof setTimeout> | undefined;
  private listeners = new Set<Listener>();
  private wanted = false;
  private isOpen = false;
  private hiddenSince = Infinity;
  private beatAt = 0;
  private beats: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly make: (url: string) => WebSocket = (url) => new WebSocket(url)) {}

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    listener.state?.(this.isOpen);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.connect();
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.beatAt = Date.now();
    this.beats = setInterval(this.felt, beat);
  }

  /** Until the same person has signed in again: the place in the order is kept, so that nothing in between is missed. */
  pause(): void {
    this.wanted = false;
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    clearTimeout(this.timer);
    clearInterval(this.beats);
    this.leave();
  }

  /** For good: who comes next begins anew. */
  stop(): void {
    this.pause();
    this.lastSeq = undefined;
  }

  private readonly hurry = ({ type }: Event) => {
    if (!this.wanted) return;
    const online = type === "online";
    if (document.hidden && !online) {
      this.hiddenSince = Date.now();
      return;
    }
    const slept = !online && Date.now() - this.hiddenSince > trusted;
    if (!online) this.hiddenSince = Infinity;
    this.beatAt = Date.now();
    clearTimeout(this.timer);
    this.wait = shortest;
    // A socket that died without a word looks open for ever, since a page does not see the server's pings.
    if (this.socket && !slept && !(online && this.isOpen)) return;
    this.anew();
  };

  /** A machine that slept with the page in sight tells the page nothing; only its clock has gone on. */
  private readonly felt = () => {
    const slept = Date.now() - this.beatAt > trusted && !document.hidden;
    this.beatAt = Date.now();
    if (slept && this.isOpen) this.anew();
  };

  private anew(): void {
    this.leave();
    this.connect();
  }

  private leave(): void {
    const left = this.socket;
    this.socket = undefined;
    left?.close();
    this.state(false);
  }

  private connect(): void {
    const url = new URL(urlOf("/stream"), location.href);
    url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
    let socket: WebSocket;
    try {
      socket = this.make(url.href);
    } catch {
      this.again();
      return;
    }
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.lastSeq === undefined ? {} : { last_seq: this.lastSeq }));
    socket.onmessage = ({ data }) => this.socket === socket && this.take(JSON.parse(data as string) as Record<string, unknown>);
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.state(false);
      if (code === signedOut) observers.signedOut?.();
      else if (this.wanted) this.again();
    };
  }

  private again(): void {
    // Jitter, so that a whole desk does not come back in one moment.
    this.timer = setTimeout(() => this.connect(), this.wait * (0.5 + Math.random()));
    this.wait = Math.min(this.wait * 2, longest);
  }

  private take(message: Record<string, unknown>): void {
    if (typeof message.type === "string") {
      for (const listener of this.listeners) listener.signal?.(message as Signal);
    } else if (typeof message.resync === "boolean") {
      const first = this.lastSeq === undefined;
      this.lastSeq = message.seq as number;
      this.wait = shortest;
      this.state(true);
      if (message.resync && !first) for (const listener of this.listeners) listener.resync?.();
    } else if (typeof message.seq === "number") {
      this.lastSeq = message.seq;
      this.batch.push(message as unknown as TicketEvent);
      this.flushing ??= setTimeout(() => {
        const events = this.batch;
        this.batch = [];
        this.flushing = undefined;
        for (const listener of this.listeners) listener.events?.(events);
      }, 100);
    }
  }

  private state(open: boolean): void {
    if (this.isOpen === open) return;
    this.isOpen = open;
    for (const listener of this.listeners) listener.state?.(open);
  }
}

export const live = new LiveStream();
