// SPDX-License-Identifier: Apache-2.0
// Boundaries lie on whole seconds, so the tables count seconds and only what lies inside a slot is counted in
// microseconds.
#include "domain/calendar/work_table.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace docket::domain {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kSecond = 1'000'000;

std::int64_t floor_second(Time t) {
  return std::chrono::floor<seconds>(t).time_since_epoch().count();
}
Time at(std::int64_t second) {
  return Time{seconds{second}};
}
Duration micros(std::int64_t second) {
  return seconds{second};
}

/// Work of a day before a moment of it (after its midnight).
Duration worked_in(const DayPattern& pattern, Duration moment) {
  Duration sum{0};
  for (const WorkSlot& slot : pattern) {
    if (moment <= micros(slot.start)) break;
    sum += std::min(moment, micros(slot.end)) - micros(slot.start);
  }
  return sum;
}

}  // namespace

WorkTable::WorkTable(const TimeZone& zone, std::vector<DayPattern> patterns, std::vector<std::uint16_t> days,
                     std::int32_t first_day)
    : patterns_(std::move(patterns)), days_(std::move(days)), first_day_(first_day) {
  const auto offsets = zone.spans();
  const std::int64_t local_begin = first_day_ * kDay;
  const std::int64_t local_end = local_begin + static_cast<std::int64_t>(days_.size()) * kDay;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const std::int64_t offset = offsets[i].offset.count();
    std::int64_t begin = local_begin - offset;
    std::int64_t end = local_end - offset;
    if (i > 0) begin = std::max(begin, floor_second(offsets[i].begin));
    if (i + 1 < offsets.size()) end = std::min(end, floor_second(offsets[i + 1].begin));
    if (begin >= end) continue;
    const auto day = static_cast<std::int32_t>((begin + offset - local_begin) / kDay);
    spans_.push_back({begin, end, static_cast<std::int32_t>(offset), day, static_cast<std::uint32_t>(prefix_.size())});
    for (std::int64_t local = begin + offset; local < end + offset;) {
      const std::int64_t in_day = (local - local_begin) % kDay;
      const std::int64_t midnight = local - in_day;
      const std::int64_t stop = std::min(kDay, end + offset - midnight);
      const DayPattern& slots = pattern(static_cast<std::size_t>((midnight - local_begin) / kDay));
      prefix_.push_back(sum);
      const Duration work = worked_in(slots, micros(stop)) - worked_in(slots, micros(in_day));
      sum += static_cast<std::uint32_t>(work.count() / kSecond);
      local = midnight + stop;
    }
  }
  prefix_.push_back(sum);
  prefix_.shrink_to_fit();
}

/// The last span that begins at or before the second; null before the first.
const WorkTable::Span* WorkTable::span_at(std::int64_t second) const {
  const auto after = std::ranges::upper_bound(spans_, second, {}, &Span::begin);
  return after == spans_.begin() ? nullptr : &*std::prev(after);
}

WorkTable::Piece WorkTable::piece_at(const Span& span, std::int64_t second) const {
  const std::int64_t in_range = second + span.offset - first_day_ * kDay;
  const auto day = static_cast<std::int32_t>(in_range / kDay);
  const std::int64_t midnight = second - in_range % kDay;
  const auto from = static_cast<std::int32_t>(std::max<std::int64_t>(0, span.begin - midnight));
  return {&span, &pattern(static_cast<std::size_t>(day)), midnight, from,
          span.first_piece + static_cast<std::uint32_t>(day - span.first_day)};
}

WorkTable::Piece WorkTable::piece(std::uint32_t index) const {
  const Span& span = *std::prev(std::ranges::upper_bound(spans_, index, {}, &Span::first_piece));
  const std::int64_t day = span.first_day + static_cast<std::int64_t>(index - span.first_piece);
  return piece_at(span, std::max(span.begin, (first_day_ + day) * kDay - span.offset));
}

Duration WorkTable::worked(Time t) const {
  const Span* span = span_at(floor_second(t));
  if (span == nullptr) return Duration{0};
  t = std::min(t, at(span->end));
  const Piece p = piece_at(*span, std::min(floor_second(t), span->end - 1));
  return micros(prefix_[p.index]) + worked_in(*p.pattern, t - at(p.midnight)) - worked_in(*p.pattern, micros(p.from));
}

/// The earliest t with worked(t) >= amount, or, beyond, the last one with worked(t) <= amount: where work goes on.
Time WorkTable::find(Duration amount, bool beyond) const {
  const auto enough = beyond ? std::ranges::upper_bound(prefix_, amount, {}, [](std::uint32_t s) { return micros(s); })
                             : std::ranges::lower_bound(prefix_, amount, {}, [](std::uint32_t s) { return micros(s); });
  const Piece p = piece(static_cast<std::uint32_t>(enough - prefix_.begin()) - 1);
  Duration left = amount - micros(prefix_[p.index]) + worked_in(*p.pattern, micros(p.from));
  for (const WorkSlot& slot : *p.pattern) {
    const Duration length = micros(slot.end - slot.start);
    if (left < length || (left == length && !beyond)) return at(p.midnight + slot.start) + left;
    left -= length;
  }
  return at(p.span->end);
}

bool WorkTable::is_working(Time t) const {
  const std::int64_t second = floor_second(t);
  const Span* span = span_at(second);
  if (span == nullptr || second >= span->end) return false;
  const Piece p = piece_at(*span, second);
  return std::ranges::any_of(*p.pattern, [in_day = second - p.midnight](const WorkSlot& slot) {
    return slot.start <= in_day && in_day < slot.end;
  });
}

std::optional<Time> WorkTable::next_working(Time t) const {
  const Duration before = worked(t);
  if (before == total()) return std::nullopt;
  return find(before, true);
}

std::optional<Time> WorkTable::next_change(Time t) const {
  return is_working(t) ? find_idle(t) : next_working(t);
}

/// Seconds without work between the first piece and the begin of another (or the end of the last).
std::int64_t WorkTable::idle_before(std::uint32_t index) const {
  std::int64_t begin = spans_.back().end;
  if (index + 1 < prefix_.size()) {
    const Piece p = piece(index);
    begin = p.midnight + p.from;
  }
  return begin - spans_.front().begin - prefix_[index];
}

/// The earliest instant without work after a working one: the same search over idle instead of working time.
Time WorkTable::find_idle(Time t) const {
  const Piece here = piece_at(*span_at(floor_second(t)), floor_second(t));
  const std::int64_t idle = (t - at(spans_.front().begin) - worked(t)) / seconds{1};
  std::uint32_t low = here.index;
  std::uint32_t high = low + 1;
  const auto last = static_cast<std::uint32_t>(prefix_.size() - 1);
  for (std::uint32_t step = 1; high < last && idle_before(high) <= idle; step *= 2) {
    low = high;
    high = std::min(last, high + step);
  }
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (idle_before(middle) > idle ? high : low) = middle;
  }
  const Piece p = piece(low);
  std::int64_t left = idle - idle_before(low);
  std::int64_t cursor = p.from;
  for (const WorkSlot& slot : *p.pattern) {
    if (slot.end <= p.from) continue;
    const std::int64_t gap = std::max<std::int64_t>(0, slot.start - cursor);
    if (left < gap) break;
    left -= gap;
    cursor = slot.end;
  }
  return at(std::min(p.midnight + cursor + left, p.span->end));
}

std::optional<std::size_t> WorkTable::day_index(Time t) const {
  const std::int64_t second = floor_second(t);
  const Span* span = span_at(second);
  if (span == nullptr || second >= span->end) return std::nullopt;
  return static_cast<std::size_t>((second + span->offset - first_day_ * kDay) / kDay);
}

}  // namespace docket::domain
