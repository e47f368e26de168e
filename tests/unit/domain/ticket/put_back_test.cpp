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

/// The act is what happened between `before` and version `until`; 0: all that came after.
Result<Decision> back(CheckedDesk& desk, const Ticket& before, const Principal& who, std::int64_t until = 0) {
  Context context;
  context.now = desk.now;
  context.principal = &who;
  context.active = desk.active;
  context.bundles = &desk.bundles;
  context.roster = &desk.roster;
  std::vector<RecordedEvent> undone;
  for (const auto& event : desk.history) {
    if (event.sequence > before.version && (until == 0 || event.sequence <= until)) undone.push_back(event);
  }
  auto decision = put_back(desk.ticket, before, undone, "job 7", context);
  if (!decision) return decision;
  auto replayed = desk.ticket;
  for (const auto& event : decision->events) replayed = evolve(std::move(replayed), desk.ticket.id, event);
  CHECK(replayed == decision->ticket);
  desk.ticket = decision->ticket;
  desk.history.insert(desk.history.end(), decision->events.begin(), decision->events.end());
  CHECK(audit_clocks(desk.history, desk.bundles).empty());
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

TEST_CASE("what dispatch did after the act stays") {
  CheckedDesk desk;
  for (const auto id : {1, 2, 3}) desk.roster.person(id).presence = Presence::off;
  desk.run(li, a_return());
  REQUIRE(desk.ticket.waiting);
  const auto before = desk.ticket;
  SetFields set;
  set.change.tags_added = {"hurry"};
  desk.run(li, set);
  const auto act = desk.ticket.version;
  desk.roster.person(3).presence = Presence::online;
  AssignTicket give;
  give.team = desk.ticket.team;
  desk.run(system_principal("roster"), give);
  REQUIRE(desk.ticket.assignee == UserId{3});
  REQUIRE(back(desk, before, wang, act));
  CHECK(desk.ticket.tags == before.tags);
  CHECK(desk.ticket.assignee == UserId{3});
  CHECK_FALSE(desk.ticket.waiting);
}

TEST_CASE("a ticket that is worked on again goes to somebody who is there") {
  auto desk = with_ticket();
  const auto before = desk.ticket;
  REQUIRE(before.assignee);
  desk.run(li, move_to("cancel"));
  desk.roster.person(before.assignee.value).active = false;
  REQUIRE(back(desk, before, wang));
  CHECK(desk.ticket.state == "applied");
  CHECK(desk.ticket.team == before.team);
  CHECK(desk.ticket.assignee != before.assignee);
  CHECK((desk.ticket.assignee || desk.ticket.waiting));
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

TEST_CASE("an end is taken back with the clocks that it ended: they go on with what they had counted") {
  CheckedDesk desk(with_standard_clocks());
  desk.run(li, a_return());
  desk.pass_time(30min);
  const auto before = desk.ticket;
  desk.pass_time(30min);
  desk.run(li, move_to("cancel"));
  CHECK(run_of(desk.ticket, "first_response").ended_at);
  desk.now += 20min;
  REQUIRE(back(desk, before, wang));

  const std::vector<std::pair<std::string, Duration>> goals{{"first_response", 2h}, {"resolution", 4h}, {"step", 4h}};
  for (const auto& [clock, goal] : goals) {
    INFO(clock);
    const auto& run = run_of(desk.ticket, clock);
    CHECK(run.run == 1);
    CHECK_FALSE(run.ended_at);
    CHECK_FALSE(run.paused);
    CHECK(run.goal == goal);
    CHECK(run.counted == 1h);
    CHECK(run.due_at == desk.now + goal - 1h);  // what was between the two is nobody's fault
  }
  const auto runs = ledger(desk.history, desk.bundles, desk.now + 10min);
  REQUIRE(runs.size() == 3);
  for (const auto& run : runs) CHECK(run.counted == 70min);
  auto wrong = desk.history;
  for (auto& event : wrong) {
    auto* changed = std::get_if<ClockChanged>(&event.event);
    if (changed != nullptr && changed->change == ClockChange::continued) changed->counted += 1us;
  }
  CHECK(audit_clocks(wrong, desk.bundles).size() == 3);

  desk.pass_time(70min);
  CHECK(run_of(desk.ticket, "first_response").breached_at);
  CHECK(audit_clocks(desk.history, desk.bundles).empty());
}

TEST_CASE("clocks that stood still stand still again when an end is taken back") {
  CheckedDesk desk(with_standard_clocks());
  desk.run(li, a_return());
  desk.now += 30min;
  desk.run(li, HoldTicket{"parts", "", {}});
  const auto before = desk.ticket;
  desk.now += 30min;
  desk.run(li, move_to("cancel"));
  desk.now += 30min;
  REQUIRE(back(desk, before, wang));
  for (const auto& run : desk.ticket.clocks) {
    INFO(run.clock);
    CHECK(run.run == 1);
    CHECK_FALSE(run.ended_at);
    CHECK(run.paused);
    CHECK(run.counted == 30min);
  }
}

TEST_CASE("a breach outlives an end that is taken back, and its warnings are not given twice") {
  auto definitions = with_standard_clocks();
  Warning half;
  half.name = "half";
  half.at_percent = 50;
  definitions.sla.front().clocks.back().warnings = {half};
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  desk.pass_time(5h);
  const auto before = desk.ticket;
  REQUIRE(run_of(before, "resolution").breached_at);
  desk.run(li, move_to("cancel"));
  REQUIRE(back(desk, before, wang));
  const auto& run = run_of(desk.ticket, "resolution");
  CHECK(run.run == 1);
  CHECK_FALSE(run.ended_at);
  CHECK(run.breached_at == run_of(before, "resolution").breached_at);
  CHECK(run.due_at == run.breached_at);
  CHECK(run.warned == std::vector<std::string>{"half"});
  CHECK_FALSE(run.next_at);
}

TEST_CASE("whose turn it was comes back with the state; who was answered by the act has the answer") {
  CheckedDesk desk(with_standard_clocks());
  desk.run(li, a_return());
  desk.run(li, message(MessageKind::reply, "which size?"));
  auto before = desk.ticket;
  REQUIRE(before.awaiting == Awaiting::customer);
  desk.run(li, move_to("cancel"));
  REQUIRE(back(desk, before, wang));
  CHECK(desk.ticket.awaiting == Awaiting::customer);
  CHECK(std::ranges::find(desk.ticket.clocks, "next_response", &ClockRun::clock) == desk.ticket.clocks.end());

  desk.run(system_principal("mail"), message(MessageKind::customer, "large"));
  before = desk.ticket;
  REQUIRE(before.awaiting == Awaiting::agent);
  desk.now += 5min;
  auto cancel = move_to("cancel", "We take it back.");
  cancel.reply = true;
  desk.run(li, cancel);
  REQUIRE(back(desk, before, wang));
  CHECK(desk.ticket.awaiting == Awaiting::customer);
  CHECK(run_of(desk.ticket, "next_response").ended_at);
}

TEST_CASE("an act that begins another run of a clock leaves it begun anew when it is taken back") {
  CheckedDesk desk(with_standard_clocks());
  desk.run(li, a_return());
  desk.pass_time(1h);
  const auto before = desk.ticket;
  desk.run(li, move_to("inspect"));  // which has a limit of its own
  desk.pass_time(10min);
  REQUIRE(back(desk, before, wang));
  CHECK(run_of(desk.ticket, "step").run == 3);
  CHECK(run_of(desk.ticket, "resolution").counted == 0h);  // never stopped
  CHECK(run_of(desk.ticket, "resolution").run == 1);
}

TEST_CASE("a close is taken back where the ticket was on a visit") {
  auto definitions = return_desk();
  Transition give_up;
  give_up.name = "give_up";
  give_up.from = {"stock_check"};
  give_up.to = "closed";
  definitions.workflows["return"].transitions.push_back(give_up);
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  desk.run(li, move_to("inspect"));
  desk.run(li, move_to("ask_stock"));
  REQUIRE(desk.ticket.visits.size() == 1);
  const auto before = desk.ticket;
  desk.run(wang, move_to("give_up"));
  REQUIRE(desk.ticket.visits.empty());
  REQUIRE(back(desk, before, wang));
  CHECK(desk.ticket.state == "stock_check");
  CHECK(desk.ticket.visits == before.visits);
  CHECK(desk.ticket.assignee == before.assignee);
  desk.run(wang, move_to("stock_answered"));
  CHECK(desk.ticket.team == "quality");
}

TEST_CASE("a reopening that is taken back leaves the ticket out of the queue") {
  auto desk = with_ticket();
  desk.roster.person(2).presence = Presence::off;
  desk.roster.person(1).presence = Presence::off;
  desk.roster.person(3).presence = Presence::off;
  desk.run(li, move_to("cancel"));
  desk.run(system_principal("test"), ReopenTicket{});
  REQUIRE_FALSE(desk.ticket.assignee);
  REQUIRE(desk.ticket.waiting);
  desk.run(li, move_to("cancel"));
  CHECK_FALSE(desk.ticket.waiting);
  const auto before = desk.ticket;
  desk.roster.person(2).presence = Presence::online;
  desk.run(system_principal("test"), ReopenTicket{});
  REQUIRE(desk.ticket.assignee);
  REQUIRE(back(desk, before, wang));
  CHECK(desk.ticket.category == StateCategory::closed);
  CHECK_FALSE(desk.ticket.assignee);
  CHECK_FALSE(desk.ticket.waiting);
  CHECK(desk.run(system_principal("dispatch"), Redispatch{}).events.empty());
}
