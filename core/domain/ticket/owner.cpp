// SPDX-License-Identifier: Apache-2.0
// Who gets the ticket: the owner of a state, the team's dispatch, a lead, the way back from a visit.
#include <algorithm>
#include <functional>
#include <utility>

#include "domain/ticket/acts.hpp"

namespace docket::domain {
namespace {

std::vector<Candidate> members_of(const Deciding& deciding, const std::string& team) {
  auto candidates = deciding.roster().members(team);
  // The ticket in question is part of its agent's load; it must not stand in its own way.
  const auto own = std::ranges::find(candidates, deciding.counted_for(), &Candidate::user);
  if (own != candidates.end() && own->load > 0) --own->load;
  return candidates;
}

/// Leads alone, where there are any: a team without works as one. True when there are.
bool keep_leads(std::vector<Candidate>& members) {
  const auto leads = [](const Candidate& c) { return c.lead && c.active; };
  if (std::ranges::none_of(members, leads)) return false;
  std::erase_if(members, std::not_fn(leads));
  return true;
}

/// Whether the ticket is in a state that belongs to a lead, so that whoever takes it while it waits is one.
bool waits_for_lead(Deciding& deciding) {
  const auto* state = deciding.workflow().find_state(deciding.ticket().state);
  return state != nullptr && state->owner.kind == OwnerKind::lead;
}

bool respects_presence(const Deciding& deciding, const std::string& team) {
  const auto known = deciding.active().teams.find(team);
  return known == deciding.active().teams.end() || known->second.respect_presence;
}

/// By which rule and for whom a waiting ticket waits.
bool waits_otherwise(const Ticket& ticket, const Assigned& assigned) {
  return assigned.waiting && assigned.choice &&
         (assigned.choice->rule != ticket.dispatch_rule || assigned.choice->skills != ticket.wanted_skills);
}

bool changes(const Ticket& ticket, const Assigned& assigned) {
  return waits_otherwise(ticket, assigned) || assigned.pushed || assigned.popped || assigned.team != ticket.team || assigned.assignee != ticket.assignee ||
         assigned.waiting != ticket.waiting;
}

}  // namespace

const DispatchRule* find_rule(const Deciding& deciding, std::string_view team) {
  const auto source = deciding.source();
  for (const auto& rule : deciding.active().dispatch) {
    if ((team.empty() || rule.team == team) && holds(rule.when, source)) return &rule;
  }
  return nullptr;
}

std::string home_team(const Deciding& deciding) {
  const auto& active = deciding.active();
  if (!active.desk.default_team.empty()) return active.desk.default_team;
  return active.teams.empty() ? std::string{} : active.teams.begin()->first;
}

DispatchChoice ask_team(Deciding& deciding, std::string name, const DispatchRule* rule) {
  const auto& teams = deciding.active().teams;
  auto team = teams.find(name);
  if (team == teams.end()) {
    name = home_team(deciding);
    team = teams.find(name);
  }
  if (rule == nullptr || rule->team != name) rule = find_rule(deciding, name);
  const auto& ticket = deciding.ticket();
  DispatchQuery query;
  query.team = std::move(name);
  if (team != teams.end()) {
    query.by = team->second.by;
    query.respect_presence = team->second.respect_presence;
  }
  if (rule != nullptr) {
    query.rule = rule->name;
    query.skills = rule->skills;
    if (rule->by) query.by = *rule->by;
    if (rule->match_region && !ticket.region.empty()) query.region = ticket.region;
    if (rule->match_product_line && !ticket.product_line.empty()) query.product_line = ticket.product_line;
  }
  query.last_handler = ticket.assignee ? ticket.assignee : ticket.last_handler;
  auto members = members_of(deciding, query.team);
  if (waits_for_lead(deciding) && keep_leads(members)) {
    // A lead answers for all of the team's work, whatever its agents are chosen by.
    query.skills.clear();
    query.region.reset();
    query.product_line.reset();
  }
  return choose_agent(query, members);
}

bool assign(Deciding& deciding, AssignReason reason, std::string team, UserId assignee,
            std::optional<DispatchChoice> choice, VisitChange visit) {
  Assigned assigned;
  assigned.reason = reason;
  assigned.team = std::move(team);
  assigned.assignee = assignee;
  assigned.waiting = !assignee && !ends(deciding.ticket().category);
  assigned.choice = std::move(choice);
  assigned.pushed = visit.pushed;
  assigned.popped = visit.popped;
  if (!changes(deciding.ticket(), assigned)) return false;
  deciding.emit(std::move(assigned));
  return true;
}

bool dispatch(Deciding& deciding, AssignReason reason, const std::string& team, const DispatchRule* rule,
              VisitChange visit) {
  auto choice = ask_team(deciding, team, rule);
  auto chosen_team = choice.team;
  const auto assignee = choice.assignee;
  return assign(deciding, reason, std::move(chosen_team), assignee, std::move(choice), visit);
}

bool assign_lead(Deciding& deciding, AssignReason reason) {
  const auto& team = deciding.ticket().team;
  auto leads = members_of(deciding, team);
  std::erase_if(leads, [](const Candidate& c) { return !c.lead || !c.active; });
  if (leads.empty()) return dispatch(deciding, reason, team);
  DispatchQuery query;
  query.team = team;
  query.respect_presence = respects_presence(deciding, team);
  auto choice = choose_agent(query, leads);
  if (!choice.assignee && query.respect_presence) {
    // A lead who is away for a while is still the one to ask when no other lead is there; one who is off never is.
    std::erase_if(leads, [](const Candidate& c) { return c.presence == Presence::off; });
    query.respect_presence = false;
    const auto away = choose_agent(query, leads);
    choice.assignee = away.assignee;
    choice.assignee_load = away.assignee_load;
    std::erase_if(choice.passed_over, [&](const PassedOverCandidate& p) { return p.user == away.assignee; });
  }
  const auto assignee = choice.assignee;
  // A rule that finds no lead takes the ticket from nobody who is at work on it.
  if (!assignee && reason == AssignReason::action && at_work(deciding, team, deciding.ticket().assignee)) return false;
  return assign(deciding, reason, team, assignee, std::move(choice));
}

std::optional<Candidate> find_member(const Deciding& deciding, const std::string& team, UserId user) {
  if (!user) return {};
  auto members = deciding.roster().members(team);
  const auto found = std::ranges::find(members, user, &Candidate::user);
  if (found == members.end()) return {};
  return std::move(*found);
}

bool reachable(const Deciding& deciding, const std::string& team, UserId user) {
  const auto member = find_member(deciding, team, user);
  if (!member || !member->active) return false;
  return !respects_presence(deciding, team) || member->presence != Presence::off;
}

bool at_work(const Deciding& deciding, const std::string& team, UserId user) {
  const auto member = find_member(deciding, team, user);
  return member && member->on_shift && reachable(deciding, team, user);
}

bool return_visit(Deciding& deciding, AssignReason reason) {
  if (deciding.ticket().visits.empty()) return false;
  const auto origin = deciding.ticket().visits.back();
  const VisitChange ended{false, true};
  if (at_work(deciding, origin.team, origin.assignee)) {
    return assign(deciding, reason, origin.team, origin.assignee, {}, ended);
  }
  return dispatch(deciding, reason, origin.team, nullptr, ended);
}

void enter_owner(Deciding& deciding, const State& state, bool fresh) {
  const auto& ticket = deciding.ticket();
  const bool kept = ticket.assignee && (!fresh || at_work(deciding, ticket.team, ticket.assignee));
  const auto keep = [&] {
    const bool works = state.category == StateCategory::new_ || state.category == StateCategory::open;
    if (works && !kept && (fresh || !ticket.waiting)) dispatch(deciding, AssignReason::step, ticket.team);
  };
  switch (state.owner.kind) {
    case OwnerKind::keep:
      keep();
      break;
    case OwnerKind::nobody:
      break;
    case OwnerKind::team:
      if (!kept || ticket.team != state.owner.name) dispatch(deciding, AssignReason::step, state.owner.name);
      break;
    case OwnerKind::user:
      if (const auto user = deciding.roster().find_user(state.owner.name)) {
        assign(deciding, AssignReason::step, ticket.team, *user);
      } else {
        dispatch(deciding, AssignReason::step, ticket.team);
        RuleFired trace;
        trace.rule = "state " + state.name;
        trace.refused = {"owner " + state.owner.name + ": there is no such user; the team decides"};
        deciding.emit(std::move(trace));
      }
      break;
    case OwnerKind::lead:
      assign_lead(deciding, AssignReason::step);
      break;
    case OwnerKind::visit:
      dispatch(deciding, AssignReason::step, state.owner.name, nullptr, VisitChange{true, false});
      break;
    case OwnerKind::back:
      if (!return_visit(deciding, AssignReason::returned)) keep();
      break;
  }
}

void own_by_rules(Deciding& deciding, const State& state) {
  using enum OwnerKind;
  const auto give = [&](const std::string& to, const DispatchRule* rule = nullptr) {
    const auto& ticket = deciding.ticket();
    if (ticket.team == to && at_work(deciding, to, ticket.assignee)) return;
    dispatch(deciding, AssignReason::dispatched, to, rule);
  };
  const auto kind = state.owner.kind;
  if (kind == team || kind == visit) return give(state.owner.name);
  const auto* rule = find_rule(deciding, {});
  const auto home = rule != nullptr ? rule->team : home_team(deciding);
  if (kind == user || kind == lead) {
    // Both are people of a team, so the team comes first; then the state's owner as for any other step.
    const auto& ticket = deciding.ticket();
    const auto present = find_member(deciding, home, ticket.assignee);
    const bool stays = ticket.team == home && present;
    if (stays && kind == lead && present->lead && at_work(deciding, home, ticket.assignee)) return;
    if (!stays) assign(deciding, AssignReason::dispatched, home, {});
    enter_owner(deciding, state, true);
    return;
  }
  give(home, rule);
}

void keep_in_sight(Deciding& deciding) {
  const auto& principal = deciding.principal();
  if (!principal.user || !principal.may(Right::ticket_read)) return;
  if (visible(principal, deciding.ticket(), deciding.now())) return;
  WatchersChanged changed;
  changed.copied = {principal.user};
  deciding.emit(std::move(changed));
}

}  // namespace docket::domain
