// SPDX-License-Identifier: Apache-2.0
// What went wrong, in the person's language: what happened, what to do, and the number to quote.
import { i18n } from "../i18n";
import { ApiError } from "./client";

const known = ["network", "timeout", "unauthenticated", "forbidden", "not_found", "stale_version", "conflict", "transition_not_allowed", "too_many_requests", "overloaded", "shutting_down", "database_unavailable", "storage_full", "too_large", "internal", "invalid_field", "idempotency_mismatch", "already_done", "too_old", "origin_refused"];

export interface Explained {
  text: string;
  detail: string;
  requestId: string;
}

export function explain(failure: unknown): Explained {
  const { t, te } = i18n.global;
  if (!(failure instanceof ApiError)) return { text: t("error.unexpected"), detail: failure instanceof Error ? failure.message : String(failure), requestId: "" };
  const named = known.includes(failure.code);
  const nameOf = (pointer: string) => {
    const name = pointer.replace(/^\//, "");
    return te(`field.${name}`) ? t(`field.${name}`) : name;
  };
  // What is wrong with one field is often the whole of the matter, and then said once.
  const whole = failure.detail || (named ? "" : failure.title);
  const parts = [failure.fields.length === 1 && whole.includes(failure.fields[0]?.message ?? "") ? "" : whole, ...failure.fields.map(({ pointer, message }) => t("error.field", { name: nameOf(pointer), message }))];
  return { text: t(named ? `error.${failure.code}` : "error.other"), detail: failure.unanswered ? "" : parts.filter(Boolean).join("\n"), requestId: failure.status >= 500 ? failure.requestId : "" };
}
