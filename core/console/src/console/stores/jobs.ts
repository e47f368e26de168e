// SPDX-License-Identifier: Apache-2.0
// Jobs that were begun here: how far they are, what came of each ticket, and putting it back. What is shown outlives a
// reload of the page for as long as somebody may still look for its undo.
import { defineStore } from "pinia";
import { ref } from "vue";
import { calm } from "@/shared/api/calm";
import { ApiError, get, has, post, type Schemas, send } from "@/shared/api/client";
import { i18n } from "@/shared/i18n";
import { serverNow } from "@/shared/live/clock";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";

export interface Followed {
  job: Schemas["Job"] & { id: number };
  label: string;
  undone?: boolean;
}
interface Kept {
  id: number;
  label: string;
  undone?: boolean;
}
export const canUndo = has("POST /jobs/{job_id}/undo");
/** Whether the server would put back what a job did. */
export const undoable = (job: Schemas["Job"]) => canUndo && job.state !== "running" && job.done > 0 && ["bulk", "undo"].includes(job.kind);
/** Whether asking for the same thing again can not help. */
export const gone = (failure: unknown) => failure instanceof ApiError && (failure.status === 403 || failure.status === 404);
const most = 5;
const shortest = 500;
const longest = 30_000;
const keptFor = 3_600_000;

export const useJobs = defineStore("jobs", () => {
  const all = ref<Followed[]>([]);
  const toasts = useToasts();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = shortest;

  // ---- of this tab and this person ----
  const name = `docket.jobs.${useSession().me?.user.id ?? 0}`;
  function read(): Kept[] {
    try {
      return (JSON.parse(sessionStorage.getItem(name) ?? "[]") as Kept[]).slice(0, most);
    } catch {
      return [];
    }
  }
  let before = read(); // shown before the page was loaded, not read yet
  function keep(): void {
    try {
      sessionStorage.setItem(name, JSON.stringify([...all.value.map(({ job, label, undone }) => ({ id: job.id, label, undone })), ...before]));
    } catch {
      // Without storage they are gone with the page.
    }
  }
  async function restore(): Promise<void> {
    await calm();
    const missed: Kept[] = []; // for the next time
    const found = await Promise.all(
      before.map(async (one): Promise<Followed | undefined> => {
        try {
          const { data } = await get("/jobs/{job_id}", { path: { job_id: one.id } });
          if (!data.ended_at || serverNow() - Date.parse(data.ended_at) < keptFor) return { job: data as Followed["job"], label: one.label, undone: one.undone };
        } catch (failure) {
          if (!gone(failure)) missed.push(one);
        }
        return undefined;
      }),
    );
    before = missed;
    set([...all.value, ...found.filter((one) => one !== undefined)]);
    again();
  }
  function set(now: Followed[]): void {
    all.value = now.slice(0, most);
    keep();
  }

  function replace(job: Schemas["Job"]): void {
    all.value = all.value.map((one) => (one.job.id === job.id ? { ...one, job: job as Followed["job"] } : one));
  }
  async function look(): Promise<void> {
    timer = undefined;
    const answered = await Promise.all(
      all.value
        .filter(({ job }) => job.state === "running")
        .map(async ({ job, label }) => {
          try {
            replace((await get("/jobs/{job_id}", { path: { job_id: job.id } })).data);
          } catch (failure) {
            if (!gone(failure)) return false;
            close(job.id);
            toasts.show("warn", i18n.global.t("bulk.lost", { what: label }));
          }
          return true;
        }),
    );
    wait = answered.includes(true) ? shortest : Math.min(wait * 2, longest);
    again();
  }
  function again(): void {
    if (!timer && all.value.some(({ job }) => job.state === "running")) timer = setTimeout(() => void look(), wait);
  }
  function follow(job: Schemas["Job"], label: string): void {
    set([{ job: job as Followed["job"], label }, ...all.value]);
    // It was begun this moment, so the server is there.
    clearTimeout(timer);
    timer = undefined;
    wait = shortest;
    again();
  }
  async function cancel(id: number): Promise<void> {
    replace((await post("/jobs/{job_id}/cancel", { path: { job_id: id } })).data);
  }
  async function undo(id: number, label: string): Promise<void> {
    const { data } = await send<Schemas["Job"]>("post", "/jobs/{job_id}/undo", { path: { job_id: id } });
    set(all.value.map((one) => (one.job.id === id ? { ...one, undone: true } : one)));
    if (data?.id) follow(data, label);
  }
  function close(id: number): void {
    set(all.value.filter(({ job }) => job.id !== id));
  }
  if (before.length) void restore();
  return { all, follow, cancel, undo, close };
});
