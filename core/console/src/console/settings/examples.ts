// SPDX-License-Identifier: Apache-2.0
// Values that a form takes, for tickets that are only there to be looked at or practised on.
import type { Schemas } from "@/shared/api/client";

type Field = Schemas["FieldOutput"];
type Value = NonNullable<Schemas["MoveInput"]["fields"]>[string];

function exampleOf(field: Field): Value {
  if (field.initial !== null && field.initial !== undefined) return field.initial;
  switch (field.kind) {
    case "boolean":
      return true;
    case "integer":
    case "number":
      return field.minimum ?? 1;
    case "choice":
      return field.choices[0]?.name ?? "";
    case "choices":
      return field.choices.slice(0, 1).map(({ name }) => name);
    case "date":
      return new Date().toISOString().slice(0, 10);
    case "instant":
      return new Date().toISOString();
    default:
      return "SAMPLE-0001";
  }
}

/** Of these fields of the type, or of those that it requires and its numbers: conditions of steps often compare these. */
export function exampleFields(type: Pick<Schemas["TypeOutput"], "fields">, names?: readonly string[]): Record<string, Value> {
  return Object.fromEntries(type.fields.filter(({ name, required, kind, access }) => (names ? names.includes(name) : required || (kind === "number" && access === "write"))).map((field) => [field.name, exampleOf(field)]));
}
