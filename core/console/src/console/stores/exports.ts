// SPDX-License-Identifier: Apache-2.0
// A list as a file: a job makes it, and this page fetches it when it is there.
import { defineStore } from "pinia";
import { useI18n } from "vue-i18n";
import { get, has, type Schemas, send, urlOf } from "@/shared/api/client";
import { explain } from "@/shared/api/explain";
import { useToasts } from "@/shared/stores/toasts";
import { gone } from "./jobs";

export interface Wish {
  what: "tickets" | "customers" | "deliveries" | "audit";
  format: "xlsx" | "csv";
  filter?: unknown;
  view?: string;
  language?: string;
}

export const useExports = defineStore("exports", () => {
  const { t, locale } = useI18n({ useScope: "global" });
  const toasts = useToasts();
  const there = has("POST /exports");

  function fetchFile(id: number): void {
    const link = document.createElement("a");
    link.href = urlOf("/exports/{id}/file", { path: { id } });
    link.download = "";
    document.body.append(link);
    link.click();
    link.remove();
  }
  async function start(wish: Wish): Promise<void> {
    try {
      const { data } = await send<Schemas["Job"]>("post", "/exports", { body: { language: locale.value === "en" ? "en" : "zh", ...wish } });
      const id = data.id as number;
      toasts.show("info", t("export.begun"));
      let wait = 0;
      for (let job = data; ; ) {
        if (job.state === "done") return fetchFile(id);
        if (job.state !== "running") return void toasts.show("danger", t("export.failed"), { detail: job.error });
        await new Promise((resolve) => setTimeout(resolve, wait));
        try {
          job = (await get("/jobs/{job_id}", { path: { job_id: id } })).data;
          wait = wait ? 1_000 : 300;
        } catch (failure) {
          // The job goes on without us, so its file is worth waiting for.
          if (gone(failure)) throw failure;
          wait = Math.min(wait * 2 || 1_000, 30_000);
        }
      }
    } catch (failure) {
      const { text, detail } = explain(failure);
      toasts.show("danger", text, { detail });
    }
  }
  return { there, start };
});
