// SPDX-License-Identifier: Apache-2.0
#include "store/visible_tickets.hpp"

#include <algorithm>
#include <vector>

#include "base/log.hpp"

namespace docket::store {
namespace {

Fragment either(const std::vector<Fragment>& parts) {
  if (parts.empty()) return Fragment("(t.id < 0)");
  Fragment all("(");
  for (std::size_t at = 0; at < parts.size(); ++at) {
    if (at > 0) all += Fragment(" OR ");
    all += parts[at];
  }
  return all + Fragment(")");
}

Fragment in_scope(const domain::Principal& principal, const domain::TicketView& view) {
  std::vector<Fragment> parts;
  switch (view.scope) {
    case domain::TicketScope::none:
      return Fragment("(t.id < 0)");
    case domain::TicketScope::all:
      return Fragment("1");
    case domain::TicketScope::team:
      for (const auto& team : view.teams) parts.push_back(Fragment("t.team = ?", team));
      return either(parts);
    case domain::TicketScope::own:
      if (principal.user) {
        parts.push_back(Fragment("t.assignee = ?", principal.user));
        parts.push_back(
            Fragment("EXISTS(SELECT 1 FROM ticket_person o WHERE o.ticket = t.id AND o.role IN (0, 1) AND o.user = ?)",
                     principal.user));
      }
      if (principal.customer) parts.push_back(Fragment("t.customer = ?", principal.customer));
      return either(parts);
  }
  return Fragment("(t.id < 0)");
}

}  // namespace

Fragment view_condition(const domain::TicketView& view, const ConditionContext& context) {
  auto condition = condition_sql(view.where, context);
  if (condition) return *std::move(condition);
  log::error("row_right_without_sql", {{"reason", std::string_view(condition.error().detail)}});
  return Fragment("(t.id < 0)");
}

Fragment visible_tickets(const domain::Principal& principal, const ConditionContext& context, Among among) {
  if (principal.only) return Fragment("(t.id = ?)", principal.only);
  std::vector<Fragment> parts;
  for (const auto& view : principal.views) {
    parts.push_back(Fragment("(") + in_scope(principal, view) + Fragment(" AND ") + view_condition(view, context) +
                    Fragment(")"));
  }
  if (sees_copied(principal)) {
    parts.push_back(
        among == Among::many
            ? Fragment("t.id IN (SELECT o.ticket FROM ticket_person o INDEXED BY ticket_person_by_user"
                       " WHERE o.user = ? AND o.role = 2)",
                       principal.user)
            : Fragment("EXISTS(SELECT 1 FROM ticket_person o WHERE o.ticket = t.id AND o.role = 2 AND o.user = ?)",
                       principal.user));
  }
  return either(parts);
}

bool sees_by_team(const domain::Principal& principal) {
  return principal.only || std::ranges::all_of(principal.views, [](const domain::TicketView& view) {
           return view.scope != domain::TicketScope::own && view.where.kind == domain::Condition::Kind::always;
         });
}

bool sees_copied(const domain::Principal& principal) {
  return principal.user && principal.may(domain::Right::ticket_read);
}

bool sees_all(const domain::Principal& principal) {
  return !principal.only && std::ranges::any_of(principal.views, [](const domain::TicketView& view) {
    return view.scope == domain::TicketScope::all && view.where.kind == domain::Condition::Kind::always;
  });
}

}  // namespace docket::store
