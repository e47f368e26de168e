// SPDX-License-Identifier: Apache-2.0
// Working time: which instants of a zone count as work, how much of it lies between two, and when a given amount is
// over.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace docket::domain {

using Date = std::chrono::year_month_day;  ///< a day of the local calendar

/// A stretch of wall-clock time within one local day, in minutes from 00:00: [start, end), 0 <= start < end <= 1440.
struct Slot {
  int start = 0;
  int end = 0;
  bool operator==(const Slot&) const = default;
};

/// The slots of one day; empty means a day off. Slots of a day may touch but not overlap; their order does not matter.
using DaySlots = std::vector<Slot>;

/// One day of published holiday data: `working` marks a make-up working day (调休), else the day is off.
struct Holiday {
  Date date{};
  std::string name;
  bool working = false;
};

/// The statutory days of one country or company; `years` are those for which the data is complete.
struct HolidaySet {
  std::string name;
  std::vector<int> years;
  std::vector<Holiday> days;
};

/// What the calendar's owner says about the local dates first..last (both included). It wins over weekly slots and
/// holidays.
struct CalendarException {
  Date first{};
  Date last{};
  std::string name;                                   ///< shown where the exception explains a due time
  std::variant<DaySlots, std::chrono::weekday> work;  ///< own slots (none = off), or "works like this weekday"
};

/// A calendar as somebody wrote it down; `Calendar::make` checks it.
struct CalendarSpec {
  std::string name;
  std::string zone;                                       ///< IANA name, "Asia/Shanghai"
  std::array<DaySlots, 7> week;                           ///< Monday first
  std::chrono::weekday make_up_as = std::chrono::Monday;  ///< make-up working days use the slots of this weekday
  std::vector<HolidaySet> holidays;
  std::vector<CalendarException> exceptions;
};

/// A stretch of working time, [from, to).
struct Interval {
  Time from;
  Time to;
  bool operator==(const Interval&) const = default;
};

/// The working intervals of a period, at most as many as were asked for.
struct Segments {
  std::vector<Interval> intervals;  ///< ascending, neither touching nor overlapping
  bool complete = true;             ///< false: the period holds more than the limit
};

/// One local day as the calendar sees it, to explain a due time to a person.
struct CalendarDay {
  Date date{};
  std::string_view reason;  ///< name of the exception or holiday that made the day what it is; lives as long as the
                            ///< calendar; empty: an ordinary weekday
  bool working = false;     ///< whether the day has slots
  bool operator==(const CalendarDay&) const = default;
};

/// An immutable, compiled calendar. A cheap value (copies share the tables); any thread may call anything on it.
///
/// Meaning: an instant works when its local wall-clock time lies in a slot of its local date. So a slot in the hour
/// that a daylight-saving change skips has no length, and a slot in the hour that it repeats has double length. Slots
/// are half-open. Only local dates from `first_date` up to and without `end_date` are compiled: outside of them nothing
/// works. All functions are total, exact to the microsecond and bounded: they cost the logarithm of the compiled days,
/// whatever the arguments.
class Calendar {
 public:
  static constexpr Date first_date{std::chrono::year{1970}, std::chrono::January, std::chrono::day{1}};
  static constexpr Date end_date{std::chrono::year{2100}, std::chrono::January, std::chrono::day{1}};

  /// Compiles a specification. Reports every fault at once (ErrorCode::invalid_definition, `fields` with pointers into
  /// the specification such as "/week/0/1" or "/exceptions/2/last"): slots that overlap or do not lie in a day, a zone
  /// that the system's zone database does not know, dates that do not exist or are out of range, two statements about
  /// one date by two exceptions or two holiday sets, and a calendar without any working time.
  [[nodiscard]] static Result<Calendar> make(const CalendarSpec& spec);

  /// Round the clock, every day; named "always", in UTC.
  [[nodiscard]] static const Calendar& always();

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const std::string& zone() const;

  /// Whether each of the calendar's holiday sets has data for the year; true when it uses none.
  [[nodiscard]] bool covers(std::chrono::year year) const;

  /// Working time in [from, to); zero when to <= from.
  [[nodiscard]] Duration working_time(Time from, Time to) const;

  /// The earliest t >= start with working_time(start, t) >= amount, so an amount that is used up at the end of a slot
  /// is due at that end and not when the next slot starts. `start` itself when amount <= 0; nothing when so much is
  /// never reached.
  [[nodiscard]] std::optional<Time> add(Time start, Duration amount) const;

  [[nodiscard]] bool is_working(Time t) const;
  /// The earliest working instant at or after t.
  [[nodiscard]] std::optional<Time> next_working(Time t) const;
  /// The earliest instant after t at which is_working differs from is_working(t).
  [[nodiscard]] std::optional<Time> next_change(Time t) const;
  /// The maximal working intervals in [from, to), cut at its ends; at most `limit`.
  [[nodiscard]] Segments segments(Time from, Time to, std::size_t limit) const;

  /// The local day of an instant; nothing when it is not compiled.
  [[nodiscard]] std::optional<CalendarDay> day(Time t) const;

 private:
  struct Tables;
  explicit Calendar(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

  std::shared_ptr<const Tables> tables_;
};

}  // namespace docket::domain
