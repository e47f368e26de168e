// SPDX-License-Identifier: Apache-2.0
// The numbers of a compiled calendar: running sums of working time over the days of a zone, searched in both
// directions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/time_zone.hpp"

namespace docket::domain {

/// A working stretch of a local day, in seconds from local midnight, [start, end).
struct WorkSlot {
  std::int32_t start = 0;
  std::int32_t end = 0;
  auto operator<=>(const WorkSlot&) const = default;
};

/// The slots of a kind of day: ascending, neither touching nor overlapping.
using DayPattern = std::vector<WorkSlot>;

/// What `Calendar` asks; immutable, any thread. Every function is total and costs the logarithm of the number of days.
///
/// The time line is cut at each local midnight and at each change of the UTC offset. Within such a piece local time is
/// UTC plus a constant and the date is one, so that a piece is a slice of a day's pattern; `prefix_` holds the work
/// before each piece. A local date may own several pieces, apart from each other, where clocks are set back across
/// midnight.
class WorkTable {
 public:
  /// `days[i]` is the index into `patterns` of the local date `first_day + i` (days since 1970-01-01).
  WorkTable(const TimeZone& zone, std::vector<DayPattern> patterns, std::vector<std::uint16_t> days,
            std::int32_t first_day);

  /// All working time there is.
  [[nodiscard]] Duration total() const { return std::chrono::seconds{prefix_.back()}; }
  /// Working time before t.
  [[nodiscard]] Duration worked(Time t) const;
  /// The earliest t with worked(t) >= amount, for 0 < amount <= total().
  [[nodiscard]] Time reach(Duration amount) const { return find(amount, false); }
  [[nodiscard]] bool is_working(Time t) const;
  [[nodiscard]] std::optional<Time> next_working(Time t) const;
  [[nodiscard]] std::optional<Time> next_change(Time t) const;
  /// The local date of t as an index into `days`; nothing outside of them.
  [[nodiscard]] std::optional<std::size_t> day_index(Time t) const;
  [[nodiscard]] const DayPattern& pattern(std::size_t day_index) const { return patterns_[days_[day_index]]; }

 private:
  /// A stretch of one offset, in seconds: UTC [begin, end). Its pieces are consecutive in `prefix_`.
  struct Span {
    std::int64_t begin;
    std::int64_t end;
    std::int32_t offset;
    std::int32_t first_day;     ///< index into `days_`
    std::uint32_t first_piece;  ///< index into `prefix_`
  };
  struct Piece {
    const Span* span;
    const DayPattern* pattern;
    std::int64_t midnight;  ///< UTC second at which the local date would have begun under the span's offset
    std::int32_t from;      ///< first second of the day that belongs to the piece
    std::uint32_t index;
  };

  [[nodiscard]] const Span* span_at(std::int64_t second) const;
  [[nodiscard]] Piece piece_at(const Span& span, std::int64_t second) const;
  [[nodiscard]] Piece piece(std::uint32_t index) const;
  [[nodiscard]] std::int64_t idle_before(std::uint32_t piece) const;
  [[nodiscard]] Time find(Duration amount, bool beyond) const;
  [[nodiscard]] Time find_idle(Time t) const;

  std::vector<DayPattern> patterns_;
  std::vector<std::uint16_t> days_;
  std::int32_t first_day_;
  std::vector<Span> spans_;            ///< ascending, without empty ones
  std::vector<std::uint32_t> prefix_;  ///< working seconds before each piece, and after the last
};

}  // namespace docket::domain
