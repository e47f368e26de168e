// SPDX-License-Identifier: Apache-2.0
// The server was upgraded while the page was open: parts that were not fetched yet are gone, and what is pressed shows
// nothing. The page then says so, or, where nobody can sign in again, begins anew.
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

export function tellWhenReplaced(session: ReturnType<typeof useSession>, toasts: ReturnType<typeof useToasts>, reload = () => location.reload()): void {
  let told = 0;
  window.addEventListener("vite:preloadError", async () => {
    if (!(await replaced())) return;
    if (session.ended) return reload();
    if (toasts.all.some(({ id }) => id === told)) return;
    const { t } = i18n.global;
    told = toasts.show("warn", t("replaced.title"), { detail: t("replaced.text"), action: { label: t("replaced.reload"), run: reload }, stay: 86_400_000 });
  });
}
