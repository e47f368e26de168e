// SPDX-License-Identifier: Apache-2.0
// A part of the pages that was not fetched before cannot be had: the server is away, or was upgraded meanwhile and has other
// pages. What is pressed shows nothing then, so the page says why, or, where nobody can sign in again, begins anew.
import { i18n } from "@/shared/i18n";
import type { useSession } from "@/shared/stores/session";
import type { useToasts } from "@/shared/stores/toasts";

/** Whether the server has other pages than the open one; not where it does not answer. */
export async function replaced(): Promise<boolean> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute("src");
  if (!own) return false;
  try {
    const answer = await fetch("/", { cache: "no-store" });
    return answer.ok && !(await answer.text()).includes(own);
  } catch {
    return false;
  }
}

export function tellWhenMissing(session: ReturnType<typeof useSession>, toasts: ReturnType<typeof useToasts>, reload = () => location.reload()): void {
  window.addEventListener("vite:preloadError", async () => {
    const gone = await replaced();
    if (gone && session.ended) return reload();
    const { t } = i18n.global;
    const text = t(gone ? "replaced.title" : "replaced.away");
    if (toasts.all.some((toast) => toast.text === text)) return;
    if (gone) toasts.show("warn", text, { detail: t("replaced.text"), action: { label: t("replaced.reload"), run: reload }, stay: 86_400_000 });
    else toasts.show("warn", text, { detail: t("replaced.away_text") });
  });
}
