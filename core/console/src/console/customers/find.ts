// SPDX-License-Identifier: Apache-2.0
// Finding a customer by typing, and going on with what was typed where there is none.
import { get } from "@/shared/api/client";
import type { Choice } from "@/shared/ui/DCombobox.vue";
import { isSample } from "./sample";

export async function searchCustomers(text: string): Promise<Choice[]> {
  const { data } = await get("/customers", { query: { text: text || undefined, limit: 12 } });
  // Who came with the sample tickets is not offered, only found.
  return data.items.filter(({ name }) => text || !isSample(name)).map((one) => ({ value: String(one.id), label: one.name, hint: [one.phone, one.email].filter(Boolean).join(" · ") }));
}
/** Who calls is not known yet: what was typed to find them is kept. */
export function begunWith(text: string): { name: string; phone: string; email: string } {
  const kind = /@/.test(text) ? "email" : /^[+\d][\d\s()-]*$/.test(text) ? "phone" : "name";
  return { name: "", phone: "", email: "", [kind]: text };
}
