// SPDX-License-Identifier: Apache-2.0
// Starts, pauses and ends of clocks over the Spring Festival of 2026 (off from 15 to 23 February; the Saturdays 14 and
// 28 February are make-up working days), 9:00–12:00 and 13:30–18:00 in Shanghai. All due times are computed by hand.
#include "clock_log.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::tests;

namespace {

Bundles desk(std::vector<ClockPolicy> clocks) {
  Bundles bundles;
  bundles.add(desk_of("one", std::move(clocks)));
  return bundles;
}

Time day(const std::string& text) {
  return at("2026-" + text + "+08:00");
}

}  // namespace

TEST_CASE("a goal is due in working time") {
  struct Row {
    const char* start;
    Duration goal;
    const char* due;
  };
  const std::vector<Row> rows{
      {"02-12 09:00", hours{3}, "02-12 12:00"},  // used up at the end of a slot
      {"02-12 10:00", hours{3}, "02-12 14:30"},  // over the lunch break
      {"02-12 12:30", hours{1}, "02-12 14:30"},  // begun in the break
      {"02-12 22:00", hours{1}, "02-13 10:00"},  // begun at night
      {"02-13 17:30", minutes{30}, "02-13 18:00"},
      {"02-13 17:30", hours{8}, "02-14 18:00"},                // the Saturday is a make-up working day
      {"02-13 17:30", hours{8} + minutes{30}, "02-24 09:30"},  // then nine days off
      {"02-18 03:00", hours{1}, "02-24 10:00"},                // begun in the holidays
      {"02-27 17:00", hours{2}, "02-28 10:00"},                // the other make-up Saturday
      {"02-28 17:00", hours{2}, "03-02 10:00"},                // and its Sunday
      {"02-13 17:30", std::chrono::microseconds{1}, "02-13 17:30:00.000001"},
      {"02-13 17:30", Duration{}, "02-13 17:30"},
  };
  for (const auto& row : rows) {
    INFO(row.start << " + " << row.goal.count());
    const auto bundles = desk({clock_of("resolution", row.goal)});
    const LivingTicket ticket(bundles, "one", day(row.start));
    CHECK(ticket.clock("resolution").due_at == day(row.due));
    CHECK(ticket.clock("resolution").next_at == day(row.due));
    CHECK(ticket.clock("resolution").calendar == "office");
  }
}

TEST_CASE("a hold stops all clocks and gives the time back") {
  const auto bundles = desk({clock_of("first_response", hours{8}), clock_of("resolution", hours{8})});
  LivingTicket ticket(bundles, "one", day("02-13 17:30"));
  ticket.holds(day("02-14 10:00"));  // 30 min on Friday, 1 h on Saturday
  for (const auto* name : {"first_response", "resolution"}) {
    CHECK(ticket.clock(name).paused);
    CHECK(ticket.clock(name).counted == minutes{90});
    CHECK_FALSE(ticket.clock(name).due_at);
    CHECK_FALSE(ticket.clock(name).next_at);
  }
  ticket.passes(day("02-25 10:00"));
  ticket.resumes(day("02-25 10:00"));  // 6.5 h left: 2 h to noon, 4.5 h to the evening
  CHECK(ticket.clock("resolution").due_at == day("02-25 18:00"));
  CHECK(ticket.clock("resolution").counted == minutes{90});
  ticket.moves(day("02-25 11:00"), "resolved");
  CHECK(ticket.clock("resolution").ended_at == day("02-25 11:00"));
  CHECK(ticket.clock("resolution").counted == minutes{150});
  CHECK_FALSE(ticket.clock("resolution").breached_at);
  CHECK(ticket.audit().empty());
}

TEST_CASE("waiting for the customer stops the resolution; his answer makes it the agent's turn") {
  const auto bundles = desk({clock_of("next_response", hours{2}), clock_of("resolution", hours{6})});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  CHECK_FALSE(ticket.has_clock("next_response"));  // the first response is another clock
  ticket.replies(day("02-12 10:00"));
  CHECK_FALSE(ticket.has_clock("next_response"));
  ticket.moves(day("02-12 10:00"), "waiting");
  CHECK(ticket.clock("resolution").paused);
  ticket.customer_writes(day("02-13 17:00"));
  CHECK(ticket.clock("next_response").due_at == day("02-14 10:00"));
  CHECK(ticket.clock("resolution").paused);
  ticket.moves(day("02-13 17:30"), "working");
  CHECK(ticket.clock("resolution").due_at == day("02-14 15:00"));  // 5 h left: 30 min, 3 h, 1.5 h
  ticket.replies(day("02-14 09:30"));
  CHECK(ticket.clock("next_response").ended_at);
  CHECK(ticket.clock("next_response").counted == minutes{90});
  ticket.customer_writes(day("02-14 11:00"));
  CHECK(ticket.clock("next_response").run == 2);
  CHECK(ticket.clock("next_response").due_at == day("02-14 14:30"));
  CHECK(ticket.audit().empty());
}

TEST_CASE("the first response is asked for once") {
  const auto bundles = desk({clock_of("first_response", hours{1}), clock_of("resolution", hours{1})});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.moves(day("02-12 09:10"), "closed");  // without any reply
  CHECK(ticket.clock("first_response").ended_at);
  ticket.moves(day("02-12 11:00"), "working");
  CHECK(ticket.clock("first_response").run == 1);
  CHECK(ticket.clock("first_response").ended_at);
  CHECK(ticket.clock("resolution").run == 2);
}

TEST_CASE("reopening starts with the full goal and does not breach at once") {
  const auto bundles = desk({clock_of("resolution", hours{2})});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.moves(day("02-12 10:59"), "resolved");
  ticket.passes(day("02-24 09:00"));
  ticket.moves(day("02-24 09:00"), "working");
  const auto& run = ticket.clock("resolution");
  CHECK(run.run == 2);
  CHECK(run.started_at == day("02-24 09:00"));
  CHECK(run.due_at == day("02-24 11:00"));
  CHECK(run.counted == Duration{});
  CHECK_FALSE(run.breached_at);
  CHECK(ticket.fired().empty());
  CHECK(ticket.audit().empty());
}

TEST_CASE("a step has its own limit, anew each time it is entered") {
  const auto bundles = desk({clock_of("resolution", hours{20})});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  CHECK_FALSE(ticket.has_clock("step"));  // "new" has no limit
  ticket.moves(day("02-12 10:00"), "working");
  CHECK(ticket.clock("step").policy == "working");
  CHECK(ticket.clock("step").due_at == day("02-12 15:30"));
  ticket.holds(day("02-12 11:00"));
  CHECK(ticket.clock("step").paused);
  ticket.resumes(day("02-12 15:00"));
  CHECK(ticket.clock("step").due_at == day("02-12 18:00"));
  ticket.moves(day("02-12 16:00"), "working");  // into the same state again
  CHECK(ticket.clock("step").run == 2);
  CHECK(ticket.clock("step").due_at == day("02-13 11:00"));  // 2 h on the day, 2 h on the next
  ticket.moves(day("02-12 17:00"), "waiting");
  CHECK(ticket.clock("step").ended_at == day("02-12 17:00"));
  CHECK(ticket.clock("step").counted == hours{1});
  CHECK(ticket.audit().empty());
}

TEST_CASE("the team's clock begins again with each team") {
  const auto bundles = desk({clock_of("team", hours{2})});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  CHECK_FALSE(ticket.has_clock("team"));
  ticket.assigned_to(day("02-12 09:00"), "returns");
  CHECK(ticket.clock("team").scope == "returns");
  ticket.assigned_to(day("02-12 10:00"), "returns");  // another agent of the team
  CHECK(ticket.clock("team").run == 1);
  ticket.assigned_to(day("02-12 10:30"), "warehouse");
  CHECK(ticket.clock("team").run == 2);
  CHECK(ticket.clock("team").scope == "warehouse");
  CHECK(ticket.clock("team").due_at == day("02-12 14:00"));
  ticket.assigned_to(day("02-12 11:00"), "returns");
  CHECK(ticket.clock("team").run == 3);
  CHECK(ticket.audit().empty());
}

TEST_CASE("closing and merging end everything") {
  const auto bundles =
      desk({clock_of("first_response", hours{8}), clock_of("resolution", hours{8}), clock_of("team", hours{8})});
  for (const bool merged : {false, true}) {
    LivingTicket ticket(bundles, "one", day("02-12 09:00"));
    ticket.assigned_to(day("02-12 09:00"), "returns");
    ticket.moves(day("02-12 09:30"), "working");
    if (merged) {
      ticket.happens(day("02-12 10:00"), Merged{TicketId{2}, "working"});
    } else {
      ticket.moves(day("02-12 10:00"), "closed");
    }
    CHECK(ticket.ticket().clocks.size() == 4);
    for (const auto& run : ticket.ticket().clocks) {
      INFO(run.clock);
      CHECK(run.ended_at == day("02-12 10:00"));
      CHECK_FALSE(run.next_at);
    }
    ticket.customer_writes(day("02-12 11:00"));
    for (const auto& run : ticket.ticket().clocks) CHECK(run.ended_at);
    CHECK(ticket.audit().empty());
  }
}

TEST_CASE("the first policy and the first goal that hold are taken when the clock starts, and kept") {
  auto desk = desk_of("one", {clock_of("resolution", hours{8})});
  desk.sla.front().clocks.front().goals = {{test_of("priority", Operator::is, std::string("urgent")), hours{1}},
                                           {test_of("priority", Operator::is, std::string("high")), hours{2}},
                                           {Condition{}, hours{8}}};
  SlaPolicy vip;
  vip.name = "vip";
  vip.when = test_of("customer.level", Operator::is, std::string("vip"));
  vip.clocks = {clock_of("resolution", minutes{30}), clock_of("first_response", minutes{10})};
  vip.clocks[0].calendar = "always";
  desk.sla.insert(desk.sla.begin(), vip);
  Bundles bundles;
  bundles.add(desk);

  LivingTicket ticket(bundles, "one", day("02-12 09:00"), Priority::high);
  CHECK(ticket.clock("resolution").policy == "standard");
  CHECK(ticket.clock("resolution").goal == hours{2});
  FieldsSet set;
  set.priority = Priority::urgent;
  set.customer_level = "vip";
  ticket.happens(day("02-12 09:30"), set);
  CHECK(ticket.clock("resolution").goal == hours{2});
  CHECK(ticket.clock("resolution").due_at == day("02-12 11:00"));
  CHECK(ticket.clock("first_response").policy == "vip");  // a clock that only the other policy has begins now
  ticket.moves(day("02-12 09:40"), "resolved");
  ticket.moves(day("02-12 19:00"), "working");
  CHECK(ticket.clock("resolution").policy == "vip");
  CHECK(ticket.clock("resolution").due_at == day("02-12 19:30"));
  CHECK(ticket.audit().empty());
}

TEST_CASE("a clock without a goal that holds does not start") {
  auto clock = clock_of("resolution", hours{8});
  clock.goals = {{test_of("priority", Operator::is, std::string("urgent")), hours{1}}};
  const auto bundles = desk({clock});
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  CHECK_FALSE(ticket.has_clock("resolution"));
  FieldsSet set;
  set.priority = Priority::urgent;
  ticket.happens(day("02-12 09:30"), set);
  CHECK(ticket.clock("resolution").due_at == day("02-12 10:30"));
}

TEST_CASE("a clock of the desk's own runs by its conditions") {
  ClockPolicy parts;
  parts.name = "parts";
  parts.start = test_of("tags", Operator::is, std::string("parts"));
  parts.pause = test_of("urges", Operator::greater, std::int64_t{2});  // nobody pushes the supplier harder
  parts.goals = {{Condition{}, hours{10}}};
  parts.calendar = "always";
  const auto bundles = desk({parts});
  LivingTicket ticket(bundles, "one", day("02-15 09:00"));
  CHECK_FALSE(ticket.has_clock("parts"));
  FieldsSet tagged;
  tagged.tags_added = {"parts"};
  ticket.happens(day("02-15 10:00"), tagged);
  CHECK(ticket.clock("parts").due_at == day("02-15 20:00"));
  ticket.happens(day("02-15 12:00"), Urged{3});
  CHECK(ticket.clock("parts").paused);
  FieldsSet untagged;
  untagged.tags_removed = {"parts"};
  ticket.happens(day("02-15 22:00"), untagged);
  CHECK(ticket.clock("parts").counted == hours{2});
  CHECK(ticket.audit().empty());
}

TEST_CASE("without enough working time left nothing is due, and nothing hangs") {
  auto desk = desk_of("one", {clock_of("resolution", std::chrono::hours{24 * 365 * 10})});
  auto spec = weekly("Asia/Shanghai", 0, {});
  spec.exceptions = {CalendarException{date(2026, 2, 12), date(2026, 2, 12), "the only day", DaySlots{{0, 60}}}};
  desk.calendars.insert_or_assign("office", made(spec));
  Bundles bundles;
  bundles.add(desk);
  LivingTicket ticket(bundles, "one", day("02-12 00:30"));
  CHECK_FALSE(ticket.clock("resolution").due_at);
  CHECK_FALSE(ticket.clock("resolution").next_at);
  ticket.passes(day("12-31 00:00"));
  ticket.moves(day("12-31 00:00"), "resolved");
  CHECK(ticket.clock("resolution").counted == minutes{30});
  CHECK(ticket.audit().empty());
}

TEST_CASE("a breach that was not taken in time is not lost by a pause or an end") {
  Bundles bundles = desk({clock_of("resolution", hours{1})});
  const auto definitions = bundles.get("one");
  for (const bool hold : {true, false}) {
    LivingTicket living(bundles, "one", day("02-12 09:00"));
    auto ticket = living.ticket();
    if (hold) {
      ticket.hold = Hold{};
    } else {
      ticket.category = StateCategory::resolved;
    }
    const auto events = settle_clocks(ticket, *definitions, *definitions, day("02-12 10:00"));
    REQUIRE(events.size() == 2);
    REQUIRE(std::holds_alternative<ClockBreached>(events[0]));
    CHECK(std::get<ClockBreached>(events[0]).due == day("02-12 10:00"));
    if (!hold) CHECK_FALSE(std::get<ClockEnded>(events[1]).kept);
    CHECK(settle_clocks(ticket, *definitions, *definitions, day("02-12 09:59:59.999999")).size() == 1);
  }
}
