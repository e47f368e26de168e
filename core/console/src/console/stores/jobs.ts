// SPDX-License-Identifier: Apache-2.0
// Jobs that were begun here: how far they are, what came of each ticket, and putting it back.
import { defineStore } from "pinia";
import { ref } from "vue";
import { get, has, post, type Schemas, send } from "@/shared/api/client";

export interface Followed {
  job: Schemas["Job"] & { id: number };
  label: string;
  undone?: boolean;
}
export const canUndo = has("POST /jobs/{job_id}/undo");

export const useJobs = defineStore("jobs", () => {
  const all = ref<Followed[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function replace(job: Schemas["Job"]): void {
    all.value = all.value.map((one) => (one.job.id === job.id ? { ...one, job: job as Followed["job"] } : one));
  }
  async function look(): Promise<void> {
    timer = undefined;
    await Promise.all(
      all.value
        .filter(({ job }) => job.state === "running")
        .map(async ({ job }) => {
          const { data } = await get("/jobs/{job_id}", { path: { job_id: job.id } });
          replace(data);
        }),
    ).catch(() => undefined);
    again();
  }
  function again(): void {
    if (!timer && all.value.some(({ job }) => job.state === "running")) timer = setTimeout(() => void look(), 500);
  }
  function follow(job: Schemas["Job"], label: string): void {
    all.value = [{ job: job as Followed["job"], label }, ...all.value].slice(0, 5);
    again();
  }
  async function cancel(id: number): Promise<void> {
    replace((await post("/jobs/{job_id}/cancel", { path: { job_id: id } })).data);
  }
  async function undo(id: number, label: string): Promise<void> {
    const { data } = await send<Schemas["Job"]>("post", "/jobs/{job_id}/undo", { path: { job_id: id } });
    all.value = all.value.map((one) => (one.job.id === id ? { ...one, undone: true } : one));
    if (data?.id) follow(data, label);
  }
  function close(id: number): void {
    all.value = all.value.filter(({ job }) => job.id !== id);
  }
  return { all, follow, cancel, undo, close };
});
