// SPDX-License-Identifier: Apache-2.0
#include "desk/ticket_filter.hpp"

#include <limits>

namespace docket::desk {

Result<void> check_filter(const TicketReader& tickets, const domain::Condition& filter,
                          const domain::Principal& principal) {
  constexpr auto end = std::numeric_limits<std::int64_t>::max();
  TicketListQuery query;
  query.filter = filter;
  query.sort = domain::Sorting::updated;  // every walk has an index in this order, and begins at its end
  query.descending = false;
  query.limit = 1;
  query.after = ListPosition{end, TicketId{end}};
  const auto page = tickets.list(query, principal);
  if (!page) return std::unexpected(page.error());
  return {};
}

}  // namespace docket::desk
