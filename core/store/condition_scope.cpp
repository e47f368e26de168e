// SPDX-License-Identifier: Apache-2.0
#include "store/condition_scope.hpp"

#include <algorithm>

namespace docket::store {
namespace {

bool names_custom_field(const domain::Condition& condition) {
  if (condition.kind == domain::Condition::Kind::test) return condition.field.starts_with("field.");
  return std::ranges::any_of(condition.children, names_custom_field);
}

/// Fields that ticket_field has for every ticket.
std::set<std::string> complete_fields(Session& session) {
  std::set<std::string> names;
  session.select<std::string>("SELECT field FROM indexed_field WHERE next IS NULL").each(10'000, [&](std::string name) {
    names.insert(std::move(name));
  });
  return names;
}

}  // namespace

ConditionScope::ConditionScope(Session& session, Time now, const domain::Condition* filter,
                               const domain::Principal& principal) {
  context_.now = now;
  context_.indexed_fields = &fields_;
  const bool custom =
      (filter != nullptr && names_custom_field(*filter)) ||
      std::ranges::any_of(principal.views, [](const auto& view) { return names_custom_field(view.where); });
  if (!custom) return;
  fields_ = complete_fields(session);
  const auto [highest] = session.select<std::int64_t>("SELECT coalesce(max(id), 0) FROM ticket").one();
  context_.small_desk = highest <= kSmallDesk;
}

}  // namespace docket::store
