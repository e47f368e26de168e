// SPDX-License-Identifier: Apache-2.0
// Which indexes a list of tickets walks along: from what its filter demands and what its reader sees, one walk for each set
// of tickets that an index has together, as SQL.
#pragma once

#include <optional>

#include "desk/ports/ticket_store.hpp"
#include "store/visible_tickets.hpp"

namespace docket::store {

/// A SELECT of `id` and `k`, the sort key: the first `limit` tickets of the query that the principal sees and that meet
/// `filter`, which is query.filter as SQL. None where nothing can meet it.
[[nodiscard]] std::optional<Fragment> walks(Session& session, Fragment filter, const domain::Principal& principal,
                                            const ConditionContext& context, const desk::TicketListQuery& query, int limit);
/// The same for all that the principal sees by their views. None where the views are too many to walk along.
[[nodiscard]] std::optional<std::optional<Fragment>> walks_of_views(const domain::Principal& principal,
                                                                    const ConditionContext& context, int limit);

}  // namespace docket::store
