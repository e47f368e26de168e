// SPDX-License-Identifier: Apache-2.0
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {
const Principal li = agent(2, "li", {"support", "quality", "finance"});

CheckedDesk with_ticket(Definitions definitions = return_desk()) {
  CheckedDesk desk(std::move(definitions));
  desk.run(li, a_return());
  return desk;
}

std::optional<DueTimer> timer(const CheckedDesk& desk) {
  return next_timer(desk.ticket, *desk.bundles.get(desk.ticket.workflow_bundle), *desk.active);
}
}  // namespace

TEST_CASE("time warns, breaches and repeats, each once and in order") {
  auto desk = with_ticket();
  CHECK(desk.pass_time(29min).events.empty());
  auto decision = desk.pass_time(1min);
  REQUIRE(events_of<ClockWarned>(decision).size() == 1);
  CHECK(events_of<ClockWarned>(decision)[0].warning == "half");
  CHECK(events_of<Notified>(decision).at(0).text == "late_soon");
  CHECK(desk.pass_time(0min).events.empty());
  decision = desk.pass_time(30min);
  CHECK(events_of<ClockBreached>(decision).at(0).clock == "first_response");
  CHECK(desk.pass_time(1min).events.empty());
}

TEST_CASE("after a long silence everything is done in the order in which it fell due") {
  auto desk = with_ticket();
  const auto decision = desk.pass_time(10 * 24h);
  std::vector<Time> due;
  for (const auto& event : decision.events) {
    if (const auto* warned = std::get_if<ClockWarned>(&event.event)) due.push_back(warned->due);
    if (const auto* breached = std::get_if<ClockBreached>(&event.event)) due.push_back(breached->due);
    CHECK(event.at == desk.now);
  }
  CHECK(due.size() == 7);  // half; breaches of three clocks; late with two repeats
  CHECK(std::ranges::is_sorted(due));
  CHECK(desk.ticket.escalation == 1);
  CHECK_FALSE(timer(desk));
}

TEST_CASE("a late timer does not hide a breach from the agent who replies") {
  auto desk = with_ticket();
  desk.now += 2h;
  const auto decision = desk.run(li, message(MessageKind::reply, "sorry"));
  const auto breached = events_of<ClockBreached>(decision);
  REQUIRE(breached.size() == 1);
  CHECK(breached[0].due == monday + 1h);
  CHECK_FALSE(events_of<ClockEnded>(decision).at(0).kept);
}

TEST_CASE("a ticket moves by itself when it stood long enough") {
  auto desk = with_ticket();
  desk.walk({"inspect", "pass", "refund"});
  REQUIRE(timer(desk));
  const Time entered = desk.now;
  auto decision = desk.pass_time(80h);
  CHECK(desk.ticket.state == "resolved");
  CHECK(events_of<Moved>(decision).at(0).due == entered + 72h);
  REQUIRE(timer(desk));
  CHECK(timer(desk)->kind == DueTimer::Kind::auto_move);
  CHECK(timer(desk)->at == desk.now + 7 * 24h);
  desk.pass_time(7 * 24h);
  CHECK(desk.ticket.state == "closed");
  CHECK_FALSE(timer(desk));
}

TEST_CASE("an automatic move that is not allowed is skipped once and not asked again") {
  auto definitions = return_desk();
  for (auto& transition : definitions.workflows["return"].transitions) {
    if (transition.name == "close") transition.guard = when("priority", Operator::is_not, std::string{"urgent"});
  }
  auto desk = with_ticket(definitions);
  SetFields urgent;
  urgent.change.priority = Priority::urgent;
  desk.run(li, urgent);
  desk.walk({"inspect", "pass", "refund", "confirm"});
  auto decision = desk.pass_time(8 * 24h);
  const auto skipped = events_of<MoveSkipped>(decision);
  REQUIRE(skipped.size() == 1);
  CHECK(skipped[0].transition == "close");
  CHECK_FALSE(skipped[0].reason.empty());
  CHECK(desk.ticket.state == "resolved");
  CHECK_FALSE(timer(desk));
  CHECK(desk.pass_time(24h).events.empty());
  // In the next turn in that state it is armed again.
  desk.run(li, ReopenTicket{});
  desk.walk({"inspect", "pass", "refund", "confirm"});
  CHECK(timer(desk));
}

TEST_CASE("a hold stops automatic moves of work, not of waiting") {
  auto definitions = return_desk();
  definitions.workflows["return"].states[1].auto_moves = {{24h, "office", "cancel"}};
  auto desk = with_ticket(definitions);
  desk.walk({"inspect"});
  desk.run(li, HoldTicket{"parts", "", {}});
  desk.pass_time(30 * 24h);
  CHECK(desk.ticket.state == "inspecting");
  desk.run(li, ResumeTicket{});
  desk.pass_time(0h);
  CHECK(desk.ticket.state == "closed");

  auto waiting = with_ticket();
  waiting.walk({"inspect", "pass", "refund"});
  waiting.run(li, HoldTicket{"customer_away", "", {}});
  waiting.pass_time(80h);
  CHECK(waiting.ticket.state == "resolved");
  CHECK_FALSE(waiting.ticket.hold);
}

TEST_CASE("time on a ticket does not run backwards with the machine's clock") {
  auto desk = with_ticket();
  desk.now -= 24h;
  const auto decision = desk.run(li, message(MessageKind::note, "odd"));
  CHECK(decision.events.at(0).at == monday);
  CHECK(desk.pass_time(1h).events.empty());
}

TEST_CASE("a publication re-pins the workflow, maps the state and keeps the clocks' goals") {
  auto desk = with_ticket();
  desk.walk({"inspect"});
  auto next = return_desk("bundle-2");
  auto& workflow = next.workflows["return"];
  for (auto& state : workflow.states) {
    if (state.name == "inspecting") state.name = "examining";
  }
  for (auto& transition : workflow.transitions) {
    for (auto& from : transition.from) from = from == "inspecting" ? "examining" : from;
    if (transition.to == "inspecting") transition.to = "examining";
  }
  next.sla[1].clocks[1].goals[0].within = 1h;
  desk.publish(next);
  const auto system = system_principal("publication");
  AdoptDefinitions adopt;
  adopt.published_at = desk.now;
  adopt.take_workflow = true;
  CHECK(desk.refused(system, adopt).code == ErrorCode::conflict);
  adopt.state = "nowhere";
  CHECK(desk.refused(system, adopt).code == ErrorCode::conflict);
  adopt.state = "examining";
  const auto decision = desk.run(system, adopt);
  CHECK(desk.ticket.state == "examining");
  CHECK(desk.ticket.workflow_bundle == "bundle-2");
  CHECK(events_of<Moved>(decision).at(0).transition.empty());
  CHECK(events_of<Notified>(decision).empty());
  CHECK(desk.run(system, adopt).events.empty());
  const auto resolution = std::ranges::find(desk.ticket.clocks, "resolution", &ClockRun::clock);
  REQUIRE(resolution != desk.ticket.clocks.end());
  CHECK(resolution->goal == 24h);
}

TEST_CASE("a ticket keeps its workflow when a publication does not take it") {
  auto desk = with_ticket();
  auto next = return_desk("bundle-2");
  next.workflows["return"].states.clear();
  next.teams.erase("support");
  next.desk.default_team = "quality";
  desk.publish(next);
  AdoptDefinitions adopt;
  adopt.published_at = desk.now;
  desk.run(system_principal("publication"), adopt);
  CHECK(desk.ticket.bundle == "bundle-2");
  CHECK(desk.ticket.workflow_bundle == "bundle-1");
  CHECK(desk.ticket.state == "applied");
  CHECK(desk.ticket.team == "quality");  // its team is gone
  desk.walk({"inspect"});
}

TEST_CASE("until a ticket adopts a publication its clocks count by the old one") {
  auto desk = with_ticket();
  auto next = return_desk("bundle-2");
  next.sla[1].clocks[0].warnings.clear();
  desk.publish(next);
  const auto decision = desk.pass_time(30min);
  CHECK(events_of<ClockWarned>(decision).size() == 1);
}

TEST_CASE("what a late timer would have done is done before the command") {
  auto desk = with_ticket();
  desk.now += 40min;
  const auto decision = desk.run(li, message(MessageKind::reply, "here we are"));
  REQUIRE(events_of<ClockWarned>(decision).size() == 1);
  CHECK(trace_of(decision, "warning first_response.half") != nullptr);
  CHECK(std::holds_alternative<ClockWarned>(decision.events.front().event));
}

TEST_CASE("an automatic move and a breach happen in the order in which they fell due") {
  auto desk = with_ticket();
  desk.walk({"inspect", "pass", "refund"});
  // 48 hours of office time are over a week; after 72 hours the ticket is resolved by itself.
  const auto decision = desk.pass_time(30 * 24h);
  CHECK(desk.ticket.state == "resolved");
  const auto moved = std::ranges::find_if(
      decision.events, [](const RecordedEvent& event) { return std::holds_alternative<Moved>(event.event); });
  const auto breached = std::ranges::find_if(decision.events, [](const RecordedEvent& event) {
    const auto* breach = std::get_if<ClockBreached>(&event.event);
    return breach != nullptr && breach->clock == "step";
  });
  // The move is done now, so the step did last past its goal: the log says so, after the move.
  REQUIRE(breached != decision.events.end());
  CHECK(moved < breached);
}

TEST_CASE("a publication counts on a ticket no earlier than its last event and not before it is published") {
  auto desk = with_ticket();
  desk.publish(return_desk("bundle-2"));
  desk.now += 2h;
  AdoptDefinitions adopt;
  adopt.published_at = monday - 1h;
  auto decision = desk.run(system_principal("publication"), adopt);
  CHECK(events_of<Adopted>(decision).at(0).published_at == monday);
  desk.publish(return_desk("bundle-3"));
  adopt.published_at = desk.now + 1h;
  decision = desk.run(system_principal("publication"), adopt);
  CHECK(events_of<Adopted>(decision).at(0).published_at == desk.now);
}
