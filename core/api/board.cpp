// SPDX-License-Identifier: Apache-2.0
// The live board of those who lead.
#include "api/resources.hpp"
#include "api/route.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;

struct BoardTeam {
  std::string team;
  domain::Title label{};
  std::int64_t open = 0, waiting = 0, overdue = 0, due_soon = 0, on_hold = 0, created_today = 0, resolved_today = 0;
  std::vector<desk::AgentNow> agents;
};
BOOST_DESCRIBE_STRUCT(BoardTeam, (),
                      (team, label, open, waiting, overdue, due_soon, on_hold, created_today, resolved_today, agents))
constexpr auto field_rules(const BoardTeam*) {
  return std::array{Rule{.field = "waiting", .description = "For an agent."},
                    Rule{.field = "overdue", .description = "With a running clock past its goal."},
                    Rule{.field = "due_soon", .description = "Within the next hour."}};
}

struct BoardOutput {
  Time as_of{};
  std::vector<BoardTeam> teams;
};
BOOST_DESCRIBE_STRUCT(BoardOutput, (), (as_of, teams))

Result<Answer<BoardOutput>> read(const Call<None, None, None>&, const QueryContext& context) {
  auto board = context.services.board.read(context.reading, context.principal);
  if (!board) return std::unexpected{std::move(board).error()};
  BoardOutput out{board->as_of, {}};
  for (auto& team : board->teams) {
    const auto known = context.reading.active->teams.find(team.team);
    auto label = known == context.reading.active->teams.end() ? domain::Title{} : known->second.title;
    out.teams.push_back({team.team, std::move(label), team.open, team.waiting, team.overdue, team.due_soon, team.on_hold,
                         team.created_today, team.resolved_today, std::move(team.agents)});
  }
  return out;
}

}  // namespace

void add_board_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "read_board",
                               .verb = http::Method::get,
                               .path = "/api/v1/board",
                               .access = domain::Right::report_read,
                               .rate = RateClass::read,
                               .summary = "What burns now in your teams; counted anew every few seconds.",
                               .lane = Lane::report,
                               .errors = {ErrorCode::overloaded}},
                              read));
}

}  // namespace docket::api
