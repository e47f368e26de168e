// SPDX-License-Identifier: Apache-2.0
// Days, weeks and months in the zone of the desk.
#include <algorithm>

#include "domain/report/report.hpp"

namespace docket::domain {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;
constexpr std::size_t most_periods = 4000;

/// The first day of the period after the one that `day` is in.
sys_days next_period(sys_days day, ReportPeriod by) {
  using namespace std::chrono;
  switch (by) {
    case ReportPeriod::day:
      return day + days{1};
    case ReportPeriod::week:
      return day + days{7} - (weekday{day} - Monday);
    case ReportPeriod::month: {
      const year_month_day date{day};
      return sys_days{(date.year() / date.month() + months{1}) / 1};
    }
  }
  return day + days{1};
}

}  // namespace

year_month_day local_day(const TimeZone& zone, Time t) {
  return year_month_day{std::chrono::floor<std::chrono::days>(t + zone.offset_at(t))};
}

Time day_begins(const TimeZone& zone, year_month_day day) {
  const auto local = Time{sys_days{day}};
  // The first instant of that day: where a zone skips midnight, the one after the gap.
  std::optional<Time> begin;
  for (const auto& guess : {local - std::chrono::hours{26}, local, local + std::chrono::hours{26}}) {
    const Time at = local - zone.offset_at(guess);
    if (at + zone.offset_at(at) == local && (!begin || at < *begin)) begin = at;
  }
  if (begin) return *begin;
  const auto spans = zone.spans();
  const auto gap = std::ranges::find_if(spans, [&](const OffsetSpan& span) { return span.begin + span.offset > local; });
  return gap == spans.end() ? local - zone.offset_at(local) : gap->begin;
}

std::string day_text(year_month_day day) {
  const auto padded = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(day.year())) + "-" + padded(static_cast<unsigned>(day.month())) + "-" +
         padded(static_cast<unsigned>(day.day()));
}

Result<ReportSpan> ReportSpan::make(const TimeZone& zone, year_month_day from, year_month_day to, ReportPeriod by) {
  if (sys_days{to} < sys_days{from}) return fail_field("to", {"is before `from`", "结束日期早于开始日期。"});
  ReportSpan span;
  const auto end = sys_days{to} + std::chrono::days{1};
  for (auto day = sys_days{from}; day < end; day = next_period(day, by)) {
    if (span.labels_.size() == most_periods) {
      return fail_field("from", {"makes more than 4000 rows; take longer periods or fewer days", "结果超过 4000 行，请按更长的周期统计，或缩短日期范围。"});
    }
    span.begins_.push_back(day_begins(zone, year_month_day{day}));
    span.labels_.push_back(day_text(year_month_day{day}));
  }
  span.begins_.push_back(day_begins(zone, year_month_day{end}));
  return span;
}

std::size_t ReportSpan::period_of(Time t) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(begins_, t) - begins_.begin()) - 1;
}

}  // namespace docket::domain
