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

}  // namespace docket::test
