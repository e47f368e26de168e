// SPDX-License-Identifier: Apache-2.0
// A part of the pages that was not fetched before cannot be had: the server is away, or was upgraded meanwhile and has other
// pages. What is pressed shows nothing then, so the page says why. A browser does not fetch again what failed once, or shows it
// without its style: once the server is back, the next screen begins anew, and so does the page where nobody can sign in.
import { i18n } from "@/shared/i18n";
import type { useSession } from "@/shared/stores/session";
import type { useToasts } from "@/shared/stores/toasts";

/** Whether the server answers, and with the pages that are open here. */
export async function pagesThere(): Promise<"away" | "same" | "other"> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute("src");
  try {
    const answer = await fetch("/", { cache: "no-store", headers: { Accept: "text/html" } });
    if (!answer.ok) return "away";
    return own && !(await answer.text()).includes(own) ? "other" : "same";
  } catch {
    return "away";
  }
}

export function watchParts(session: ReturnType<typeof useSession>, toasts: ReturnType<typeof useToasts>, reload = () => location.reload()) {
  let missed = false;
  let toldBack = false;
  function tell(what: "away" | "same" | "other" | "back"): void {
    const { t } = i18n.global;
    const text = t(`parts.${what}`);
    if (toasts.all.some((toast) => toast.text === text)) return;
    const detail = t(what === "away" ? "parts.away_text" : what === "other" ? "parts.other_text" : "parts.kept");
    toasts.show("warn", text, what === "away" ? { detail } : { detail, action: { label: t("parts.reload"), run: reload }, stay: 86_400_000 });
  }
  window.addEventListener("vite:preloadError", async () => {
    missed = true;
    const there = await pagesThere();
    if (there === "other" && session.ended) return reload();
    toldBack ||= there !== "away";
    tell(there);
  });
  return {
    /** Whether the next screen must be opened by loading the page. */
    isStale: async () => missed && (await pagesThere()) !== "away",
    serverAnswered(): void {
      if (!missed || toldBack) return;
      toldBack = true;
      tell("back");
    },
  };
}
