// SPDX-License-Identifier: Apache-2.0
// Tickets and other tickets: links, and one ticket ending in another.
#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

/// Where a merged ticket ends: the workflow's first closed state, else its first resolved one.
const State* ending(const Workflow& workflow) {
  for (const auto category : {StateCategory::closed, StateCategory::resolved}) {
    const auto found = std::ranges::find(workflow.states, category, &State::category);
    if (found != workflow.states.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

Outcome decide_link(Deciding& deciding, const LinkTicket& command) {
  if (auto may = require_right(deciding, Right::ticket_edit); !may) return may;
  const auto& ticket = deciding.ticket();
  if (!command.ticket || command.ticket == ticket.id) return fail_field("/ticket", {"Name another ticket.", "请填另一张工单。"});
  const Link link{command.kind, command.ticket};
  const bool there = std::ranges::find(ticket.links, link) != ticket.links.end();
  if (there != command.remove) return {};
  if (!command.remove && ticket.links.size() >= max_links) {
    return fail_field("/ticket", both("A ticket has at most {} links.", "一张工单最多关联 {} 张。", max_links));
  }
  deciding.emit(Linked{command.kind, command.ticket, command.remove});
  return {};
}

Outcome decide_merge(Deciding& deciding, const MergeTicket& command) {
  if (auto may = require_right(deciding, Right::ticket_merge); !may) return may;
  if (auto open = require_not_closed(deciding); !open) return open;
  if (!command.into || command.into == deciding.ticket().id) return fail_field("/into", {"Name another ticket.", "请填另一张工单。"});
  const auto* end = ending(deciding.workflow());
  if (end == nullptr)
    return fail(ErrorCode::conflict,
                both("Workflow {0} has no state to end in.", "流程{1}没有结束的节点，不能合并。", deciding.workflow().name,
                     zh_quoted(deciding.workflow().title, deciding.workflow().name)));
  deciding.emit(Merged{command.into, end->name});
  return {};
}

Outcome decide_absorb(Deciding& deciding, const AbsorbTicket& command) {
  if (auto may = require_right(deciding, Right::ticket_merge); !may) return may;
  const auto& ticket = deciding.ticket();
  if (ticket.category == StateCategory::closed) {
    return fail(ErrorCode::conflict, {"The other ticket is closed; reopen it before merging into it.", "另一张工单已关闭，请先重开它再合并。"});
  }
  if (!command.from || command.from == ticket.id) return fail_field("/into", {"Name another ticket.", "请填另一张工单。"});
  // Whoever may read one ticket will read the other: what one customer wrote is not for another's eyes.
  if (command.customer && ticket.customer && command.customer != ticket.customer) {
    return fail(ErrorCode::conflict, {"The tickets are of different customers; link them instead.", "两张工单不是同一位客户的，不能合并，可以改为关联。"});
  }
  if (command.customer && !ticket.customer) {
    return fail(ErrorCode::conflict,
                {"The other ticket has no customer, who would get no answer there; name the customer on it first.",
                 "另一张工单没有客户，并入后客户收不到回复，请先在那张工单上填写客户。"});
  }
  Absorbed absorbed{command.from, command.messages, {}};
  if (command.awaiting == Awaiting::agent) absorbed.awaiting = command.awaiting;
  deciding.emit(absorbed);
  return {};
}

}  // namespace docket::domain
