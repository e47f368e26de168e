// SPDX-License-Identifier: Apache-2.0
// Where a ticket is led that is only there to be looked at or practised on.
import type { Schemas } from "@/shared/api/client";

export const ends = (category: string | undefined) => category === "resolved" || category === "closed";

/** Of the steps that are open: one that ends it, or else one that leads on. */
export function onwardOf(steps: readonly Schemas["TransitionOutput"][], states: readonly Pick<Schemas["StateOutput"], "name" | "category">[]) {
  const category = (to: string) => states.find(({ name }) => name === to)?.category;
  const last = steps.find(({ to }) => ends(category(to)));
  const step = last ?? steps.find(({ to }) => category(to) === "open") ?? steps[0];
  return step && { step, ends: last !== undefined };
}
