// SPDX-License-Identifier: Apache-2.0
// Warnings and breaches, with due times computed by hand; the calendar is that of settle_clocks_test.cpp.
#include "clock_log.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::tests;

namespace {

Time day(const std::string& text) {
  return at("2026-" + text + "+08:00");
}
using Lines = std::vector<std::string>;

Warning share(std::string name, int percent) {
  return Warning{.name = std::move(name), .at_percent = percent};
}
Warning before(std::string name, Duration span) {
  return Warning{.name = std::move(name), .before = span};
}
Warning after(std::string name, Duration span) {
  return Warning{.name = std::move(name), .after = span};
}

Bundles desk(Duration goal, std::vector<Warning> warnings) {
  Bundles bundles;
  bundles.add(desk_of("one", {clock_of("resolution", goal, std::move(warnings))}));
  return bundles;
}

}  // namespace

TEST_CASE("warnings come by share, before and after, in working time") {
  const auto bundles =
      desk(hours{8}, {after("late", hours{1}), share("half", 50), before("soon", minutes{30}), share("far", 150)});
  LivingTicket ticket(bundles, "one", day("02-13 17:30"));
  CHECK(ticket.clock("resolution").next_at == day("02-14 14:00"));
  ticket.passes(day("02-14 13:59:59.999999"));
  CHECK(ticket.fired().empty());
  ticket.passes(day("02-14 14:00"));
  CHECK(ticket.fired() == Lines{"resolution half 02-14T14:00"});
  CHECK(ticket.clock("resolution").next_at == day("02-14 17:30"));
  ticket.passes(day("02-24 23:00"));
  CHECK(ticket.fired() == Lines{"resolution half 02-14T14:00", "resolution soon 02-14T17:30",
                                "resolution breached 02-14T18:00", "resolution late 02-24T10:00",
                                "resolution far 02-24T14:30"});
  CHECK_FALSE(ticket.clock("resolution").next_at);
  CHECK(ticket.clock("resolution").breached_at == day("02-14 18:00"));
  CHECK(ticket.clock("resolution").due_at == day("02-14 18:00"));
  ticket.moves(day("02-25 09:00"), "resolved");
  const auto& ended = std::get<ClockEnded>(ticket.events().back().event);
  CHECK_FALSE(ended.kept);
  CHECK(ended.counted == hours{15} + minutes{30});
  CHECK(ticket.audit().empty());
}

TEST_CASE("a warning repeats as often as it says") {
  auto nag = after("nag", minutes{15});
  nag.repeat = hours{1};
  nag.times = 3;
  const auto bundles = desk(hours{1}, {nag});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.passes(day("02-13 09:00"));
  CHECK(ticket.fired() == Lines{"resolution breached 02-12T10:00", "resolution nag 02-12T10:15",
                                "resolution nag#2 02-12T11:15", "resolution nag#3 02-12T13:45",
                                "resolution nag#4 02-12T14:45"});
  CHECK(ticket.clock("resolution").warned == Lines{"nag", "nag#2", "nag#3", "nag#4"});
  CHECK(ticket.audit().empty());
}

TEST_CASE("a repeat that begins before the goal goes on after it") {
  auto remind = share("remind", 50);
  remind.repeat = minutes{30};
  remind.times = 2;
  const auto bundles = desk(hours{1}, {remind});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.passes(day("02-12 12:00"));
  CHECK(ticket.fired() == Lines{"resolution remind 02-12T09:30", "resolution remind#2 02-12T10:00",
                                "resolution breached 02-12T10:00", "resolution remind#3 02-12T10:30"});
}

TEST_CASE("at one instant warnings up to the goal come first, then the breach, then warnings after it") {
  const auto bundles = desk(hours{1}, {after("after", Duration{}), share("full", 100), before("on_time", Duration{})});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.passes(day("02-12 10:00"));
  CHECK(ticket.fired() == Lines{"resolution full 02-12T10:00", "resolution on_time 02-12T10:00",
                                "resolution breached 02-12T10:00", "resolution after 02-12T10:00"});
}

TEST_CASE("a warning from before the start is due at the start") {
  const auto bundles = desk(hours{1}, {before("a_day_ahead", hours{24})});
  LivingTicket ticket(bundles, "one", day("02-12 20:00"));
  CHECK(ticket.clock("resolution").next_at == day("02-12 20:00"));
  ticket.passes(day("02-12 20:00"));
  CHECK(ticket.fired() == Lines{"resolution a_day_ahead 02-12T20:00"});
  CHECK(ticket.clock("resolution").next_at == day("02-13 10:00"));
}

TEST_CASE("nothing falls due while a clock is paused, and nothing twice after it") {
  const auto bundles = desk(hours{2}, {share("half", 50), after("late", hours{1})});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.holds(day("02-12 10:00"));  // the warning fell due at this instant and comes first
  CHECK(ticket.fired() == Lines{"resolution half 02-12T10:00"});
  ticket.passes(day("02-13 18:00"));
  CHECK(ticket.fired().size() == 1);
  ticket.resumes(day("02-14 09:00"));
  ticket.passes(day("02-14 10:30"));
  CHECK(ticket.fired() == Lines{"resolution half 02-12T10:00", "resolution breached 02-14T10:00"});
  ticket.holds(day("02-14 10:30"));
  ticket.resumes(day("02-24 09:00"));
  CHECK(ticket.clock("resolution").due_at == day("02-14 10:00"));  // when it was due, not when it went on
  ticket.passes(day("02-24 18:00"));
  CHECK(ticket.fired() ==
        Lines{"resolution half 02-12T10:00", "resolution breached 02-14T10:00", "resolution late 02-24T09:30"});
  CHECK(ticket.audit().empty());
}

TEST_CASE("after a downtime everything comes in the order in which it was due") {
  auto desk = desk_of("one", {clock_of("first_response", hours{1}, {share("half", 50)}),
                              clock_of("resolution", hours{2}, {share("quarter", 25)})});
  desk.workflows.at("flow").states[0].limit = minutes{45};
  Bundles bundles;
  bundles.add(desk);
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.passes(day("02-26 09:00"));
  CHECK(ticket.fired() == Lines{"first_response half 02-12T09:30", "resolution quarter 02-12T09:30",
                                "step breached 02-12T09:45", "first_response breached 02-12T10:00",
                                "resolution breached 02-12T11:00"});
  CHECK(ticket.audit().empty());
}

TEST_CASE("a warning hands over its actions and names its rule") {
  auto half = share("half", 50);
  half.repeat = minutes{10};
  half.times = 1;
  half.actions = {Action{.kind = ActionKind::escalate, .level = 2}};
  const auto bundles = desk(hours{1}, {half});
  const LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  const auto definitions = bundles.get("one");
  const auto due = next_due_clock_event(ticket.ticket(), *definitions, *definitions, day("02-12 09:30"));
  REQUIRE(due);
  CHECK(due->rule == "warning resolution.half");
  CHECK(due->actions == half.actions);
  const auto& warned = std::get<ClockWarned>(due->event);
  CHECK(warned.next_at == day("02-12 09:40"));
  CHECK_FALSE(next_due_clock_event(ticket.ticket(), *definitions, *definitions, day("02-12 09:29:59.999999")));
}

TEST_CASE("a run gives a hundred warnings at most") {
  auto nag = after("nag", Duration{});
  nag.repeat = minutes{1};
  nag.times = 1'000'000;
  const auto bundles = desk(minutes{1}, {nag});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.passes(day("03-12 09:00"));
  CHECK(ticket.clock("resolution").warned.size() == 100);
  CHECK_FALSE(ticket.clock("resolution").next_at);
}
