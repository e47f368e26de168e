// SPDX-License-Identifier: Apache-2.0
// Random lives of tickets: whatever happens, the log audits clean, the clocks are armed as they must be, and a breach
// is recorded exactly when a goal passed while the clock ran (invariants I2, I4 and I5).
#include <chrono>
#include <map>

#include "clock_log.hpp"
#include "domain/sla/clock_rules.hpp"
#include "support/catch.hpp"
#include "support/random_condition.hpp"

using namespace docket;
using namespace docket::tests;

namespace {

Warning random_warning(Random& random, int number) {
  Warning warning;
  warning.name = "w" + std::to_string(number);
  const Duration span = minutes{15 * pick(random, 12)};
  switch (pick(random, 3)) {
    case 0:
      warning.at_percent = 25 * (1 + pick(random, 8));
      break;
    case 1:
      warning.before = span;
      break;
    default:
      warning.after = span;
  }
  if (chance(random, 40)) {
    warning.repeat = minutes{30 * (1 + pick(random, 4))};
    warning.times = pick(random, 4);
  }
  return warning;
}

Definitions random_desk(Random& random, const std::string& digest) {
  std::vector<ClockPolicy> clocks;
  for (const auto* kind : {"first_response", "next_response", "resolution", "team"}) {
    if (chance(random, 20)) continue;
    std::vector<Warning> warnings;
    for (int n = pick(random, 3); n > 0; --n) warnings.push_back(random_warning(random, n));
    auto clock = clock_of(kind, minutes{30 * (1 + pick(random, 40))}, std::move(warnings));
    if (chance(random, 30)) clock.calendar = "always";
    clock.goals.insert(clock.goals.begin(), {test_of("priority", Operator::is, std::string("urgent")), minutes{30}});
    clocks.push_back(std::move(clock));
  }
  auto desk = desk_of(digest, std::move(clocks));
  if (chance(random, 50)) {
    auto vip = desk.sla.front();
    vip.name = "vip";
    vip.when = test_of("priority", Operator::in, std::vector<std::string>{"high", "urgent"});
    desk.sla.insert(desk.sla.begin(), std::move(vip));
  }
  auto spec = cn_office();
  if (chance(random, 60)) {
    const auto off = date(2026, 2, static_cast<unsigned>(10 + pick(random, 18)));
    spec.exceptions = {CalendarException{off, off, "off", DaySlots{}}};
  }
  if (chance(random, 30)) spec.week[5] = {{540, 720}};
  desk.calendars.insert_or_assign("office", made(spec));
  return desk;
}

void check_armed(const LivingTicket& living, const Definitions& active, const Definitions& pinned, Time now) {
  for (const auto& run : living.ticket().clocks) {
    INFO(run.clock << " run " << run.run);
    if (run.ended_at || run.paused) {
      CHECK_FALSE(run.next_at);
      continue;
    }
    auto armed = run;
    arm(armed, active.calendar(run.calendar), warnings_of(run, active, pinned, living.ticket().workflow));
    CHECK(armed.next_at == run.next_at);
    CHECK(armed.due_at == run.due_at);
    if (run.next_at) CHECK(*run.next_at > now);  // all that was due has been done
    if (!run.breached_at) CHECK((!run.due_at || *run.due_at > now));
  }
}

void check_ledger(const LivingTicket& living, Time now) {
  const auto ledger = living.ledger_at(now);
  std::map<std::pair<std::string, int>, int> breaches;
  for (const auto& event : living.events()) {
    if (const auto* breached = std::get_if<ClockBreached>(&event.event)) ++breaches[{breached->clock, breached->run}];
  }
  for (const auto& run : ledger) {
    INFO(run.clock << " run " << run.run);
    CHECK(breaches[{run.clock, run.run}] == (run.breached_at ? 1 : 0));
    // Stretches follow each other without gaps, and their sum is what was counted.
    Duration sum{};
    for (std::size_t i = 0; i < run.segments.size(); ++i) {
      const auto& segment = run.segments[i];
      CHECK(segment.from == (i == 0 ? run.started_at : *run.segments[i - 1].to));
      CHECK(segment.to.has_value() == (i + 1 < run.segments.size() || run.ended_at.has_value()));
      sum += segment.working;
    }
    CHECK(sum == run.counted);
    CHECK((run.breached_at.has_value()) == (run.counted >= run.goal));
  }
  for (const auto& run : living.ticket().clocks) {
    const auto it =
        std::ranges::find_if(ledger, [&](const LedgerRun& l) { return l.clock == run.clock && l.run == run.run; });
    REQUIRE(it != ledger.end());
    CHECK(it->breached_at == run.breached_at);
    CHECK(it->ended_at == run.ended_at);
    if (run.ended_at || run.paused) CHECK(it->counted == run.counted);
    if (!run.ended_at && !run.paused) CHECK(it->due_at == run.due_at);
  }
}

void live(unsigned seed, int steps) {
  CAPTURE(seed);
  Random random(seed);
  Bundles bundles;
  std::vector<std::string> digests;
  for (int i = 0; i < 4; ++i) digests.push_back(bundles.add(random_desk(random, "bundle" + std::to_string(i))).digest);
  Time now = at("2026-02-10 08:00+08:00") + minutes{pick(random, 600)};
  LivingTicket living(bundles, digests[0], now, static_cast<Priority>(pick(random, 4)));
  living.passes(now);
  constexpr std::array states{"new", "working", "waiting", "resolved", "closed"};
  for (int step = 0; step < steps; ++step) {
    now += chance(random, 10) ? Duration{} : Duration(minutes{pick(random, 60 * 10)}) + Duration{pick(random, 3)};
    switch (pick(random, 9)) {
      case 0:
        living.moves(now, one_of(random, states));
        break;
      case 1:
        living.replies(now);
        break;
      case 2:
        living.customer_writes(now);
        break;
      case 3:
        living.ticket().hold ? living.resumes(now) : living.holds(now);
        break;
      case 4:
        living.assigned_to(now, chance(random, 50) ? "a" : "b");
        break;
      case 5: {
        FieldsSet set;
        set.priority = static_cast<Priority>(pick(random, 4));
        living.happens(now, set);
        break;
      }
      case 6: {
        // Published a while ago, adopted now; nothing has happened on the ticket in between.
        const auto since = std::max(living.events().back().at, now - hours{pick(random, 5)});
        living.adopts(since, now, one_of(random, digests));
        break;
      }
      default:
        break;
    }
    living.passes(now);
    check_armed(living, *bundles.get(living.ticket().bundle), *bundles.get(living.ticket().workflow_bundle), now);
    check_ledger(living, now);
  }
  const auto differences = living.audit();
  for (const auto& difference : differences) FAIL_CHECK(difference.en);
  Ticket again;
  for (const auto& event : living.events()) again = evolve(std::move(again), TicketId{1}, event);
  CHECK(again == living.ticket());
}

}  // namespace

TEST_CASE("random lives of tickets audit clean") {
  for (unsigned seed = 1; seed <= 150; ++seed) live(seed, 60);
}

TEST_CASE("settling is cheap", "[.][bench]") {
  Random random(7);
  Bundles bundles;
  auto desk = desk_of("one", {clock_of("first_response", hours{1}, {Warning{.name = "half", .at_percent = 50}}),
                              clock_of("next_response", hours{2}),
                              clock_of("resolution", hours{8}, {Warning{.name = "half", .at_percent = 50}}),
                              clock_of("team", hours{4})});
  auto vip = desk.sla.front();
  vip.name = "vip";
  vip.when = all_of({test_of("customer.level", Operator::is, std::string("vip")),
                     test_of("type", Operator::is, std::string("return"))});
  desk.sla.insert(desk.sla.begin(), vip);
  bundles.add(desk);
  LivingTicket living(bundles, "one", at("2026-02-12 09:00+08:00"));
  living.assigned_to(at("2026-02-12 09:00+08:00"), "returns");
  living.moves(at("2026-02-12 09:05+08:00"), "working");
  const auto& definitions = *bundles.get("one");
  const auto now = at("2026-02-12 09:06+08:00");
  constexpr int rounds = 200'000;
  std::size_t events = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) events += settle_clocks(living.ticket(), definitions, definitions, now).size();
  const auto settle = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin) / rounds;
  auto held = living.ticket();
  held.hold = Hold{};
  const auto begin_held = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) events += settle_clocks(held, definitions, definitions, now).size();
  const auto pause = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin_held) / rounds;
  WARN("settle without change " << settle.count() << " µs; pausing four clocks " << pause.count() << " µs; events "
                                << events);
}
