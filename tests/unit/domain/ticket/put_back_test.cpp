// SPDX-License-Identifier: Apache-2.0
// Taking an act back: what becomes as it was, what stays, and who may.
#include "domain/ticket/put_back.hpp"

#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {

const Principal wang = [] {
  auto made = lead(1, "wang", {"support", "quality", "finance", "warehouse"});
  made.rights.set(static_cast<std::size_t>(Right::ticket_bulk));
  return made;
}();
const Principal li = agent(2, "li", {"support", "quality", "finance", "warehouse"});

Result<Decision> back(CheckedDesk& desk, const Ticket& before, const Principal& who) {
  Context context;
  context.now = desk.now;
  context.principal = &who;
  context.active = desk.active;
  context.bundles = &desk.bundles;
  context.roster = &desk.roster;
  auto decision = put_back(desk.ticket, before, "job 7", context);
  if (!decision) return decision;
  auto replayed = desk.ticket;
  for (const auto& event : decision->events) replayed = evolve(std::move(replayed), desk.ticket.id, event);
  CHECK(replayed == decision->ticket);
  desk.ticket = decision->ticket;
  return decision;
}

CheckedDesk with_ticket() {
  CheckedDesk desk;
  desk.run(li, a_return());
  return desk;
}

}  // namespace

TEST_CASE("a step is taken back with owner, fields and tags, by new events") {
  auto desk = with_ticket();
  const auto before = desk.ticket;
  SetFields set;
  set.change.fields = {{"amount", std::int64_t{70}}};
  set.change.priority = Priority::urgent;
  set.change.tags_added = {"hurry"};
  desk.run(li, set);
  desk.run(li, move_to("inspect"));
  CHECK(desk.ticket.team == "quality");
  desk.now += 10min;
  const auto done = back(desk, before, wang);
  REQUIRE(done);
  CHECK(desk.ticket.state == "applied");
  CHECK(desk.ticket.category == before.category);
  CHECK(desk.ticket.team == before.team);
  CHECK(desk.ticket.assignee == before.assignee);
  CHECK(desk.ticket.fields == before.fields);
  CHECK(desk.ticket.priority == before.priority);
  CHECK(desk.ticket.tags == before.tags);
  CHECK(desk.ticket.version > before.version + 3);  // history grows
  CHECK(desk.ticket.reopens == 0);
  REQUIRE(trace_of(*done, "undo of job 7") != nullptr);
  CHECK(trace_of(*done, "undo of job 7")->refused.empty());
}

TEST_CASE("a hold is ended or begun again, a visit ends, and what was said stays said") {
  auto desk = with_ticket();
  auto before = desk.ticket;
  desk.run(li, HoldTicket{"parts", "", {}});
  REQUIRE(back(desk, before, wang));
  CHECK_FALSE(desk.ticket.hold);

  desk.run(li, HoldTicket{"parts", "two weeks", desk.now + 24h});
  before = desk.ticket;
  desk.run(li, move_to("inspect"));
  desk.run(li, message(MessageKind::note, "looked at"));
  const auto done = back(desk, before, wang);
  REQUIRE(done);
  REQUIRE(desk.ticket.hold);
  CHECK(desk.ticket.hold->note == "two weeks");
  CHECK(trace_of(*done, "undo of job 7")->refused == std::vector<std::string>{"what was said stays said"});

  desk.run(li, move_to("inspect"));
  before = desk.ticket;
  desk.run(li, move_to("ask_stock"));
  REQUIRE(desk.ticket.visits.size() == 1);
  REQUIRE(back(desk, before, wang));
  CHECK(desk.ticket.visits.empty());
  CHECK(desk.ticket.state == "inspecting");
}

TEST_CASE("an end is taken back without counting as reopened") {
  auto desk = with_ticket();
  const auto before = desk.ticket;
  desk.run(li, move_to("cancel"));
  CHECK(desk.ticket.category == StateCategory::closed);
  REQUIRE(back(desk, before, wang));
  CHECK(desk.ticket.state == "applied");
  CHECK_FALSE(desk.ticket.closed_at);
  CHECK(desk.ticket.reopens == 0);
}

TEST_CASE("nothing to put back makes nothing; a return from a visit is refused; rights are those of the team then") {
  auto desk = with_ticket();
  auto before = desk.ticket;
  desk.run(li, message(MessageKind::note, "only words"));
  const auto nothing = back(desk, before, wang);
  REQUIRE(nothing);
  CHECK(nothing->events.empty());
  desk.run(li, move_to("inspect"));
  CHECK(back(desk, before, li).error().code == ErrorCode::forbidden);  // no ticket_bulk
  desk.run(li, move_to("ask_stock"));
  before = desk.ticket;
  desk.run(wang, move_to("stock_answered"));
  CHECK(back(desk, before, wang).error().code == ErrorCode::conflict);
}
