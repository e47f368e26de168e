// SPDX-License-Identifier: Apache-2.0
// Addresses of the console. The address is the state: view, filters, ticket and tab are in it.
import { createRouter, createWebHistory, type Router } from "vue-router";
import { adminRoutes } from "@/admin/routes";
import { setupMessages } from "@/setup/messages";
import { has } from "@/shared/api/client";
import { addMessages } from "@/shared/i18n";
import type { Right, useSession } from "@/shared/stores/session";
import { pagesThere, type watchParts } from "./missing_parts";

declare module "vue-router" {
  interface RouteMeta {
    /** May be opened by anybody. */
    open?: boolean;
    /** The right without which the screen is not there. */
    right?: Right;
    /** The route of the server without which there is nothing to show. */
    needs?: string;
    /** Key of the message that names the screen in the window's title. */
    title?: string;
  }
}

export function makeRouter(session: ReturnType<typeof useSession>, parts: ReturnType<typeof watchParts>): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: "/sign-in", name: "sign-in", component: () => import("./sign-in/SignIn.vue"), meta: { open: true, title: "sign_in.title" } },
      {
        path: "/setup",
        name: "setup",
        component: async () => {
          await addMessages(setupMessages);
          return import("@/setup/SetupScreen.vue");
        },
        meta: { open: true, title: "setup.title" },
      },
      {
        path: "/",
        component: () => import("./shell/ConsoleShell.vue"),
        children: [
          { path: "", name: "home", component: { render: () => null } },
          { path: "tickets/new", name: "new", component: () => import("./new/NewTicketScreen.vue"), meta: { right: "ticket_create", title: "new.title" } },
          {
            path: "tickets",
            component: () => import("./tickets/TicketsScreen.vue"),
            meta: { right: "ticket_read", title: "nav.tickets" },
            children: [
              { path: "", name: "tickets", component: { render: () => null } },
              { path: ":id(\\d+)", name: "ticket", component: () => import("./ticket/TicketScreen.vue") },
            ],
          },
          { path: "customers", component: () => import("./customers/PartyList.vue"), props: { kind: "customer" }, meta: { right: "customer_read", title: "nav.customers" } },
          { path: "customers/:id(\\d+)", component: () => import("./customers/PartyPage.vue"), props: { kind: "customer" }, meta: { right: "customer_read", title: "nav.customers" } },
          { path: "organizations", component: () => import("./customers/PartyList.vue"), props: { kind: "organization" }, meta: { right: "customer_read", title: "nav.organizations" } },
          { path: "organizations/:id(\\d+)", component: () => import("./customers/PartyPage.vue"), props: { kind: "organization" }, meta: { right: "customer_read", title: "nav.organizations" } },
          { path: "notices", component: () => import("./notices/NoticesScreen.vue"), meta: { needs: "GET /notices", title: "notices.title" } },
          { path: "reports", component: () => import("./reports/ReportsScreen.vue"), meta: { right: "report_read", needs: "GET /reports", title: "reports.title" } },
          { path: "board", component: () => import("./board/BoardScreen.vue"), meta: { right: "report_read", needs: "GET /board", title: "board.title" } },
          { path: "settings", component: () => import("./settings/SettingsScreen.vue"), meta: { title: "settings.title" } },
          ...adminRoutes,
          { path: ":rest(.*)*", name: "missing", component: () => import("./shell/MissingScreen.vue"), meta: { title: "missing.title" } },
        ],
      },
    ],
  });

  let asked: Promise<boolean> | undefined;
  router.beforeEach(async (to, from) => {
    if (to.path !== from.path && (await parts.isStale())) {
      location.assign(to.fullPath);
      return false;
    }
    if (!session.me) {
      asked ??= session.load().catch(() => false);
      await asked;
      asked = undefined;
    }
    if (!session.me && !to.meta.open) return { name: "sign-in", query: to.fullPath === "/" ? {} : { to: to.fullPath } };
    if (session.me && to.name === "sign-in") return typeof to.query.to === "string" && /^\/(?!\/)/.test(to.query.to) ? to.query.to : "/";
    // Only now is it known what one may see.
    if (to.name === "home") return session.can("ticket_read") ? "/tickets" : "/settings";
    const needed = to.matched.map(({ meta }) => meta.right).find((right) => right && !session.can(right));
    if (needed) return { name: "missing", params: { rest: to.path.slice(1).split("/") }, query: { right: needed }, replace: true };
    if (to.matched.some(({ meta }) => meta.needs && !has(meta.needs))) return { name: "missing", params: { rest: to.path.slice(1).split("/") }, replace: true };
    return true;
  });
  // A part that is gone after an upgrade: the new page has it. Where the server is away, one stays, and is told so already.
  router.onError(async (failure, to) => {
    if (/dynamically imported module|Importing a module|error loading dynamically|Unable to preload/i.test(String(failure)) && (await pagesThere()) === "other") location.assign(to.fullPath);
  });
  return router;
}
