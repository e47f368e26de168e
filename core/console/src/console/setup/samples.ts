// SPDX-License-Identifier: Apache-2.0
// A handful of sample tickets, all with one tag, and their end: they are worked to a final state, after which no open list
// shows them. Nothing is ever erased from a desk's history.
import { get, post } from "@/shared/api/client";
import { i18n } from "@/shared/i18n";

export async function makeSamples(tag: string): Promise<number[]> {
  const { t } = i18n.global;
  const types = (await get("/ticket-types")).data.items;
  const easy = types.filter(({ fields }) => !fields.some(({ required }) => required));
  const made: number[] = [];
  const customers: number[] = [];
  for (const index of [1, 2]) customers.push((await post("/customers", { body: { name: t(`sample.customer_${index}`), notes: tag } })).data.id as number);
  for (const index of [1, 2, 3, 4, 5]) {
    const type = (easy.length ? easy : types)[(index - 1) % (easy.length || types.length)];
    if (!type) break;
    const fields = Object.fromEntries(type.fields.filter(({ required }) => required).map((field) => [field.name, field.initial ?? field.choices[0]?.name ?? (field.kind === "integer" || field.kind === "number" ? (field.minimum ?? 1) : field.kind === "date" ? "2026-01-01" : "SAMPLE-0001")]));
    const { data } = await post("/tickets", { body: { type: type.name, subject: t(`sample.subject_${index}`), body: t(`sample.body_${index}`), channel: "agent", customer: customers[index % customers.length], tags: [tag], ...(Object.keys(fields).length ? { fields: fields as never } : {}), priority: index === 1 ? "high" : "normal" } });
    made.push(data.id as number);
  }
  return made;
}

export async function removeSamples(ids: readonly number[], message: string): Promise<void> {
  const workflows = (await get("/workflows")).data.items;
  for (const id of ids) {
    for (let tries = 0; tries < 6; ++tries) {
      const ticket = (await get("/tickets/{ticket_id}", { path: { ticket_id: id } })).data;
      if (ticket.category === "resolved" || ticket.category === "closed") break;
      const steps = (await get("/tickets/{ticket_id}/transitions", { path: { ticket_id: id } })).data.items.filter(({ require }) => require.every((one) => one === "message"));
      const states = workflows.find(({ name }) => name === ticket.workflow)?.states ?? [];
      const ends = (to: string) => ["resolved", "closed"].includes(states.find(({ name }) => name === to)?.category ?? "");
      const step = steps.find(({ to }) => ends(to)) ?? steps[0];
      if (!step) break;
      await post("/tickets/{ticket_id}/transitions", { path: { ticket_id: id }, body: { transition: step.name, message } });
    }
  }
}
