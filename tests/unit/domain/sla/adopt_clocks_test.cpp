// SPDX-License-Identifier: Apache-2.0
// A publication in the middle of a run moves only what lies after it.
#include "clock_log.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::tests;

namespace {

Time day(const std::string& text) {
  return at("2026-" + text + "+08:00");
}

Definitions with_day_off(std::string digest, std::vector<ClockPolicy> clocks, unsigned month, unsigned off) {
  auto desk = desk_of(std::move(digest), std::move(clocks));
  auto spec = cn_office();
  spec.exceptions = {CalendarException{date(2026, month, off), date(2026, month, off), "stocktaking", DaySlots{}}};
  desk.calendars.insert_or_assign("office", made(spec));
  return desk;
}

std::size_t adopted(const LivingTicket& ticket) {
  std::size_t count = 0;
  for (const auto& event : ticket.events()) {
    const auto* changed = std::get_if<ClockChanged>(&event.event);
    count += changed != nullptr && changed->change == ClockChange::adopted;
  }
  return count;
}

}  // namespace

TEST_CASE("a new day off moves what is due after it") {
  Bundles bundles;
  bundles.add(desk_of("one", {clock_of("resolution", hours{10})}));
  bundles.add(with_day_off("two", {clock_of("resolution", hours{10})}, 2, 13));
  LivingTicket ticket(bundles, "one", day("02-12 14:00"));
  CHECK(ticket.clock("resolution").due_at == day("02-13 16:30"));  // 4 h, then 3 h and 3 h
  ticket.adopts(day("02-12 16:00"), day("02-12 16:05"), "two");
  const auto& run = ticket.clock("resolution");
  CHECK(run.due_at == day("02-14 16:30"));
  CHECK(run.counted == hours{2});
  CHECK(run.as_of == day("02-12 16:00"));
  CHECK(run.goal == hours{10});
  CHECK(ticket.audit().empty());
}

TEST_CASE("what was counted before the publication stays counted") {
  Bundles bundles;
  bundles.add(desk_of("one", {clock_of("resolution", hours{10})}));
  bundles.add(with_day_off("two", {clock_of("resolution", hours{10})}, 2, 12));  // declared off in the afternoon
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.adopts(day("02-12 15:00"), day("02-12 17:00"), "two");
  CHECK(ticket.clock("resolution").counted == hours{4} + minutes{30});  // the morning, and 13:30 to 15:00
  CHECK(ticket.clock("resolution").due_at == day("02-13 16:00"));
  const auto ledger = ticket.ledger_at(day("02-13 10:00"));
  REQUIRE(ledger.size() == 1);
  REQUIRE(ledger[0].segments.size() == 2);
  CHECK(ledger[0].segments[0].bundle == "one");
  CHECK(ledger[0].segments[0].working == hours{4} + minutes{30});
  CHECK(ledger[0].segments[0].to == day("02-12 15:00"));
  CHECK(ledger[0].segments[1].bundle == "two");
  CHECK(ledger[0].segments[1].working == hours{1});
  CHECK(ledger[0].segments[1].rule == "publication");
  CHECK_FALSE(ledger[0].segments[1].to);
  CHECK(ledger[0].counted == hours{5} + minutes{30});
  ticket.moves(day("02-13 10:00"), "resolved");
  CHECK(ticket.clock("resolution").counted == hours{5} + minutes{30});
  CHECK(ticket.audit().empty());
}

TEST_CASE("a publication that comes to the same records nothing") {
  Bundles bundles;
  bundles.add(desk_of("one", {clock_of("resolution", hours{10})}));
  bundles.add(with_day_off("two", {clock_of("resolution", hours{10})}, 11, 11));
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.adopts(day("02-12 15:00"), day("02-12 17:00"), "two");
  CHECK(adopted(ticket) == 0);
  ticket.holds(day("02-13 09:30"));
  ticket.resumes(day("02-14 09:00"));
  CHECK(ticket.clock("resolution").counted == hours{8});
  CHECK(ticket.audit().empty());
}

TEST_CASE("a clock that is breached under the new calendar breaches when that says") {
  Bundles bundles;
  auto clock = clock_of("resolution", hours{10});
  bundles.add(desk_of("one", {clock}));
  clock.calendar = "always";
  bundles.add(desk_of("two", {clock}));
  LivingTicket ticket(bundles, "one", day("02-12 14:00"));
  ticket.adopts(day("02-12 16:00"), day("02-13 09:00"), "two");  // 8 h left, round the clock: midnight, long ago
  CHECK(ticket.clock("resolution").calendar == "always");
  CHECK(ticket.clock("resolution").breached_at == day("02-13 00:00"));
  CHECK(ticket.audit().empty());
}

TEST_CASE("a breach before the publication stays, one that was due before it is not lost") {
  Bundles bundles;
  bundles.add(desk_of("one", {clock_of("resolution", hours{1})}));
  bundles.add(with_day_off("two", {clock_of("resolution", hours{1})}, 2, 13));
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.passes(day("02-12 12:00"));
  ticket.adopts(day("02-12 14:00"), day("02-12 15:00"), "two");
  CHECK(ticket.clock("resolution").breached_at == day("02-12 10:00"));
  CHECK(ticket.clock("resolution").due_at == day("02-12 10:00"));
  CHECK(ticket.audit().empty());

  const LivingTicket late(bundles, "one", day("02-12 09:00"));
  const auto events = adopt_clocks(late.ticket(), *bundles.get("one"), *bundles.get("two"), *bundles.get("one"),
                                   day("02-12 14:00"), day("02-12 15:00"));
  REQUIRE_FALSE(events.empty());
  REQUIRE(std::holds_alternative<ClockBreached>(events[0]));
  CHECK(std::get<ClockBreached>(events[0]).due == day("02-12 10:00"));
}

TEST_CASE("new warnings are armed, a held clock waits for its end") {
  Bundles bundles;
  bundles.add(desk_of("one", {clock_of("resolution", hours{4})}));
  bundles.add(desk_of("two", {clock_of("resolution", hours{4}, {Warning{.name = "half", .at_percent = 50}})}));
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.adopts(day("02-12 09:30"), day("02-12 09:30"), "two");
  CHECK(ticket.clock("resolution").next_at == day("02-12 11:00"));

  LivingTicket held(bundles, "one", day("02-12 09:00"));
  held.holds(day("02-12 09:15"));
  held.adopts(day("02-12 09:30"), day("02-12 09:30"), "two");
  CHECK_FALSE(held.clock("resolution").next_at);
  held.resumes(day("02-12 10:00"));
  CHECK(held.clock("resolution").next_at == day("02-12 11:45"));
  CHECK(held.audit().empty());
}

TEST_CASE("a policy that went hands its runs over, a clock that went ends") {
  Bundles bundles;
  auto old = desk_of("one", {clock_of("resolution", hours{4}), clock_of("first_response", hours{4})});
  old.sla.front().name = "old";
  bundles.add(old);
  bundles.add(desk_of("two", {clock_of("resolution", hours{1})}));
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.adopts(day("02-12 09:30"), day("02-12 09:30"), "two");
  CHECK(ticket.clock("resolution").goal == hours{4});
  CHECK_FALSE(ticket.clock("resolution").ended_at);
  CHECK(ticket.clock("first_response").ended_at);
  ticket.moves(day("02-12 10:00"), "resolved");
  CHECK(ticket.clock("resolution").ended_at);
  CHECK(ticket.audit().empty());
}

TEST_CASE("a calendar that went is replaced by the desk's") {
  Bundles bundles;
  auto clock = clock_of("resolution", hours{4});
  clock.calendar = "always";
  bundles.add(desk_of("one", {clock}));
  auto without = desk_of("two", {clock_of("resolution", hours{4})});
  without.calendars.erase("always");
  bundles.add(without);
  LivingTicket ticket(bundles, "one", day("02-12 17:00"));
  ticket.adopts(day("02-12 19:00"), day("02-12 19:00"), "two");
  CHECK(ticket.clock("resolution").calendar == "office");
  CHECK(ticket.clock("resolution").due_at == day("02-13 11:00"));
  CHECK(ticket.audit().empty());
}
