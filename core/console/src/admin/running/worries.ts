// SPDX-License-Identifier: Apache-2.0
// What an admin should look at now. A question that fails says nothing: its own screen tells why.
import { has, send } from "@/shared/api/client";
import { serverNow } from "@/shared/live/clock";
import type { Right } from "@/shared/stores/session";
import type { Backup, SystemState as System } from "../parts/shapes";

export interface Worry {
  kind: string;
  level: "warn" | "danger";
  to: string | object;
  values: Record<string, string | number>;
}
export type { Backup, System };

const day = 86_400_000;
const gib = 1 << 30;

export function worriesOf(system: System | undefined, backups: readonly Backup[] | undefined, now: number): Worry[] {
  const found: Worry[] = [];
  if (system) {
    if (system.storage_full) found.push({ kind: "storage_full", level: "danger", to: "/admin/system", values: {} });
    else if (system.disk_free_bytes < Math.max(gib, system.database_bytes)) found.push({ kind: "disk_low", level: "warn", to: "/admin/system", values: { free: Math.round((system.disk_free_bytes / gib) * 10) / 10 } });
    if (system.certificate_expires_at) {
      const days = Math.floor((Date.parse(system.certificate_expires_at) - now) / day);
      if (days < 0) found.push({ kind: "certificate_expired", level: "danger", to: "/admin/system", values: {} });
      else if (days < 30) found.push({ kind: "certificate", level: "warn", to: "/admin/system", values: { days } });
    }
    if (system.commit_p99_us > 500_000) found.push({ kind: "slow_disk", level: "warn", to: "/admin/system", values: { ms: Math.round(system.commit_p99_us / 1000) } });
  }
  if (backups) {
    const last = backups[0];
    if (!last) found.push({ kind: "no_backup", level: "warn", to: "/admin/system", values: {} });
    else {
      const days = Math.floor((now - Date.parse(last.created_at)) / day);
      if (days >= 2) found.push({ kind: "old_backup", level: "warn", to: "/admin/system", values: { days } });
    }
  }
  return found;
}

async function tried<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

export async function findWorries(can: (right: Right) => boolean): Promise<Worry[]> {
  const manages = can("system_manage") && has("GET /system");
  const [system, backups, dead] = await Promise.all([
    manages ? tried(async () => (await send<System>("get", "/system")).data) : undefined,
    manages ? tried(async () => (await send<{ items: Backup[] }>("get", "/system/backups")).data.items) : undefined,
    can("delivery_read") ? tried(async () => (await send<{ items: unknown[]; next?: string }>("get", "/deliveries", { query: { state: "dead", limit: 50 } })).data) : undefined,
  ]);
  const found = worriesOf(system, backups, serverNow());
  if (dead?.items.length) found.push({ kind: "dead", level: "warn", to: { path: "/admin/deliveries", query: { state: "dead" } }, values: { count: dead.next ? "50+" : dead.items.length } });
  return found;
}
