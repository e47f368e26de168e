// SPDX-License-Identifier: Apache-2.0
// The one predicate on who may see a ticket, in SQL; domain::visible is its other half.
#pragma once

#include "domain/identity/principal.hpp"
#include "store/condition_sql.hpp"

namespace docket::store {

/// Over the alias `t` (ticket), 1 or 0. A row right that can not be expressed shows nothing.
/// `among` many tickets of which few may be seen, what hangs on a person is gathered once instead of asked for each.
enum class Among { few, many };
[[nodiscard]] Fragment visible_tickets(const domain::Principal& principal, const ConditionContext& context,
                                       Among among = Among::few);

/// The row right of one view; `0` if it can not be expressed.
[[nodiscard]] Fragment view_condition(const domain::TicketView& view, const ConditionContext& context);

/// Whether the predicate reads nothing of `t` but its id and team.
[[nodiscard]] bool sees_by_team(const domain::Principal& principal);

/// Whether the principal sees whatever they were copied in on, beside what the views show.
[[nodiscard]] bool sees_copied(const domain::Principal& principal);

/// Whether the principal sees every ticket without a test.
[[nodiscard]] bool sees_all(const domain::Principal& principal);

}  // namespace docket::store
