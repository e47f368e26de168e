// SPDX-License-Identifier: Apache-2.0
// Working calendars as days and hours, and the answer to "when would it be due".
#include "api/paging.hpp"
#include "api/resources.hpp"

#include <fmt/format.h>

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

constexpr auto longest_period = std::chrono::hours{24 * 400};
constexpr std::size_t most_intervals = 4'000;

struct PeriodQuery {
  std::optional<Time> from, to;
};
BOOST_DESCRIBE_STRUCT(PeriodQuery, (), (from, to))
constexpr auto field_rules(const PeriodQuery*) {
  return std::array{Rule{.field = "from", .description = "Now unless told."},
                    Rule{.field = "to", .description = "14 days after `from` unless told; at most 400 days."}};
}

struct DayOutput {
  std::string date;
  bool working = false;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(DayOutput, (), (date, working, reason))
constexpr auto field_rules(const DayOutput*) {
  return std::array{Rule{.field = "reason", .description = "The holiday, make-up day or exception that made it so."}};
}

struct IntervalOutput {
  Time from{}, to{};
};
BOOST_DESCRIBE_STRUCT(IntervalOutput, (), (from, to))

struct CalendarOutput {
  std::string name, zone;
  bool is_default = false;
  std::vector<int> uncovered_years;
  std::vector<DayOutput> days;
  std::vector<IntervalOutput> work;
};
BOOST_DESCRIBE_STRUCT(CalendarOutput, (), (name, zone, is_default, uncovered_years, days, work))
constexpr auto field_rules(const CalendarOutput*) {
  return std::array{
      Rule{.field = "uncovered_years", .description = "Years of the period without complete holiday data."},
      Rule{.field = "days", .description = "The local days of the period."},
      Rule{.field = "work", .description = "Working time in the period, as instants."}};
}

std::string written(domain::Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::vector<IntervalOutput> working_time(const domain::Calendar& calendar, Time from, Time to) {
  std::vector<IntervalOutput> out;
  for (const auto& interval : calendar.segments(from, to, most_intervals).intervals)
    out.push_back({interval.from, interval.to});
  return out;
}

/// Adds the local day of the instant, unless it is the one that was added last or is not compiled.
void add_day(CalendarOutput& out, const domain::Calendar& calendar, Time at) {
  const auto day = calendar.day(at);
  if (!day) return;
  auto date = written(day->date);
  if (!out.days.empty() && out.days.back().date == date) return;
  const int year = static_cast<int>(day->date.year());
  if (!calendar.covers(day->date.year()) && (out.uncovered_years.empty() || out.uncovered_years.back() != year))
    out.uncovered_years.push_back(year);
  out.days.push_back({std::move(date), day->working, std::string{day->reason}});
}

CalendarOutput calendar_output(const std::string& name, const domain::Calendar& calendar, Time from, Time to) {
  CalendarOutput out;
  out.name = name;
  out.zone = calendar.zone();
  // Half days: no local day is skipped, whatever its offset does.
  for (auto at = from; at < to; at += std::chrono::hours{12}) add_day(out, calendar, at);
  add_day(out, calendar, to - std::chrono::microseconds{1});
  out.work = working_time(calendar, from, to);
  return out;
}

Result<Answer<Page<CalendarOutput>>> list(const Call<None, PeriodQuery, None>& call, const QueryContext& context) {
  const auto from = call.query.from.value_or(context.reading.now);
  const auto to = call.query.to.value_or(from + std::chrono::hours{24 * 14});
  if (to <= from || to - from > longest_period) {
    auto refused = fail(ErrorCode::unknown_parameter,
                        {"The time from `from` to `to` must be 0 to 400 days.", "起止时间须在 400 天以内，且结束晚于开始。"});
    refused.error().fields.push_back({"to", "must be 0 to 400 days after `from`", "须在开始之后 400 天以内"});
    return refused;
  }
  const auto& active = *context.reading.active;
  Page<CalendarOutput> page;
  for (const auto& [name, calendar] : active.calendars) {
    auto one = calendar_output(name, calendar, from, to);
    one.is_default = name == active.desk.default_calendar;
    page.items.push_back(std::move(one));
  }
  return page;
}

struct CalendarPath {
  std::string calendar;
};
BOOST_DESCRIBE_STRUCT(CalendarPath, (), (calendar))

struct DueQuery {
  std::optional<Time> start;
  std::optional<std::int64_t> within;
};
BOOST_DESCRIBE_STRUCT(DueQuery, (), (start, within))
constexpr auto field_rules(const DueQuery*) {
  return std::array{Rule{.field = "start", .description = "Now unless told."},
                    Rule{.field = "within",
                         .description = "Working time in seconds; an hour unless told.",
                         .range = {1, 366 * 86'400}}};
}

struct DueOutput {
  Time start{};
  std::optional<Time> due_at;
  std::vector<IntervalOutput> work;
  std::vector<DayOutput> special;
};
BOOST_DESCRIBE_STRUCT(DueOutput, (), (start, due_at, work, special))
constexpr auto field_rules(const DueOutput*) {
  return std::array{
      Rule{.field = "due_at", .description = "Absent when so much working time is never reached."},
      Rule{.field = "work", .description = "The working time that is counted, at most 4,000 stretches."},
      Rule{.field = "special", .description = "Holidays, make-up days and exceptions on the way."}};
}

Result<Answer<DueOutput>> due(const Call<CalendarPath, DueQuery, None>& call, const QueryContext& context) {
  const auto found = context.reading.active->calendars.find(call.path.calendar);
  if (found == context.reading.active->calendars.end()) return fail(ErrorCode::not_found, {"There is no such calendar.", "没有这个工作日历。"});
  const auto& calendar = found->second;
  DueOutput out;
  out.start = call.query.start.value_or(context.reading.now);
  out.due_at = calendar.add(out.start, std::chrono::seconds{call.query.within.value_or(3600)});
  if (!out.due_at) return out;
  out.work = working_time(calendar, out.start, *out.due_at);
  const auto end = std::min(*out.due_at, out.start + longest_period);
  for (auto& day : calendar_output({}, calendar, out.start, end).days) {
    if (!day.reason.empty()) out.special.push_back(std::move(day));
  }
  return out;
}

}  // namespace

void add_calendar_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "list_calendars",
                               .verb = get,
                               .path = "/api/v1/calendars",
                               .access = Right::definition_read,
                               .rate = RateClass::read,
                               .summary = "Working calendars, day by day, with holidays and make-up days."},
                              list));
  routes.push_back(make_route({.name = "read_due_time",
                               .verb = get,
                               .path = "/api/v1/calendars/{calendar}/due",
                               .access = Right::definition_read,
                               .rate = RateClass::read,
                               .summary = "When an amount of working time is over."},
                              due));
}

}  // namespace docket::api
