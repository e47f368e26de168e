// SPDX-License-Identifier: Apache-2.0
#include "desk/live_board.hpp"

#include <algorithm>
#include <map>

#include "desk/run_report.hpp"

namespace docket::desk {
namespace {

constexpr Duration fresh_for = std::chrono::seconds{4};
constexpr Duration soon = std::chrono::hours{1};

/// created and resolved of today, by team.
Result<void> add_today(const Reading& reading, std::map<std::string, TeamNow>& teams) {
  const auto zone = TimeZone::load(reading.active->desk.zone);
  if (!zone) return std::unexpected(zone.error());
  ReportRequest request;
  request.report = "volume";
  request.group = domain::ReportGroup::team;
  request.from = request.to = domain::local_day(*zone, reading.now);
  const auto answer = run_report(reading, domain::system_principal("board"), request);
  if (!answer) return std::unexpected(answer.error());
  constexpr std::size_t created = 1;
  constexpr std::size_t resolved = 2;
  for (std::size_t at = 0; at < answer->keys.size(); ++at) {
    const auto team = teams.find(answer->keys[at]);
    if (team == teams.end()) continue;
    team->second.created_today = std::get<std::int64_t>(answer->table.rows[at].at(created));
    team->second.resolved_today = std::get<std::int64_t>(answer->table.rows[at].at(resolved));
  }
  return {};
}

Result<Board> whole_board(const Reading& reading) {
  std::map<std::string, TeamNow> teams;
  for (const auto& [name, team] : reading.active->teams) teams[name].team = name;
  for (auto& counted : reading.reports.teams_now(reading.now, reading.now + soon)) {
    const auto team = teams.find(counted.team);
    if (team != teams.end()) team->second = std::move(counted);
  }
  if (auto today = add_today(reading, teams); !today) return std::unexpected(std::move(today).error());
  Board board;
  board.as_of = reading.now;
  for (auto& [name, team] : teams) board.teams.push_back(std::move(team));
  return board;
}

bool leads(const domain::Principal& principal, const std::string& team) {
  return principal.may(domain::Right::report_read, team) &&
         std::ranges::any_of(principal.views, [&](const domain::TicketView& view) {
           if (view.where.kind != domain::Condition::Kind::always) return false;
           return view.scope == domain::TicketScope::all ||
                  (view.scope == domain::TicketScope::team && std::ranges::find(view.teams, team) != view.teams.end());
         });
}

}  // namespace

Result<Board> LiveBoard::read(const Reading& reading, const domain::Principal& principal) {
  std::shared_ptr<const Board> board;
  {
    // Whoever comes while it is being counted waits for that instead of counting too.
    const std::scoped_lock lock(mutex_);
    if (!last_ || reading.now - last_->as_of > fresh_for || last_->as_of > reading.now) {
      auto counted = whole_board(reading);
      if (!counted) return std::unexpected(std::move(counted).error());
      last_ = std::make_shared<const Board>(std::move(*counted));
    }
    board = last_;
  }
  Board shown;
  shown.as_of = board->as_of;
  std::ranges::copy_if(board->teams, std::back_inserter(shown.teams),
                       [&](const TeamNow& team) { return leads(principal, team.team); });
  return shown;
}

}  // namespace docket::desk
