// SPDX-License-Identifier: Apache-2.0
// Two replays of the same tickets side by side: what a candidate would have done otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/backtest/replay.hpp"

namespace docket::domain {

/// How many, and the first few by their numbers.
struct Cases {
  static constexpr std::size_t most_named = 5;
  std::int64_t count = 0;
  std::vector<TicketId> tickets{};
  void add(TicketId id) {
    ++count;
    if (tickets.size() < most_named) tickets.push_back(id);
  }
};

/// Sums over the tickets that both replays followed.
struct BacktestSums {
  struct Runs {
    std::int64_t kept = 0, late = 0;
  };
  std::map<std::string, std::int64_t> tickets_by_team{};  ///< by the team that had them first
  std::map<std::string, std::int64_t> tickets_ever{};     ///< by each team that had them at some time
  std::int64_t waited = 0;                                ///< nobody could take them when they came
  std::int64_t unassigned = 0;                            ///< nobody ever had them
  std::map<std::string, Runs> clocks{};
  std::map<std::string, std::int64_t> rules{};
  std::int64_t warnings = 0, escalations = 0, notices = 0, calls = 0;
  std::map<UserId, int> peaks{};  ///< the most tickets at a time, over all tickets
};

struct Backtest {
  static constexpr std::size_t most_objections = 200;  ///< of a kind; further ones are counted together

  Time from{}, to{};
  std::int64_t tickets = 0, acts = 0;
  std::int64_t compared = 0;        ///< followed to the end by both
  std::int64_t strayed_today = 0;   ///< that not even today's definitions follow, as they went under earlier ones
  std::int64_t strayed_candidate = 0;  ///< that today's follow and the candidate does not
  // Of `compared`, as today's definitions have it against what really happened: how far the rest can be believed.
  std::int64_t same_team_then = 0;   ///< the team that had them first
  std::int64_t same_agent_then = 0;  ///< the person who had them first
  std::int64_t same_goals_then = 0;  ///< the same goals were kept and missed
  BacktestSums today{}, candidate{};
  std::map<std::pair<std::string, std::string>, Cases> other_team{};  ///< first team today → with the candidate
  Cases other_agent{};                                                ///< somebody else of the same team
  std::map<std::pair<std::string, std::string>, Cases> other_state{}; ///< "workflow/state" in which they end up, today → candidate
  Cases other_values{};                                               ///< other priority, tags or fields in the end
  std::map<std::string, Cases> newly_late{}, newly_kept{};            ///< by clock: more, or fewer, goals missed than today; no case of a clock that the candidate does not start
  std::map<Objection, Cases> refused{}, asked{}, dropped{};           ///< by the candidate and not today
  std::map<Objection, Cases> taken_again{};                           ///< refused today, but not by the candidate
  Cases more_refused{};                                               ///< beyond most_objections
};

/// What both tell of all tickets, from `whole`, with the sums of a second pass without those that strayed: in it both
/// worlds hold the same tickets, so that loads and what follows from them compare.
[[nodiscard]] Backtest without_strays(Backtest whole, Backtest second);

/// Gathers a Backtest ticket by ticket; holds nothing of a ticket once both replays have told of it.
class Comparison {
 public:
  Comparison(Time from, Time to);
  void today(Replayed told);
  void candidate(Replayed told);
  /// Tickets that one of the definitions does not follow to the end.
  [[nodiscard]] const std::set<TicketId>& strayed() const { return strayed_; }
  [[nodiscard]] Backtest finish(const std::map<UserId, int>& peaks_today, const std::map<UserId, int>& peaks_candidate);

 private:
  struct Half {
    std::optional<Replayed> today{}, candidate{};
  };
  void compare(TicketId id);
  void object(std::map<Objection, Cases>& cases, const std::vector<Objection>& of, const std::vector<Objection>& but, TicketId id);

  Backtest out_;
  std::map<TicketId, Half> halves_;
  std::set<TicketId> strayed_;
};

}  // namespace docket::domain
