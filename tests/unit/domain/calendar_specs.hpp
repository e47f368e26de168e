// SPDX-License-Identifier: Apache-2.0
// Calendars and instants as a test writes them down.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "domain/calendar/calendar.hpp"
#include "support/catch.hpp"
#include "support/holiday_data.hpp"

namespace docket::tests {

using domain::Calendar;
using domain::CalendarException;
using domain::CalendarSpec;
using domain::DaySlots;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// "2026-02-14 09:30+08:00" or "2026-02-14 09:30:15.000001Z"
inline Time at(std::string text) {
  text[10] = 'T';
  if (text[16] != ':') text.insert(16, ":00");
  const auto time = from_rfc3339(text);
  INFO(text);
  REQUIRE(time);
  return *time;
}

inline domain::Date date(int year, unsigned month, unsigned day) {
  return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
}

inline Calendar made(const CalendarSpec& spec) {
  auto calendar = Calendar::make(spec);
  INFO((calendar ? std::string{} : calendar.error().detail));
  REQUIRE(calendar);
  return *calendar;
}

/// The same slots from Monday to `days` days on.
inline CalendarSpec weekly(std::string zone, std::size_t days, const DaySlots& slots) {
  CalendarSpec spec;
  spec.name = "test";
  spec.zone = std::move(zone);
  for (std::size_t day = 0; day < days; ++day) spec.week[day] = slots;
  return spec;
}

/// 09:00–12:00 and 13:30–18:00 from Monday to Friday by the Chinese statutory calendar: 7.5 hours a day.
inline CalendarSpec cn_office() {
  CalendarSpec spec = weekly("Asia/Shanghai", 5, {{540, 720}, {810, 1080}});
  spec.holidays = {shipped_holidays("cn", {2025, 2026})};
  return spec;
}

}  // namespace docket::tests
