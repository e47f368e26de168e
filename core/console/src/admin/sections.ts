// SPDX-License-Identifier: Apache-2.0
// The parts of the admin area, in groups, each with the right that shows it and the route of the server that it needs.
import { Activity, Braces, CalendarClock, CalendarRange, Cable, FileClock, GitFork, KeyRound, ListChecks, Palette, Send, ShieldCheck, Timer, Users, UsersRound, Zap } from "@lucide/vue";
import type { Component } from "vue";
import { has } from "@/shared/api/client";
import type { Right } from "@/shared/stores/session";

export interface Section {
  name: string;
  path: string;
  icon: Component;
  right: Right;
  /** A route without which the server has no such part. */
  needs?: string;
}
export interface Group {
  name: string;
  sections: readonly Section[];
}

export const groups: readonly Group[] = [
  {
    name: "people",
    sections: [
      { name: "users", path: "users", icon: Users, right: "user_manage" },
      { name: "roster", path: "roster", icon: CalendarRange, right: "roster_manage" },
      { name: "teams", path: "teams", icon: UsersRound, right: "definition_read" },
      { name: "roles", path: "roles", icon: ShieldCheck, right: "user_manage" },
    ],
  },
  {
    name: "rules",
    sections: [
      { name: "definitions", path: "definitions", icon: Braces, right: "definition_read" },
      { name: "sla", path: "sla", icon: Timer, right: "definition_read", needs: "GET /rules" },
      { name: "calendars", path: "calendars", icon: CalendarClock, right: "definition_read", needs: "GET /calendars" },
      { name: "dispatch", path: "dispatch", icon: GitFork, right: "definition_read", needs: "POST /dispatch/preview" },
      { name: "triggers", path: "triggers", icon: Zap, right: "event_read", needs: "GET /rules/firings" },
      { name: "brand", path: "brand", icon: Palette, right: "definition_publish" },
    ],
  },
  {
    name: "links",
    sections: [
      { name: "plugins", path: "plugins", icon: Cable, right: "system_manage", needs: "GET /plugins" },
      { name: "deliveries", path: "deliveries", icon: Send, right: "delivery_read" },
      { name: "tokens", path: "tokens", icon: KeyRound, right: "token_manage" },
    ],
  },
  {
    name: "running",
    sections: [
      { name: "system", path: "system", icon: Activity, right: "system_manage", needs: "GET /system" },
      { name: "jobs", path: "jobs", icon: ListChecks, right: "job_read" },
      { name: "audit", path: "audit", icon: FileClock, right: "audit_read" },
    ],
  },
];

/** What somebody with these rights finds here. */
export function visibleGroups(can: (right: Right) => boolean): Group[] {
  return groups
    .map((group) => ({ ...group, sections: group.sections.filter(({ right, needs }) => can(right) && (!needs || has(needs))) }))
    .filter(({ sections }) => sections.length > 0);
}
