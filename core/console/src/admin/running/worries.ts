// SPDX-License-Identifier: Apache-2.0
// What an admin should look at now. A question that fails is a worry of its own: silence must not look like peace.
import { send, type Schemas } from "@/shared/api/client";
import { readPage } from "@/shared/api/load";
import { serverNow } from "@/shared/live/clock";
import type { Right } from "@/shared/stores/session";

export interface Worry {
  kind: string;
  level: "warn" | "danger";
  to: string | object;
  values: Record<string, string | number>;
}
export type System = Schemas["SystemState"];
export type Backup = Schemas["Backup"];

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

export interface Plugin {
  name: string;
  title: string;
  state: string;
  healthy: boolean;
  lane?: string;
}

/** Those that do not run, do not reach what they are for, or stopped sending until somebody mends them. One that starts is given its time. */
export function pluginWorries(plugins: readonly Plugin[] | undefined): Worry[] {
  const found = (plugins ?? []).filter(({ state, healthy, lane }) => lane === "halted" || (state !== "starting" && (state !== "running" || !healthy)));
  return found.length ? [{ kind: "plugin", level: "danger", to: "/admin/plugins", values: { names: found.map(({ title, name }) => title || name).join(" · ") } }] : [];
}

export async function findWorries(can: (right: Right) => boolean): Promise<Worry[]> {
  let unanswered = false;
  const ask = async <T>(may: boolean, read: () => Promise<T>): Promise<T | undefined> => {
    if (!may) return undefined;
    try {
      return await read();
    } catch {
      unanswered = true;
      return undefined;
    }
  };
  const manages = can("system_manage");
  const [system, backups, plugins, dead] = await Promise.all([
    ask(manages, async () => (await send<System>("get", "/system")).data),
    ask(manages, async () => (await send<{ items: Backup[] }>("get", "/system/backups")).data),
    ask(manages, async () => (await send<{ items: Plugin[] }>("get", "/plugins")).data),
    ask(can("delivery_read"), () => readPage<unknown>("/deliveries", { state: "dead", limit: 50 })),
  ]);
  const found = [...worriesOf(system, backups?.items, serverNow()), ...pluginWorries(plugins?.items)];
  if (dead?.items.length) found.push({ kind: "dead", level: "warn", to: { path: "/admin/deliveries", query: { state: "dead" } }, values: { count: dead.next ? `${dead.items.length}+` : dead.items.length } });
  // What was not answered is not well.
  if (unanswered) found.push({ kind: "unanswered", level: "warn", to: "/admin/system", values: {} });
  return found;
}
