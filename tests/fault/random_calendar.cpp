// SPDX-License-Identifier: Apache-2.0
// Draws are skewed on purpose: uniform ones would hardly ever touch a boundary, a clock change or a make-up day.
#include "random_calendar.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/time_zone.hpp"

namespace docket::tests {
namespace {

using domain::Calendar;
using domain::CalendarSpec;
using domain::Date;
using domain::DaySlots;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::weekday;

std::int64_t pick(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>{low, high}(random);
}

bool one_in(Random& random, int n) {
  return pick(random, 1, n) == 1;
}

template <class List>
const auto& any_of(Random& random, const List& list) {
  return list[static_cast<std::size_t>(pick(random, 0, static_cast<std::int64_t>(std::size(list)) - 1))];
}

/// Changes at midnight, by half an hour, by two hours, twice a year around Ramadan, a day that was skipped, and plain
/// ones.
constexpr std::array kOddZones{"Africa/Cairo",        "Africa/Casablanca", "Africa/El_Aaiun",    "America/Asuncion",
                               "America/Caracas",     "America/Havana",    "America/New_York",   "America/Nuuk",
                               "America/Santiago",    "America/Sao_Paulo", "America/St_Johns",   "Antarctica/Casey",
                               "Antarctica/Troll",    "Asia/Amman",        "Asia/Beirut",        "Asia/Gaza",
                               "Asia/Jerusalem",      "Asia/Kathmandu",    "Asia/Kolkata",       "Asia/Pyongyang",
                               "Asia/Shanghai",       "Asia/Tehran",       "Atlantic/Azores",    "Australia/Adelaide",
                               "Australia/Lord_Howe", "Europe/Berlin",     "Europe/Dublin",      "Europe/Istanbul",
                               "Pacific/Apia",        "Pacific/Chatham",   "Pacific/Kiritimati", "Pacific/Kwajalein"};

int random_minute(Random& random) {
  static constexpr std::array kSteps{60, 30, 15, 1};
  const int step = any_of(random, kSteps);
  return static_cast<int>(pick(random, 0, 1440 / step)) * step;
}

DaySlots random_slots(Random& random) {
  std::set<int> cuts;
  for (auto n = pick(random, 2, 7); n > 0; --n) cuts.insert(random_minute(random));
  if (one_in(random, 4)) cuts.insert({0, 1440});
  DaySlots slots;
  // Every stretch between two cuts is worked or not, so that slots touch now and then.
  for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut)
    if (!one_in(random, 3)) slots.push_back({*cut, *std::next(cut)});
  std::ranges::shuffle(slots, random);
  return slots;
}

Date random_date(Random& random, sys_days around) {
  const sys_days date = around + days{pick(random, -200, 200)};
  return std::clamp(date, sys_days{Calendar::first_date}, sys_days{Calendar::end_date} - days{1});
}

/// The middle of the season that a calendar's exceptions and questions gather around.
sys_days random_season(Random& random) {
  const int year = static_cast<int>(one_in(random, 3) ? pick(random, 1975, 2099) : pick(random, 2023, 2029));
  return sys_days{std::chrono::year{year} / 1 / 1} + days{pick(random, 0, 364)};
}

void add_holidays(Random& random, CalendarSpec& spec, sys_days season) {
  domain::HolidaySet set{"set", {2026}, {}};
  std::set<Date> taken;
  for (auto n = pick(random, 0, 40); n > 0; --n) {
    const Date date = random_date(random, season);
    if (taken.insert(date).second) set.days.push_back({date, "holiday", one_in(random, 4)});
  }
  spec.holidays.push_back(std::move(set));
}

void add_exceptions(Random& random, CalendarSpec& spec, sys_days season) {
  std::set<sys_days> taken;
  for (auto n = pick(random, 0, 6); n > 0; --n) {
    const sys_days first{random_date(random, season)};
    const sys_days last =
        std::min(first + days{one_in(random, 3) ? pick(random, 0, 20) : 0}, sys_days{Calendar::end_date} - days{1});
    bool free = true;
    for (sys_days day = first; day <= last; day += days{1}) free = free && !taken.contains(day);
    if (!free) continue;
    for (sys_days day = first; day <= last; day += days{1}) taken.insert(day);
    domain::CalendarException exception{first, last, "exception", DaySlots{}};
    if (one_in(random, 2)) {
      exception.work = random_slots(random);
    } else if (one_in(random, 2)) {
      exception.work = weekday{static_cast<unsigned>(pick(random, 0, 6))};
    }
    spec.exceptions.push_back(std::move(exception));
  }
}

/// A date in the middle of what the calendar's own statements are about, to ask questions there.
sys_days season_of(Random& random, const CalendarSpec& spec) {
  if (!spec.exceptions.empty()) return sys_days{spec.exceptions.front().first};
  if (!spec.holidays.empty() && !spec.holidays.front().days.empty())
    return sys_days{spec.holidays.front().days.front().date};
  return random_season(random);
}

}  // namespace

std::vector<std::string> listed_zones() {
  std::ifstream file("/usr/share/zoneinfo/zone1970.tab");
  std::vector<std::string> zones;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream columns(line);
    std::string countries, place, zone;
    if (columns >> countries >> place >> zone) zones.push_back(zone);
  }
  if (zones.empty()) throw std::runtime_error("no zones in /usr/share/zoneinfo/zone1970.tab; install tzdata");
  return zones;
}

CalendarSpec random_spec(Random& random, const std::vector<std::string>& zones) {
  const sys_days season = random_season(random);
  CalendarSpec spec;
  spec.name = "random";
  spec.zone = one_in(random, 2) ? std::string(any_of(random, kOddZones)) : any_of(random, zones);
  spec.make_up_as = weekday{static_cast<unsigned>(pick(random, 0, 6))};
  const DaySlots usual = random_slots(random);
  for (auto& slots : spec.week) slots = one_in(random, 3) ? random_slots(random) : usual;
  if (one_in(random, 2)) spec.week[6].clear();
  if (one_in(random, 3)) spec.week[5].clear();
  if (one_in(random, 500)) spec.week.fill(DaySlots{{0, 1440}});
  if (one_in(random, 50)) spec.week.fill(DaySlots{});
  add_holidays(random, spec, season);
  add_exceptions(random, spec, season);
  if (!Calendar::make(spec)) spec.week[2] = {{540, 720}, {810, 1080}};  // it had no working time at all
  return spec;
}

std::vector<CalendarCase> random_cases(Random& random, const CalendarSpec& spec, const Calendar& calendar,
                                       std::size_t count) {
  const TimeZone zone = TimeZone::load(spec.zone).value();
  const Time season = season_of(random, spec);
  const auto near_change = [&](Time t) {
    const auto after = std::ranges::lower_bound(zone.spans(), t, {}, &OffsetSpan::begin);
    return after == zone.spans().end() ? t : after->begin + std::chrono::minutes{pick(random, -2000, 2000)};
  };
  const auto instant = [&] {
    Time t = season + Duration{pick(random, 0, Duration{hours{24 * 400}}.count())} - hours{24 * 200};
    if (one_in(random, 200))
      t = season + Duration{pick(random, -1, 1) * pick(random, 0, Duration{hours{24 * 36'500}}.count())};
    if (one_in(random, 3)) t = near_change(t);
    if (one_in(random, 3)) t = calendar.next_change(t).value_or(t) + Duration{pick(random, -1, 1)};
    if (one_in(random, 3)) t = std::chrono::floor<std::chrono::minutes>(t);
    return t;
  };
  std::vector<CalendarCase> cases;
  while (cases.size() < count) {
    static constexpr std::array kHours{2, 24, 24, 100, 100, 500, 500, 1500};
    const Time start = instant();
    Time end = start + Duration{pick(random, -1000, Duration{hours{24 * 20}}.count())};
    if (one_in(random, 4)) end = instant();
    Duration amount{pick(random, 0, Duration{hours{any_of(random, kHours)}}.count())};
    if (one_in(random, 3)) amount = calendar.working_time(start, end);
    if (one_in(random, 20)) amount += Duration{pick(random, -1, 1)};
    if (one_in(random, 2000)) amount = hours{pick(random, 1'000, 1'000'000)};
    if (one_in(random, 50)) amount = std::chrono::floor<hours>(amount);
    cases.push_back({start, amount, end});
  }
  return cases;
}

}  // namespace docket::tests
