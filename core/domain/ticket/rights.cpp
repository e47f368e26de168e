// SPDX-License-Identifier: Apache-2.0
// Who may act on a ticket at all.
#include "base/error.hpp"
#include "domain/ticket/acts.hpp"

namespace docket::domain {

Outcome require_right(const Deciding& deciding, Right right) {
  const auto& principal = deciding.principal();
  const auto& ticket = deciding.ticket();
  if (deciding.by_customer() && (!principal.customer || principal.customer != ticket.customer)) {
    return fail(ErrorCode::forbidden, {"A customer may act on own tickets only.", "客户只能操作自己的工单。"});
  }
  if (!principal.may(right, ticket.team)) {
    return lacks_right(deciding.active(), right, ticket.team);
  }
  return {};
}

Outcome require_not_closed(const Deciding& deciding) {
  if (deciding.ticket().category != StateCategory::closed) return {};
  return fail(ErrorCode::conflict,
              {"The ticket is closed. Reopen it if its workflow allows that, or create a new ticket and link the two.",
               "工单已关闭。流程允许的话可以重开，或者新建一张工单并与它关联。"});
}

}  // namespace docket::domain
