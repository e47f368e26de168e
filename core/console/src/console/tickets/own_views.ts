// SPDX-License-Identifier: Apache-2.0
// Lists that a person keeps for themselves, beside those of the desk.
import { type Schemas, send } from "@/shared/api/client";
import { etagOf } from "@/shared/api/etag";
import type { Condition } from "./conditions";
import type { Order, Sort } from "./sorting";

export type AnyView = Schemas["ViewOutput"] & { own?: boolean; id?: number; version?: number; when?: Condition };
export interface Kept {
  title: string;
  when?: Condition;
  sort?: Sort;
  /** Null: the natural one of `sort`. */
  order?: Order | null;
  columns?: string[];
}

export const addView = async (view: Kept) => (await send<AnyView>("post", "/views", { body: view })).data;
export const changeView = async (view: AnyView, change: Partial<Kept>) => (await send<AnyView>("patch", "/views/{view_id}", { path: { view_id: view.id ?? 0 }, body: change, ifMatch: view.version ? etagOf(view.version) : undefined })).data;
export const dropView = (view: AnyView) => send("delete", "/views/{view_id}", { path: { view_id: view.id ?? 0 } });
