// SPDX-License-Identifier: Apache-2.0
// The audit is itself checked: whatever is changed in a sound log, it finds.
#include "clock_log.hpp"
#include "support/catch.hpp"
#include "support/said.hpp"

using namespace docket;
using namespace docket::tests;

namespace {

Time day(const std::string& text) {
  return at("2026-" + text + "+08:00");
}

Bundles two_desks() {
  Bundles bundles;
  auto clock = clock_of("resolution", hours{3},
                        {Warning{.name = "half", .at_percent = 50}, Warning{.name = "late", .after = hours{1}}});
  bundles.add(desk_of("one", {clock}));
  auto spec = cn_office();
  spec.week[4] = {{540, 600}};  // Fridays until ten
  auto changed = desk_of("two", {clock});
  changed.calendars.insert_or_assign("office", made(spec));
  bundles.add(changed);
  return bundles;
}

std::vector<RecordedEvent> sound_log(const Bundles& bundles) {
  LivingTicket ticket(bundles, "one", day("02-12 09:00"));
  ticket.holds(day("02-12 10:00"));
  ticket.resumes(day("02-12 11:00"));
  ticket.adopts(day("02-12 13:45"), day("02-12 14:00"), "two");
  ticket.passes(day("02-14 12:00"));
  ticket.moves(day("02-14 14:00"), "resolved");
  ticket.moves(day("02-24 09:00"), "working");
  ticket.moves(day("02-24 10:00"), "closed");
  CHECK(ticket.audit().empty());
  return ticket.events();
}

}  // namespace

TEST_CASE("every changed figure of a clock event is found") {
  const auto bundles = two_desks();
  const auto sound = sound_log(bundles);
  constexpr Duration tick{1};
  int changes = 0;
  const auto found = [&](std::vector<RecordedEvent> log, std::size_t i) {
    ++changes;
    INFO("event " << i + 1 << " " << kind_of(log[i].event));
    CHECK_FALSE(test::in_english(audit_clocks(log, bundles)).empty());
  };
  for (std::size_t i = 0; i < sound.size(); ++i) {
    auto log = sound;
    if (auto* e = std::get_if<ClockStarted>(&log[i].event)) {
      if (e->due_at) *e->due_at += tick;
      found(log, i);
      log = sound;
      std::get<ClockStarted>(log[i].event).run += 1;
      found(log, i);
    } else if (auto* changed = std::get_if<ClockChanged>(&log[i].event)) {
      changed->counted += tick;
      found(log, i);
      log = sound;
      if (auto& due = std::get<ClockChanged>(log[i].event).due_at) {
        *due -= tick;
        found(log, i);
      }
    } else if (auto* warned = std::get_if<ClockWarned>(&log[i].event)) {
      warned->due -= tick;
      found(log, i);
      log = sound;
      std::get<ClockWarned>(log[i].event).warning = "other";
      found(log, i);
    } else if (auto* breached = std::get_if<ClockBreached>(&log[i].event)) {
      breached->due += tick;
      found(log, i);
    } else if (auto* ended = std::get_if<ClockEnded>(&log[i].event)) {
      ended->counted -= tick;
      found(log, i);
      log = sound;
      auto& kept = std::get<ClockEnded>(log[i].event).kept;
      kept = !kept;
      found(log, i);
    }
  }
  CHECK(changes >= 20);
}

TEST_CASE("a clock event that is missing or doubled is found") {
  const auto bundles = two_desks();
  const auto sound = sound_log(bundles);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    INFO("event " << i + 1 << " " << kind_of(sound[i].event));
    const bool is_warning = std::holds_alternative<ClockWarned>(sound[i].event);
    const bool is_adopted = std::holds_alternative<ClockChanged>(sound[i].event) &&
                            std::get<ClockChanged>(sound[i].event).change == ClockChange::adopted;
    if (!kind_of(sound[i].event).starts_with("clock_")) continue;
    auto log = sound;
    // A missing warning is for the timers to show; a missing re-count changes no figure that is counted anew.
    if (!is_warning && !is_adopted && i + 1 < sound.size()) {
      log.erase(log.begin() + static_cast<std::ptrdiff_t>(i));
      const bool last_of_run = std::holds_alternative<ClockEnded>(sound[i].event);
      if (!last_of_run || i + 3 < sound.size()) CHECK_FALSE(test::in_english(audit_clocks(log, bundles)).empty());
    }
    log = sound;
    log.insert(log.begin() + static_cast<std::ptrdiff_t>(i), sound[i]);
    if (!is_adopted) CHECK_FALSE(test::in_english(audit_clocks(log, bundles)).empty());
  }
}

TEST_CASE("a log without its beginning is no log") {
  const auto bundles = two_desks();
  auto log = sound_log(bundles);
  log.erase(log.begin());
  CHECK(audit_clocks(log, bundles).size() == 1);
}

TEST_CASE("the ledger tells each stretch with its rule") {
  const auto bundles = two_desks();
  const auto runs = ledger(sound_log(bundles), bundles, day("03-01 00:00"));
  REQUIRE(runs.size() == 3);  // two resolutions and a step between
  const auto& first = runs[0];
  CHECK(first.clock == "resolution");
  CHECK(first.goal == hours{3});
  REQUIRE(first.segments.size() == 4);
  CHECK(first.segments[0].rule == "sla standard resolution.start");
  CHECK(first.segments[0].working == hours{1});
  CHECK(first.segments[1].rule == "sla standard resolution.pause");
  CHECK_FALSE(first.segments[1].counted);
  CHECK(first.segments[1].working == Duration{});
  CHECK(first.segments[2].rule == "sla standard resolution.resume");
  CHECK(first.segments[2].working == hours{1} + minutes{15});  // to noon, and from 13:30 to the publication at 13:45
  CHECK(first.segments[3].bundle == "two");
  CHECK(first.breached_at == day("02-12 14:30"));
  CHECK(first.ended_at == day("02-14 14:00"));
  CHECK(first.warnings.size() == 2);
  // 2.25 h before; then to 18:00 4.25 h, Friday until ten 1 h, Saturday 3.5 h.
  CHECK(first.counted == hours{11});
}
