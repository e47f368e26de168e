// SPDX-License-Identifier: Apache-2.0
// Lists of tickets that stay fast on a large desk: a list is a merge of a few walks along an index, each of which meets
// only what may be seen and stops at the page's end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/ports/ticket_store.hpp"
#include "store/visible_tickets.hpp"

namespace docket::store {

class TicketLists {
 public:
  TicketLists(Session& session, ConditionContext context) : session_(session), context_(std::move(context)) {}

  [[nodiscard]] Result<desk::TicketPage> list(const desk::TicketListQuery& query,
                                              const domain::Principal& principal) const;
  [[nodiscard]] Result<int> count(const domain::Condition& filter, int cap, const domain::Principal& principal) const;
  [[nodiscard]] Result<desk::TicketPage> search(const std::string& text, const domain::Condition& filter,
                                                TicketId after, int limit, const domain::Principal& principal) const;

 private:
  [[nodiscard]] static int on_a_page(int limit);  ///< rows, within what one page may have
  struct Asked;
  struct Window;
  [[nodiscard]] bool sees_large_team(const domain::Principal& principal) const;
  [[nodiscard]] std::optional<std::vector<TicketId>> few_visible(const domain::Principal& principal) const;
  [[nodiscard]] std::vector<TicketId> hits_among(const std::vector<TicketId>& few, const Asked& asked) const;
  [[nodiscard]] Window look_at(const Asked& asked, std::int64_t before, std::int64_t most) const;
  [[nodiscard]] std::vector<TicketId> passing(const Asked& asked, std::vector<TicketId> tickets) const;
  [[nodiscard]] std::vector<TicketId> newest_hits(const Asked& asked, std::optional<TicketId>& next) const;
  [[nodiscard]] std::vector<desk::TicketRow> rows(const Fragment& picked, Sql order, std::size_t limit) const;

  Session& session_;
  ConditionContext context_;
};

}  // namespace docket::store
