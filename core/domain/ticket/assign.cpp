// SPDX-License-Identifier: Apache-2.0
// Assigning by hand, taking a ticket oneself, and giving out a ticket that waits.
#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/ticket/acts.hpp"

namespace docket::domain {
namespace {

Outcome may_assign(const Deciding& deciding, const std::string& team, UserId assignee) {
  const auto& principal = deciding.principal();
  const bool takes = assignee && assignee == principal.user && team == deciding.ticket().team;
  if (takes && principal.may(Right::ticket_take, team)) return {};
  return require_right(deciding, Right::ticket_assign);
}

}  // namespace

Result<Candidate> named_member(const Deciding& deciding, const std::string& team, UserId user) {
  auto member = find_member(deciding, team, user);
  if (!member) {
    return fail_field("/assignee", both("User {0} is not in team {1}.", "这位坐席不在班组{2}里，请换一位，或先换班组。", user.value,
                                        team, ChineseNames(deciding.active()).team(team)));
  }
  if (!member->active)
    return fail_field("/assignee", both("The account {0} is disabled.", "账号 {0} 已停用，请换一位坐席。", member->login));
  return std::move(*member);
}

Outcome decide_assign(Deciding& deciding, const AssignTicket& command) {
  const auto& ticket = deciding.ticket();
  const auto& team = command.team.empty() ? ticket.team : command.team;
  if (auto may = may_assign(deciding, team, command.assignee); !may) return may;
  if (auto open = require_not_closed(deciding); !open) return open;
  if (!deciding.active().teams.contains(team)) return no_team("/team", team);
  if (!command.assignee) {
    dispatch(deciding, AssignReason::by_hand, team);
    return {};
  }
  if (const auto member = named_member(deciding, team, command.assignee); !member) return std::unexpected(member.error());
  const bool takes = command.assignee == deciding.principal().user;
  assign(deciding, takes ? AssignReason::taken : AssignReason::by_hand, team, command.assignee);
  return {};
}

Outcome decide_take(Deciding& deciding) {
  const auto& ticket = deciding.ticket();
  if (auto may = require_right(deciding, Right::ticket_take); !may) return may;
  if (auto open = require_not_closed(deciding); !open) return open;
  const auto member = find_member(deciding, ticket.team, deciding.principal().user);
  if (!member || !member->active) {
    return fail(ErrorCode::conflict,
                both("Only members of team {0} take its tickets; ask for it to be assigned.",
                     "只有班组{1}的成员能领取，请联系主管分派给您。", ticket.team,
                     ChineseNames(deciding.active()).team(ticket.team)));
  }
  assign(deciding, AssignReason::taken, ticket.team, member->user);
  return {};
}

Outcome decide_redispatch(Deciding& deciding) {
  if (auto may = require_right(deciding, Right::ticket_assign); !may) return may;
  const auto& ticket = deciding.ticket();
  if (!ticket.waiting) return {};
  if (ends(ticket.category)) {
    assign(deciding, AssignReason::requeued, ticket.team, {});  // which no longer waits
    return {};
  }
  const auto& rules = deciding.active().dispatch;
  const auto rule = std::ranges::find(rules, ticket.dispatch_rule, &DispatchRule::name);
  auto choice = ask_team(deciding, ticket.team, rule == rules.end() ? nullptr : &*rule);
  if (!choice.assignee) return {};
  auto team = choice.team;
  const auto assignee = choice.assignee;
  assign(deciding, AssignReason::requeued, std::move(team), assignee, std::move(choice));
  return {};
}

}  // namespace docket::domain
