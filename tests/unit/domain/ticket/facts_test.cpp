// SPDX-License-Identifier: Apache-2.0
// What reports count of a ticket's history, and for whom.
#include "domain/report/fact.hpp"
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {

const Principal li = agent(2, "li", {"support", "quality", "finance", "warehouse"});

Fact end_of(const std::vector<RecordedEvent>& history, const std::string& clock) {
  for (const auto& fact : facts_of(nullptr, history)) {
    if (fact.kind == FactKind::run && fact.name == clock && fact.flag != static_cast<std::int64_t>(RunEnd::breached)) return fact;
  }
  FAIL("clock " << clock << " has not ended");
  return {};
}

}  // namespace

TEST_CASE("a step that ends as the ticket is handed on was kept by whom it was handed on by") {
  CheckedDesk desk(with_standard_clocks());
  desk.run(li, a_return());
  const auto before = desk.ticket;
  REQUIRE(before.assignee);
  desk.pass_time(30min);
  desk.run(li, move_to("inspect"));
  REQUIRE(desk.ticket.team == "quality");
  REQUIRE(before.team != "quality");
  const auto kept = end_of(desk.history, "step");
  CHECK(kept.flag == static_cast<std::int64_t>(RunEnd::ended_kept));
  CHECK(kept.team == before.team);
  CHECK(kept.who == before.assignee);
  // What the next ones do is theirs, also what is counted from a history in pieces.
  const auto handed = desk.ticket;
  const auto seen = desk.history.size();
  desk.pass_time(30min);
  desk.run(li, move_to("ask_stock"));
  const std::vector<RecordedEvent> rest(desk.history.begin() + static_cast<std::ptrdiff_t>(seen), desk.history.end());
  for (const auto& fact : facts_of(&handed, rest)) {
    if (fact.kind != FactKind::run || fact.name != "step") continue;
    CHECK(fact.team == "quality");
    CHECK(fact.who == handed.assignee);
  }
}
