// SPDX-License-Identifier: Apache-2.0
#include "domain/backtest/comparison.hpp"

#include <algorithm>

namespace docket::domain {
namespace {

void add(BacktestSums& sums, const TicketStory& story) {
  if (!story.team.empty()) ++sums.tickets_by_team[story.team];
  for (const auto& team : story.teams) ++sums.tickets_ever[team];
  if (story.waited) ++sums.waited;
  if (!story.agent) ++sums.unassigned;
  for (const auto& [clock, runs] : story.clocks) {
    sums.clocks[clock].kept += runs.kept;
    sums.clocks[clock].late += runs.late;
  }
  for (const auto& [rule, times] : story.rules) sums.rules[rule] += times;
  sums.warnings += story.warnings;
  sums.escalations += story.escalations;
  sums.notices += story.notices;
  sums.calls += story.calls;
}

int late(const TicketStory& story, const std::string& clock) {
  const auto found = story.clocks.find(clock);
  return found == story.clocks.end() ? 0 : found->second.late;
}

}  // namespace

Backtest without_strays(Backtest whole, Backtest second) {
  second.tickets = whole.tickets;
  second.acts = whole.acts;
  second.strayed_today += whole.strayed_today;
  second.strayed_candidate += whole.strayed_candidate;
  second.refused = std::move(whole.refused);
  second.asked = std::move(whole.asked);
  second.dropped = std::move(whole.dropped);
  second.taken_again = std::move(whole.taken_again);
  second.more_refused = std::move(whole.more_refused);
  return second;
}

Comparison::Comparison(Time from, Time to) {
  out_.from = from;
  out_.to = to;
}

void Comparison::today(Replayed told) {
  const auto id = told.past->id;
  auto& half = halves_[id];
  half.today = std::move(told);
  if (half.candidate) compare(id);
}

void Comparison::candidate(Replayed told) {
  const auto id = told.past->id;
  auto& half = halves_[id];
  half.candidate = std::move(told);
  if (half.today) compare(id);
}

void Comparison::object(std::map<Objection, Cases>& cases, const std::vector<Objection>& of,
                        const std::vector<Objection>& but, TicketId id) {
  std::set<Objection> once;
  for (const auto& objection : of) {
    if (std::ranges::find(but, objection) != but.end() || !once.insert(objection).second) continue;
    if (cases.size() < Backtest::most_objections || cases.contains(objection)) {
      cases[objection].add(id);
    } else {
      out_.more_refused.add(id);
    }
  }
}

void Comparison::compare(TicketId id) {
  const auto half = std::move(halves_.extract(id).mapped());
  const auto& today = *half.today;
  const auto& candidate = *half.candidate;
  const auto& happened = today.past->happened;
  ++out_.tickets;
  out_.acts += std::ssize(today.past->acts);
  object(out_.refused, candidate.refused, today.refused, id);
  object(out_.asked, candidate.asked, today.asked, id);
  object(out_.dropped, candidate.dropped, today.dropped, id);
  object(out_.taken_again, today.refused, candidate.refused, id);
  if (today.strayed) ++out_.strayed_today;
  if (candidate.strayed && !today.strayed) ++out_.strayed_candidate;
  if (today.strayed || candidate.strayed) {
    strayed_.insert(id);
    return;
  }

  ++out_.compared;
  if (today.story.team == happened.team) ++out_.same_team_then;
  if (today.story.agent == happened.agent) ++out_.same_agent_then;
  if (today.story.clocks == happened.clocks) ++out_.same_goals_then;
  add(out_.today, today.story);
  add(out_.candidate, candidate.story);
  if (today.story.team != candidate.story.team) {
    out_.other_team[{today.story.team, candidate.story.team}].add(id);
  } else if (today.story.agent && candidate.story.agent && today.story.agent != candidate.story.agent) {
    out_.other_agent.add(id);
  }
  const auto place = [](const Replayed& told) { return told.ending.workflow + "/" + told.ending.state; };
  if (place(today) != place(candidate)) out_.other_state[{place(today), place(candidate)}].add(id);
  const auto values = [](const Replayed& told) { return std::tie(told.ending.priority, told.ending.tags, told.ending.fields); };
  if (values(today) != values(candidate)) out_.other_values.add(id);
  std::set<std::string> clocks;
  for (const auto* story : {&today.story, &candidate.story}) {
    for (const auto& [clock, runs] : story->clocks) clocks.insert(clock);
  }
  for (const auto& clock : clocks) {
    const int more = late(candidate.story, clock) - late(today.story, clock);
    if (more > 0) out_.newly_late[clock].add(id);
    if (more < 0 && candidate.story.clocks.contains(clock)) out_.newly_kept[clock].add(id);
  }
}

Backtest Comparison::finish(const std::map<UserId, int>& peaks_today, const std::map<UserId, int>& peaks_candidate) {
  out_.today.peaks = peaks_today;
  out_.candidate.peaks = peaks_candidate;
  return std::move(out_);
}

}  // namespace docket::domain
