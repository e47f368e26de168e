// SPDX-License-Identifier: Apache-2.0
// Calendars and questions made from a seed, with a liking for days on which something unusual happens.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "domain/calendar/calendar.hpp"

namespace docket::tests {

using Random = std::mt19937_64;

/// What is asked of a calendar: when `amount` of work after `start` is done, and all about [start, end).
struct CalendarCase {
  Time start;
  Duration amount;
  Time end;
};

/// Every zone that the system's list names (zone1970.tab); throws when there is no list.
[[nodiscard]] std::vector<std::string> listed_zones();

/// Always one that `Calendar::make` accepts.
[[nodiscard]] domain::CalendarSpec random_spec(Random& random, const std::vector<std::string>& zones);

/// Questions around one season of one year, around boundaries of the calendar and changes of its zone, now and then far
/// off.
[[nodiscard]] std::vector<CalendarCase> random_cases(Random& random, const domain::CalendarSpec& spec,
                                                     const domain::Calendar& calendar, std::size_t count);

}  // namespace docket::tests
