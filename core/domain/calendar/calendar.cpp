// SPDX-License-Identifier: Apache-2.0
// The questions a calendar answers, each in a few lines over the compiled sums of WorkTable.
#include "domain/calendar/calendar.hpp"

#include <algorithm>

#include "domain/calendar/calendar_tables.hpp"

namespace docket::domain {

const std::string& Calendar::name() const {
  return tables_->name;
}

const std::string& Calendar::zone() const {
  return tables_->zone;
}

bool Calendar::covers(std::chrono::year year) const {
  return !tables_->uses_holidays || std::ranges::binary_search(tables_->years, static_cast<int>(year));
}

Duration Calendar::working_time(Time from, Time to) const {
  if (to <= from) return Duration{0};
  return tables_->work.worked(to) - tables_->work.worked(from);
}

std::optional<Time> Calendar::add(Time start, Duration amount) const {
  if (amount <= Duration{0}) return start;
  const Duration before = tables_->work.worked(start);
  if (amount > tables_->work.total() - before) return std::nullopt;
  return tables_->work.reach(before + amount);
}

bool Calendar::is_working(Time t) const {
  return tables_->work.is_working(t);
}

std::optional<Time> Calendar::next_working(Time t) const {
  return tables_->work.next_working(t);
}

std::optional<Time> Calendar::next_change(Time t) const {
  return tables_->work.next_change(t);
}

Segments Calendar::segments(Time from, Time to, std::size_t limit) const {
  Segments result;
  while (from < to) {
    const auto begin = next_working(from);
    if (!begin || *begin >= to) break;
    if (result.intervals.size() == limit) {
      result.complete = false;
      break;
    }
    const Time end = std::min(to, next_change(*begin).value_or(to));
    result.intervals.push_back({*begin, end});
    from = end;
  }
  return result;
}

std::optional<CalendarDay> Calendar::day(Time t) const {
  const auto index = tables_->work.day_index(t);
  if (!index) return std::nullopt;
  CalendarDay day;
  day.date = std::chrono::sys_days{first_date} + std::chrono::days{*index};
  day.working = !tables_->work.pattern(*index).empty();
  const auto found = std::ranges::lower_bound(tables_->day_reasons, *index, {}, &DayReason::day);
  if (found != tables_->day_reasons.end() && found->day == *index) day.reason = tables_->reasons[found->reason];
  return day;
}

}  // namespace docket::domain
