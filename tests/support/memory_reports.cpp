// SPDX-License-Identifier: Apache-2.0
// Facts straight from the histories: what the real store keeps must be the same.
#include "support/memory_desk.hpp"

#include <algorithm>
#include <iterator>

namespace docket::test {
namespace {

/// Whether everything of the team is seen, whatever the ticket.
bool sees_team(const domain::Principal& principal, const std::string& team) {
  return std::ranges::any_of(principal.views, [&](const domain::TicketView& view) {
    if (view.where.kind != domain::Condition::Kind::always) return false;
    return view.scope == domain::TicketScope::all ||
           (view.scope == domain::TicketScope::team && std::ranges::find(view.teams, team) != view.teams.end());
  });
}

domain::Principal without_whole_teams(domain::Principal principal) {
  std::erase_if(principal.views, [](const domain::TicketView& view) {
    return view.where.kind == domain::Condition::Kind::always &&
           (view.scope == domain::TicketScope::all || view.scope == domain::TicketScope::team);
  });
  return principal;
}

std::vector<domain::Fact> facts_by_kind(const std::vector<domain::RecordedEvent>& events) {
  auto facts = domain::facts_of(nullptr, events);
  std::ranges::stable_sort(facts, {}, &domain::Fact::kind);
  return facts;
}

}  // namespace

Result<void> MemoryReports::scan(const domain::FactQuery& query, domain::NameBook& names,
                                 const domain::Principal& principal, const domain::VisitTicket& visit) const {
  const auto rest = without_whole_teams(principal);
  for (const auto& [id, stored] : rows_.tickets) {
    const bool by_ticket = domain::visible(rest, stored.ticket, now_);
    const auto holds = [&](const std::string& team) {
      return principal.may(domain::Right::report_read, team) && (by_ticket || sees_team(principal, team));
    };
    std::vector<domain::CountedFact> facts;
    for (const auto& fact : facts_by_kind(stored.events)) {
      if (!query.kinds.test(static_cast<std::size_t>(fact.kind))) continue;
      facts.push_back(domain::counted(fact, names));
      facts.back().in_sight = holds(fact.team);
    }
    const auto head = domain::counted(domain::fact_head(stored.ticket), names);
    visit({head, holds(stored.ticket.team), facts});
  }
  return {};
}

std::optional<desk::ReportReader::Kept> MemoryReports::kept(TicketId id) const {
  const auto found = rows_.tickets.find(id);
  if (found == rows_.tickets.end()) return std::nullopt;
  return Kept{domain::fact_head(found->second.ticket), facts_by_kind(found->second.events)};
}

std::vector<desk::TeamNow> MemoryReports::teams_now(Time now, Time soon) const {
  std::map<std::string, desk::TeamNow> teams;
  std::map<UserId, std::int64_t> loads;
  for (const auto& [id, stored] : rows_.tickets) {
    const auto& ticket = stored.ticket;
    if (ticket.category == domain::StateCategory::resolved || ticket.category == domain::StateCategory::closed) continue;
    auto& team = teams[ticket.team];
    ++team.open;
    if (ticket.waiting) ++team.waiting;
    if (ticket.hold) ++team.on_hold;
    if (ticket.assignee) ++loads[ticket.assignee];
    bool overdue = false;
    std::optional<Time> due;
    for (const auto& run : ticket.clocks) {
      if (run.ended_at) continue;
      overdue = overdue || run.breached_at.has_value();
      if (!run.paused && run.due_at) due = std::min(due.value_or(*run.due_at), *run.due_at);
    }
    if (overdue) ++team.overdue;
    if (due && *due > now && *due <= soon) ++team.due_soon;
  }
  for (const auto& [id, account] : rows_.accounts) {
    if (!account.user.active) continue;
    for (const auto& member : account.user.memberships)
      teams[member.team].agents.push_back({id, account.user.name, account.user.presence, loads[id], member.lead});
  }
  std::vector<desk::TeamNow> out;
  for (auto& [name, team] : teams) {
    team.team = name;
    out.push_back(std::move(team));
  }
  return out;
}

}  // namespace docket::test
