// SPDX-License-Identifier: Apache-2.0
// Screens of the admin area, under /admin, each loaded when it is first opened. `meta.right` hides what one may not do.
import type { RouteRecordRaw } from "vue-router";

export const adminRoutes: RouteRecordRaw[] = [];
