// SPDX-License-Identifier: Apache-2.0
// The parts of the admin area as places to go to by typing; loaded, with the area's words, when somebody types.
import { addMessages } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { messages } from "./routes";
import { type Section, visibleGroups } from "./sections";

export async function adminPlaces(): Promise<Section[]> {
  await addMessages(messages);
  const session = useSession();
  return visibleGroups((right) => session.can(right)).flatMap(({ sections }) => sections);
}
