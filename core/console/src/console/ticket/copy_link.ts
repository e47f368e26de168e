// SPDX-License-Identifier: Apache-2.0
// A link that somebody asked for is in the clipboard, or stands where it can be copied by hand.
import { i18n } from "@/shared/i18n";
import { useToasts } from "@/shared/stores/toasts";
import { copyText } from "@/shared/text/clipboard";

/** Says that it is in the clipboard; where the browser gives none, the link itself is shown. */
export async function copyLink(link: string, said = i18n.global.t("common.copied")): Promise<void> {
  if (await copyText(link)) useToasts().show("ok", said);
  else useToasts().show("info", i18n.global.t("ticket.copy_by_hand"), { detail: link, stay: 60_000 });
}
