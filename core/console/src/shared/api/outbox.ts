// SPDX-License-Identifier: Apache-2.0
// Changes on their way to the server. Each has its Idempotency-Key from the start, so that after a break it may be sent
// again without being done twice. Waiting ones outlive the page; what is refused is handed back with what was typed.
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { type Answer, ApiError, type Asked, send, type Verb } from "./client";
import { randomId } from "./id";

export interface Waiting {
  id: string;
  /** In words, for the banner. */
  label: string;
  verb: Verb;
  path: string;
  asked: Pick<Asked, "path" | "query" | "body" | "ifMatch" | "key">;
  /** Whose it is; another person on this browser does not send it. */
  owner: number;
  at: number;
  /** What was typed, as the page needs it to show it meanwhile and to give it back. */
  typed?: unknown;
  /** Why it was refused; then it waits for the person. */
  refused?: { code: string; detail: string };
}
type Settled = { resolve: (answer: Answer<unknown>) => void; reject: (failure: unknown) => void };

const prefix = "docket.outbox.";
const before = "docket.outbox"; // where one list was kept that two tabs overwrote for each other
const most = 200;
// The server remembers a key for a day at least; later it would take a repetition for something new.
const oldest = 20 * 3_600_000;

/** One entry an item: a tab writes only what it changes itself. */
function write(one: Waiting): void {
  try {
    localStorage.setItem(prefix + one.id, JSON.stringify(one));
  } catch {
    // Full or forbidden: it still waits in this page.
  }
}
function isKept(id: string): boolean {
  try {
    return localStorage.getItem(prefix + id) !== null;
  } catch {
    return true;
  }
}
/** Nothing for what is damaged: it hides no other. */
function parsed<T = Waiting>(text: string | null): T | undefined {
  try {
    return JSON.parse(text ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}
function read(): Waiting[] {
  const found: Waiting[] = [];
  try {
    const list = parsed<Waiting[]>(localStorage.getItem(before)) ?? [];
    localStorage.removeItem(before);
    list.forEach(write);
    for (let i = 0; i < localStorage.length; ++i) {
      const name = localStorage.key(i);
      const one = name?.startsWith(prefix) ? parsed(localStorage.getItem(name)) : undefined;
      if (one) found.push(one);
    }
  } catch {
    // Forbidden: what is put waits in this page.
  }
  return found.sort((a, b) => a.at - b.at);
}
/** One tab sends at a time where the browser can tell; else both may, with the same key. */
async function alone(work: () => Promise<void>): Promise<void> {
  const locks = navigator.locks as LockManager | null | undefined; // not on plain http
  if (locks) await locks.request(before, work);
  else await work();
}

export const useOutbox = defineStore("outbox", () => {
  const all = ref<Waiting[]>(read());
  const owner = ref(0);
  const reached = ref(true);
  const stuck = ref(false); // the server, or what stands before it, said to come again
  const delayed = computed(() => stuck.value || !reached.value);
  const promises = new Map<string, Settled>();
  let running = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = 1_000;
  let settled: (one: Waiting, failure?: unknown) => void = () => undefined;

  const mine = computed(() => all.value.filter((one) => one.owner === owner.value));
  const pending = computed(() => mine.value.filter((one) => !one.refused));
  const refused = computed(() => mine.value.filter((one) => one.refused));

  function drop(id: string): void {
    all.value = all.value.filter((one) => one.id !== id);
    try {
      localStorage.removeItem(prefix + id);
    } catch {
      // It was not kept.
    }
  }
  function refuse(one: Waiting, refused: Waiting["refused"]): void {
    const changed = { ...one, refused };
    all.value = all.value.map((other) => (other.id === one.id ? changed : other));
    write(changed);
  }
  // What another tab put, sent or dropped. What this page waits for stays until it has its answer.
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key !== null && !key.startsWith(prefix)) return;
    const answered = newValue === null ? pending.value.find(({ id }) => prefix + id === key) : undefined;
    const own = all.value.filter(({ id }) => promises.has(id));
    all.value = [...read().filter(({ id }) => !promises.has(id)), ...own].sort((a, b) => a.at - b.at);
    if (!answered) return;
    stuck.value = false; // the server takes things again
    if (promises.has(answered.id)) void flush();
  });

  /** Sends now if it can, later if it must; settles when the server has answered. */
  function put<T>(label: string, verb: Verb, path: string, asked: Waiting["asked"] = {}, typed?: unknown): Promise<Answer<T>> {
    const one: Waiting = { id: randomId(), label, verb, path, asked: { ...asked, key: asked.key ?? randomId() }, owner: owner.value, at: Math.max(Date.now(), (all.value.at(-1)?.at ?? 0) + 1), typed };
    if (pending.value.length >= most) {
      const full = new ApiError(0, { code: "overloaded" });
      settled(one, full);
      return Promise.reject(full);
    }
    all.value = [...all.value, one];
    write(one);
    const answer = new Promise<Answer<unknown>>((resolve, reject) => promises.set(one.id, { resolve, reject }));
    void flush();
    return answer as Promise<Answer<T>>;
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    if (running) return;
    running = true;
    await alone(sendAll);
  }
  async function sendAll(): Promise<void> {
    try {
      for (let one = pending.value[0]; one; one = pending.value[0]) {
        const waiting = promises.get(one.id);
        if (!waiting && !isKept(one.id)) {
          // Another tab was faster. Had this page asked, the same key would bring it the same answer.
          drop(one.id);
          continue;
        }
        try {
          if (Date.now() - one.at > oldest) throw new ApiError(0, { code: "too_old" });
          const answer = await send(one.verb, one.path, one.asked);
          wait = 1_000;
          stuck.value = false;
          drop(one.id);
          settled(one);
          waiting?.resolve(answer);
        } catch (failure) {
          if (failure instanceof ApiError && (failure.passing || failure.status === 401)) {
            if (failure.status !== 401) {
              stuck.value = true;
              timer = setTimeout(() => void flush(), failure.retryAfter ? failure.retryAfter * 1000 : wait * (0.5 + Math.random()));
              wait = Math.min(wait * 2, 30_000);
            }
            return;
          }
          stuck.value = false;
          settled(one, failure);
          if (waiting) {
            // The page that asked is still here and shows it.
            drop(one.id);
            waiting.reject(failure);
          } else {
            const problem = failure instanceof ApiError ? failure : new ApiError(0, { code: "internal" });
            refuse(one, { code: problem.code, detail: problem.detail });
          }
        }
        promises.delete(one.id);
      }
      stuck.value = false; // nothing waits
    } finally {
      running = false; // in the same moment as the last look: what is put next is sent next
    }
  }

  /** `done` is told of each answer, also when the page that asked is gone. */
  function begin(user: number, done: typeof settled = () => undefined): void {
    owner.value = user;
    settled = done;
    void flush();
  }
  /** The server answered something: what waits is sent. */
  function sawServer(yes: boolean): void {
    const back = yes && !reached.value;
    reached.value = yes;
    if (back && !running) {
      wait = 1_000;
      void flush();
    }
  }
  return { all, pending, refused, reached, delayed, put, flush, begin, drop, sawServer };
});
