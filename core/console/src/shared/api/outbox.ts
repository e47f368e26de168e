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
  /** Why it was refused; then it waits for the person. */
  refused?: { code: string; detail: string };
}
type Settled = { resolve: (answer: Answer<unknown>) => void; reject: (failure: unknown) => void };

const name = "docket.outbox";
const most = 200;

function read(): Waiting[] {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "[]") as Waiting[];
  } catch {
    return [];
  }
}

export const useOutbox = defineStore("outbox", () => {
  const all = ref<Waiting[]>(read());
  const owner = ref(0);
  const reached = ref(true);
  const promises = new Map<string, Settled>();
  let running = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = 1_000;

  const mine = computed(() => all.value.filter((one) => one.owner === owner.value));
  const pending = computed(() => mine.value.filter((one) => !one.refused));
  const refused = computed(() => mine.value.filter((one) => one.refused));

  function keep(): void {
    try {
      localStorage.setItem(name, JSON.stringify(all.value));
    } catch {
      // Full or forbidden: it still waits in this page.
    }
  }
  function drop(id: string): void {
    all.value = all.value.filter((one) => one.id !== id);
    keep();
  }

  /** Sends now if it can, later if it must; settles when the server has answered. */
  function put<T>(label: string, verb: Verb, path: string, asked: Waiting["asked"] = {}): Promise<Answer<T>> {
    if (pending.value.length >= most) return Promise.reject(new ApiError(0, { code: "overloaded" }));
    const one: Waiting = { id: randomId(), label, verb, path, asked: { ...asked, key: asked.key ?? randomId() }, owner: owner.value, at: Date.now() };
    all.value = [...all.value, one];
    keep();
    const answer = new Promise<Answer<unknown>>((resolve, reject) => promises.set(one.id, { resolve, reject }));
    void flush();
    return answer as Promise<Answer<T>>;
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    if (running) return;
    running = true;
    try {
      for (let one = pending.value[0]; one; one = pending.value[0]) {
        const current = one;
        try {
          const answer = await send(current.verb, current.path, current.asked);
          wait = 1_000;
          drop(current.id);
          promises.get(current.id)?.resolve(answer);
        } catch (failure) {
          if (failure instanceof ApiError && (failure.passing || failure.status === 401)) {
            if (failure.status !== 401) {
              timer = setTimeout(() => void flush(), failure.retryAfter ? failure.retryAfter * 1000 : wait * (0.5 + Math.random()));
              wait = Math.min(wait * 2, 30_000);
            }
            return;
          }
          const waiting = promises.get(current.id);
          if (waiting) {
            // The page that asked is still here and shows it.
            drop(current.id);
            waiting.reject(failure);
          } else {
            const problem = failure instanceof ApiError ? failure : new ApiError(0, { code: "internal" });
            all.value = all.value.map((other) => (other.id === current.id ? { ...other, refused: { code: problem.code, detail: problem.detail } } : other));
            keep();
          }
        }
        promises.delete(current.id);
      }
    } finally {
      running = false;
    }
  }

  function begin(user: number): void {
    owner.value = user;
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
  return { all, pending, refused, reached, put, flush, begin, drop, sawServer };
});
