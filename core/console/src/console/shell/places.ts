// SPDX-License-Identifier: Apache-2.0
// Where one may go besides the tickets: what the navigation lists, and what is found by typing.
import { BarChart3, BookUser, Building2, Gauge, SlidersHorizontal } from "@lucide/vue";
import { type Component, computed } from "vue";
import { useI18n } from "vue-i18n";
import { adminRoutes } from "@/admin/routes";
import { has } from "@/shared/api/client";
import { type Right, useSession } from "@/shared/stores/session";

export interface Place {
  to: string;
  label: string;
  icon: Component;
}
const administering: readonly Right[] = ["user_manage", "system_manage", "definition_publish", "audit_read", "roster_manage", "delivery_read", "token_manage"];

export function usePlaces() {
  const { t } = useI18n();
  const session = useSession();
  return computed<Place[]>(() => {
    const all: (Place & { shown: boolean })[] = [
      { to: "/customers", label: t("nav.customers"), icon: BookUser, shown: session.can("customer_read") },
      { to: "/organizations", label: t("nav.organizations"), icon: Building2, shown: session.can("customer_read") },
      { to: "/board", label: t("nav.board"), icon: Gauge, shown: session.can("report_read") && has("GET /board") },
      { to: "/reports", label: t("nav.reports"), icon: BarChart3, shown: session.can("report_read") && has("GET /reports") },
      { to: "/admin", label: t("nav.admin"), icon: SlidersHorizontal, shown: adminRoutes.length > 0 && administering.some((right) => session.can(right)) },
    ];
    return all.filter(({ shown }) => shown);
  });
}
