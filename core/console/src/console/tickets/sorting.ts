// SPDX-License-Identifier: Apache-2.0
// In which direction a list is sorted where its address does not tell: as the server has it.
import type { Schemas } from "@/shared/api/client";

export type Sort = Schemas["Sorting"];
export type Order = Schemas["Order"];

/** What is due first, else the newest or most urgent. */
export const naturalOrder = (sort: Sort | undefined): Order => (sort === "due" ? "ascending" : "descending");
/** The direction of a view holds for the sort of that view. */
export const usualOrder = (sort: Sort | undefined, view?: { sort: Sort; order?: Order }): Order => (view?.order && view.sort === sort ? view.order : naturalOrder(sort));
export const opposite = (order: Order): Order => (order === "ascending" ? "descending" : "ascending");
