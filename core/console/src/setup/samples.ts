// SPDX-License-Identifier: Apache-2.0
// A handful of sample tickets, all with one tag, and their end: they are worked to a final state, after which no open list
// shows them. Nothing is ever erased from a desk's history.
import { get, post } from "@/shared/api/client";
import { i18n } from "@/shared/i18n";
import { isSample } from "@/console/customers/sample";
import { exampleFields } from "@/console/settings/examples";
import { ends, onwardOf } from "@/console/settings/onward";

// In both languages: who puts them away may read another one than who made them.
const tags = ["示例", "sample"];

/** Those that are still open. Agents give a tag to real tickets too, of a real customer's sample for one. */
export async function openSamples(): Promise<number[]> {
  const filter = { all: [{ field: "tags", operator: "contains", value: tags }, { field: "category", operator: "in", value: ["new", "open", "pending"] }] };
  return (await get("/tickets", { query: { filter: JSON.stringify(filter), limit: 50 } })).data.items.filter(({ customer_name }) => isSample(customer_name)).map(({ id }) => id as number);
}

export async function makeSamples(): Promise<number[]> {
  const { t } = i18n.global;
  const tag = i18n.global.locale.value === "en" ? "sample" : "示例";
  const types = (await get("/ticket-types")).data.items;
  // Where customers ask for nothing themselves, colleagues do.
  const told = types.some((one) => one.customer_may_create) ? "sample" : "sample_inside";
  const easy = types.filter(({ fields }) => !fields.some(({ required }) => required));
  const made: number[] = [];
  const customers: number[] = [];
  for (const index of [1, 2]) customers.push((await post("/customers", { body: { name: t(`${told}.customer_${index}`), notes: tag } })).data.id as number);
  for (const index of [1, 2, 3, 4, 5]) {
    const type = (easy.length ? easy : types)[(index - 1) % (easy.length || types.length)];
    if (!type) break;
    const { data } = await post("/tickets", { body: { type: type.name, subject: t(`${told}.subject_${index}`), body: t(`${told}.body_${index}`), channel: "agent", customer: customers[index % customers.length], tags: [tag], fields: exampleFields(type), priority: index === 1 ? "high" : "normal" } });
    made.push(data.id as number);
  }
  return made;
}

/** Those that no step leads to an end for, with what the desk asks. */
export async function removeSamples(ids: readonly number[], message: string): Promise<number[]> {
  const [types, workflows] = await Promise.all([get("/ticket-types"), get("/workflows")]).then((all) => [all[0].data.items, all[1].data.items] as const);
  const left: number[] = [];
  for (const id of ids) {
    const path = { ticket_id: id };
    let over = false;
    for (let tries = 0; tries < 8 && !over; ++tries) {
      const ticket = (await get("/tickets/{ticket_id}", { path })).data;
      over = ends(ticket.category);
      if (over) break;
      const type = types.find(({ name }) => name === ticket.type);
      const states = workflows.find(({ name }) => name === ticket.workflow)?.states ?? [];
      const step = onwardOf((await get("/tickets/{ticket_id}/transitions", { path })).data.items, states)?.step;
      if (!step) break;
      await post("/tickets/{ticket_id}/transitions", { path, body: { transition: step.name, message, fields: exampleFields(type ?? { fields: [] }, step.missing) } });
    }
    if (!over) left.push(id);
  }
  return left;
}
