// SPDX-License-Identifier: Apache-2.0
// A backtest reads the same past out of either database, from the day that it is asked for, by pages.
#include "desk/backtest.hpp"
#include "support/catch.hpp"
#include "support/desk_life.hpp"
#include "support/memory_desk.hpp"
#include "support/seed.hpp"
#include "support/sqlite_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 2h};

domain::Backtest backtest(desk::Database& database, Time from, Time to, const domain::Definitions& candidate,
                          std::int64_t most = 0) {
  const auto outcome = desk::backtest(database,
                                      {std::make_shared<const domain::Definitions>(test::with_more_types()),
                                       std::make_shared<const domain::Definitions>(candidate), from, to, most});
  REQUIRE(outcome);
  for (const auto& [user, peak] : outcome->backtest.today.peaks) CHECK(outcome->people.contains(user));
  return outcome->backtest;
}

domain::Definitions tighter() {
  auto candidate = test::with_more_types();
  candidate.digest = "tighter";
  for (auto& policy : candidate.sla) {
    for (auto& clock : policy.clocks) clock.goals[0].within = 1min;
  }
  domain::DispatchRule portal;
  portal.name = "portal";
  portal.when = test::when("channel", domain::Operator::is, std::string("portal"));
  portal.team = "quality";
  candidate.dispatch.insert(candidate.dispatch.begin(), portal);
  return candidate;
}

}  // namespace

TEST_CASE("a backtest lives the past of either database again") {
  const auto seed = test::seed_or(1);
  INFO("DOCKET_SEED=" << seed);
  test::MemoryDesk memory{test::with_more_types()};
  memory.now = start;
  test::SqliteDesk sqlite{test::with_more_types(), start};
  test::DeskLife in_memory(memory, seed, [&](Duration by) { memory.now += by; });
  test::DeskLife on_disk(*sqlite.database, seed, [&](Duration by) { sqlite.clock.advance(by); });
  in_memory.live(900);
  on_disk.live(900);
  const auto end = memory.now;

  const auto same = backtest(*sqlite.database, start, end, test::with_more_types());
  CHECK(same.tickets == on_disk.tickets());
  CHECK(same.tickets > 60);  // more than a page
  CHECK(same.acts > same.tickets * 3);
  CHECK(same.compared + same.strayed_today == same.tickets);
  CHECK(same.compared > same.tickets / 2);
  CHECK(same.same_team_then > same.compared * 9 / 10);
  CHECK(same.refused.empty());
  CHECK(same.asked.empty());
  CHECK(same.other_team.empty());
  CHECK(same.other_agent.count == 0);
  CHECK(same.newly_late.empty());

  const auto on_sqlite = backtest(*sqlite.database, start, end, tighter());
  const auto of_memory = backtest(memory, start, end, tighter());
  CHECK(on_sqlite.tickets == of_memory.tickets);
  CHECK(on_sqlite.acts == of_memory.acts);
  CHECK(on_sqlite.compared == of_memory.compared);
  CHECK(on_sqlite.candidate.tickets_by_team == of_memory.candidate.tickets_by_team);
  CHECK(on_sqlite.candidate.warnings == of_memory.candidate.warnings);
  CHECK_FALSE(on_sqlite.newly_late.empty());
  CHECK(on_sqlite.candidate.tickets_by_team.at("quality") > on_sqlite.compared / 5);

  const auto half = start + (end - start) / 2;
  const auto later = backtest(*sqlite.database, half, end, test::with_more_types());
  const auto earlier = backtest(*sqlite.database, start, half, test::with_more_types());
  CHECK(later.tickets > 0);
  CHECK(earlier.tickets > 0);
  CHECK(later.tickets + earlier.tickets == same.tickets);
  CHECK(earlier.acts < same.acts);

  const auto newest = backtest(*sqlite.database, start, end, test::with_more_types(), 10);
  CHECK(newest.tickets == 10);
  CHECK(newest.from > start);
  CHECK(backtest(memory, start, end, test::with_more_types(), 10).from == newest.from);
  CHECK(backtest(*sqlite.database, start, end, test::with_more_types(), 100'000).tickets == same.tickets);
}

TEST_CASE("a backtest ends when it is told to") {
  test::MemoryDesk memory{test::return_desk()};
  memory.now = start;
  const auto definitions = std::make_shared<const domain::Definitions>(test::return_desk());
  const auto outcome = desk::backtest(memory, {definitions, definitions, start - 1h, start, 0},
                                      []() -> Result<void> { return fail(ErrorCode::shutting_down, {"no more"}); });
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::shutting_down);
}

TEST_CASE("tickets that a candidate does not follow leave both worlds, so that the others compare") {
  test::MemoryDesk memory{test::with_more_types()};
  memory.now = start;
  test::DeskLife life(memory, 3, [&](Duration by) { memory.now += by; });
  life.live(400);
  auto candidate = test::with_more_types();
  candidate.digest = "candidate";
  // Nothing else differs: what is still followed goes as before, whoever was beside it.
  domain::Field code;
  code.name = "code";
  code.required = true;
  code.pattern = "[0-9]{3}";
  code.group = "none";
  candidate.forms.at("repair").fields.push_back(code);
  std::erase_if(candidate.workflows.at("return").transitions, [](const auto& step) { return step.name == "cancel"; });
  const auto b = backtest(memory, start, memory.now, candidate);
  CHECK(b.strayed_candidate > 3);
  CHECK(b.compared > 3);
  CHECK(b.tickets == life.tickets());
  CHECK_FALSE(b.refused.empty());
  CHECK(b.other_agent.count == 0);
  CHECK(b.other_state.empty());
  CHECK(b.newly_late.empty());
  CHECK(b.today.notices == b.candidate.notices);
  CHECK(b.today.peaks == b.candidate.peaks);
}
