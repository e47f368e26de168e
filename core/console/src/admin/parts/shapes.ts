// SPDX-License-Identifier: Apache-2.0
// Answers of routes that not every server has; a screen that needs one is not shown without it (`needs` in sections.ts).
import type { Schemas } from "@/shared/api/client";

type Title = Schemas["Title"];
export interface SystemState {
  version: string;
  sqlite: string;
  now: string;
  started_at: string;
  database_bytes: number;
  wal_bytes: number;
  disk_free_bytes: number;
  resident_bytes: number;
  storage_full: boolean;
  writer_queue: number;
  reader_queue: number;
  writer_jobs: number;
  writer_refused: number;
  reader_jobs: number;
  reader_refused: number;
  /** Upper edge, microseconds. */
  commit_p50_us: number;
  commit_p99_us: number;
  connections: number;
  streams: number;
  requests: number;
  server_errors: number;
  certificate_expires_at?: string;
}
export interface Backup {
  name: string;
  path: string;
  created_at: string;
  files: number;
  bytes: number;
}
export interface Day {
  date: string;
  working: boolean;
  reason: string;
}
export interface Interval {
  from: string;
  to: string;
}
export interface Calendar {
  name: string;
  zone: string;
  is_default: boolean;
  uncovered_years: number[];
  days: Day[];
  work: Interval[];
}
export interface Due {
  start: string;
  due_at?: string;
  work: Interval[];
  special: Day[];
}
/** Durations in microseconds. */
export interface Warning {
  name: string;
  at_percent?: number;
  before?: number;
  after?: number;
  repeat?: number;
  times: number;
  actions: string[];
}
export interface Rules {
  sla: { name: string; title: Title; when: string; clocks: { name: string; calendar: string; pause: string; goals: { when: string; within: number }[]; warnings: Warning[] }[] }[];
  dispatch: { name: string; when: string; team: string; skills: string[]; match_region: boolean; match_product_line: boolean; by?: string; priority_rank?: number }[];
  triggers: { name: string; on: string[]; when: string; actions: string[] }[];
}
export interface RuleTried {
  name: string;
  when: string;
  holds: boolean;
  asked: boolean;
  because: string;
}
export interface Preview {
  at: string;
  assumed: Record<string, unknown>;
  state: string;
  state_title: Title;
  priority: string;
  dispatch_rules: RuleTried[];
  sla_policies: RuleTried[];
  assignments: { reason: string; team: string; assignee?: number; waiting: boolean; choice?: Schemas["DispatchChoice"] }[];
  clocks: Schemas["ClockRun"][];
  fired: { rule: string; done: string[]; refused: string[] }[];
  people: { id: number; name: string }[];
}
export interface Firing {
  position: number;
  ticket: number;
  subject: string;
  at: string;
  rule: string;
  done: string[];
  refused: string[];
}
