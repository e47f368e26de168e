// SPDX-License-Identifier: Apache-2.0
// What a Calendar value holds; seen only by the files that build and ask it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/calendar/calendar.hpp"
#include "domain/calendar/work_table.hpp"

namespace docket::domain {

/// Why a local day is what it is, for days that are not ordinary weekdays.
struct DayReason {
  std::uint32_t day;     ///< index of the day in the table
  std::uint32_t reason;  ///< index into `reasons`
};

struct Calendar::Tables {
  std::string name;
  std::string zone;
  std::vector<int> years;      ///< for which all holiday sets have data, ascending
  bool uses_holidays = false;  ///< without holiday sets every year is covered
  std::vector<std::string> reasons;
  std::vector<DayReason> day_reasons;  ///< ascending by day
  WorkTable work;
};

}  // namespace docket::domain
