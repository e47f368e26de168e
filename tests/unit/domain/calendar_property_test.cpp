// SPDX-License-Identifier: Apache-2.0
// Laws that hold for any calendar and any instants; a failure prints the seed that repeats it.
#include <random>

#include "calendar_specs.hpp"
#include "support/seed.hpp"

namespace docket::tests {
namespace {

using Random = std::mt19937_64;

std::int64_t pick(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>{low, high}(random);
}

DaySlots random_slots(Random& random) {
  DaySlots slots;
  for (int cursor = 0; cursor < 1440 && slots.size() < 6;) {
    const int start = cursor + static_cast<int>(pick(random, 0, 400));
    const int end = std::min(1440, start + static_cast<int>(pick(random, 1, 500)));
    if (start >= end) break;
    slots.push_back({start, end});
    cursor = end;
  }
  return slots;
}

Calendar random_calendar(Random& random) {
  static constexpr std::array kZones{"Asia/Shanghai",  "America/New_York", "Europe/Berlin",     "Australia/Lord_Howe",
                                     "Asia/Kolkata",   "America/St_Johns", "Africa/Casablanca", "Pacific/Apia",
                                     "America/Havana", "Asia/Gaza",        "Antarctica/Troll",  "UTC"};
  CalendarSpec spec = weekly(kZones[static_cast<std::size_t>(pick(random, 0, kZones.size() - 1))], 0, {});
  for (auto& day : spec.week)
    if (pick(random, 0, 3) > 0) day = random_slots(random);
  spec.week[2] = {{540, 1080}};
  const auto first = std::chrono::sys_days{date(2026, 1, 1)} + std::chrono::days{pick(random, 0, 300)};
  spec.exceptions = {{first, first + std::chrono::days{pick(random, 0, 20)}, "closed", DaySlots{}}};
  return made(spec);
}

/// Around the exceptions, near a quarter hour now and then, seldom far away.
Time random_time(Random& random) {
  const Time base = at("2026-01-01 00:00Z");
  if (pick(random, 0, 9) == 0) return base + seconds{pick(random, -2'000'000'000, 2'500'000'000)};
  const Time t = base + Duration{pick(random, 0, Duration{hours{24 * 400}}.count())};
  return pick(random, 0, 1) == 0 ? std::chrono::floor<std::chrono::duration<int, std::ratio<900>>>(t) : t;
}

TEST_CASE("laws of working time") {
  const auto seed = test::seed_or(20'260'601);
  INFO("DOCKET_SEED=" << seed);
  Random random{seed};
  for (int round = 0; round < 40; ++round) {
    const Calendar calendar = random_calendar(random);
    CAPTURE(round, calendar.zone());
    for (int i = 0; i < 200; ++i) {
      std::array t{random_time(random), random_time(random), random_time(random)};
      std::ranges::sort(t);
      CAPTURE(to_rfc3339(t[0]), to_rfc3339(t[1]), to_rfc3339(t[2]));
      const Duration first = calendar.working_time(t[0], t[1]);
      // Additive, at most wall time, and never negative.
      REQUIRE(first + calendar.working_time(t[1], t[2]) == calendar.working_time(t[0], t[2]));
      REQUIRE(first >= Duration{0});
      REQUIRE(first <= t[1] - t[0]);

      // add() is the inverse, is monotonic, and gives the earliest such instant.
      const Duration amount{pick(random, 1, Duration{hours{300}}.count())};
      const auto due = calendar.add(t[0], amount);
      if (due) {
        REQUIRE(calendar.working_time(t[0], *due) == amount);
        REQUIRE(calendar.working_time(t[0], *due - Duration{1}) == amount - Duration{1});
        REQUIRE(calendar.is_working(*due - Duration{1}));
        REQUIRE(calendar.add(t[0], amount + Duration{1}).value_or(Time::max()) > *due);
        REQUIRE(calendar.add(t[1], amount).value_or(Time::max()) >= *due);
      }
      const auto back = calendar.add(t[0], first);
      REQUIRE(back);
      REQUIRE(*back <= t[1]);
      REQUIRE(calendar.working_time(*back, t[1]) == Duration{0});

      // next_working and next_change agree with is_working on both sides of what they name.
      if (const auto next = calendar.next_working(t[0])) {
        REQUIRE(calendar.is_working(*next));
        REQUIRE(calendar.working_time(t[0], *next) == Duration{0});
      }
      if (const auto change = calendar.next_change(t[0])) {
        REQUIRE(*change > t[0]);
        REQUIRE(calendar.is_working(*change) != calendar.is_working(t[0]));
        REQUIRE(calendar.is_working(*change - Duration{1}) == calendar.is_working(t[0]));
        const Duration between = calendar.is_working(t[0]) ? *change - t[0] : Duration{0};
        REQUIRE(calendar.working_time(t[0], *change) == between);
      }

      // Segments are ascending, apart, at work inside, and sum up to the working time.
      const auto segments = calendar.segments(t[0], std::min(t[1], t[0] + hours{24 * 60}), 1000);
      REQUIRE(segments.complete);
      Duration sum{0};
      Time cursor = t[0] - Duration{1};
      for (const auto& [from, to] : segments.intervals) {
        REQUIRE(cursor < from);
        REQUIRE(from < to);
        sum += to - from;
        cursor = to;
      }
      REQUIRE(sum == calendar.working_time(t[0], std::min(t[1], t[0] + hours{24 * 60})));
    }
  }
}

}  // namespace
}  // namespace docket::tests
