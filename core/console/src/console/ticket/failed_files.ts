// SPDX-License-Identifier: Apache-2.0
import { i18n } from "@/shared/i18n";
import { confirm } from "@/shared/ui/confirm";

/** Whether it goes without the files that could not be uploaded: only where somebody says so. */
export async function withoutFailed(drop: { failed: number; giveUpFailed: () => void }, yes: string): Promise<boolean> {
  const { t } = i18n.global;
  if (!(await confirm({ title: t("composer.failed_files", { count: drop.failed }), text: t("composer.failed_files_text"), yes }))) return false;
  drop.giveUpFailed();
  return true;
}
