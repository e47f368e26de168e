// SPDX-License-Identifier: Apache-2.0
// Screens of the admin area, under /admin, each loaded when it is first opened. `meta.right` hides what one may not do.
import type { RouteComponent, RouteRecordRaw } from "vue-router";
import { addMessages, type Loaders } from "@/shared/i18n";
import type { Right } from "@/shared/stores/session";

export const messages: Loaders = { "zh-CN": () => import("./locales/zh-CN.json"), en: () => import("./locales/en.json") };

type Load = () => Promise<{ default: RouteComponent }>;
const screen = (name: string, right: Right, load: Load, more = ""): RouteRecordRaw => ({
  path: `${name}${more}`,
  name: `admin-${name}`,
  component: load,
  meta: { right, title: `admin.section.${name}` },
});

export const adminRoutes: RouteRecordRaw[] = [
  {
    path: "admin",
    component: async () => {
      await addMessages(messages);
      return import("./AdminShell.vue");
    },
    children: [
      { path: "", name: "admin", component: () => import("./AdminHome.vue"), meta: { title: "admin.title" } },
      screen("users", "user_manage", () => import("./people/UsersScreen.vue"), "/:id?"),
      screen("roster", "roster_manage", () => import("./people/RosterScreen.vue")),
      screen("teams", "definition_read", () => import("./people/TeamsScreen.vue")),
      screen("roles", "user_manage", () => import("./people/RolesScreen.vue")),
      screen("definitions", "definition_read", () => import("./definitions/DefinitionsScreen.vue")),
      { path: "definitions/plan", name: "admin-plan", component: () => import("./definitions/PlanScreen.vue"), meta: { right: "definition_publish", title: "admin.definitions.plan" } },
      { path: "definitions/history", name: "admin-history", component: () => import("./definitions/HistoryScreen.vue"), meta: { right: "definition_read", title: "admin.definitions.history" } },
      screen("sla", "definition_read", () => import("./rules/SlaScreen.vue")),
      screen("calendars", "definition_read", () => import("./rules/CalendarsScreen.vue")),
      screen("dispatch", "definition_read", () => import("./rules/DispatchScreen.vue")),
      screen("triggers", "event_read", () => import("./rules/TriggersScreen.vue")),
      screen("brand", "definition_publish", () => import("./rules/BrandScreen.vue")),
      screen("plugins", "system_manage", () => import("./links/PluginsScreen.vue")),
      screen("deliveries", "delivery_read", () => import("./links/DeliveriesScreen.vue")),
      screen("tokens", "token_manage", () => import("./links/TokensScreen.vue")),
      screen("system", "system_manage", () => import("./running/SystemScreen.vue")),
      screen("jobs", "job_read", () => import("./running/JobsScreen.vue")),
      screen("audit", "audit_read", () => import("./running/AuditScreen.vue")),
    ],
  },
];
