// SPDX-License-Identifier: Apache-2.0
// Zones of the IANA database as plain tables of UTC offsets, so that whoever computes with local time touches no file.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace docket {

/// From `begin` on, local time is UTC + `offset`.
struct OffsetSpan {
  Time begin;
  std::chrono::seconds offset;
};

/// The offsets of one zone, an immutable value. Before the first span its offset holds as well; after the end of 2099
/// the last one does.
class TimeZone {
 public:
  /// Reads the zone from the system's database (package tzdata). ErrorCode::not_found when the database has no such
  /// zone, or when there is no database. Names are exact: "Asia/Shanghai".
  [[nodiscard]] static Result<TimeZone> load(std::string_view name);
  [[nodiscard]] static TimeZone utc();

  [[nodiscard]] const std::string& name() const { return name_; }
  /// At least one, ascending; offsets of neighbours differ.
  [[nodiscard]] std::span<const OffsetSpan> spans() const { return spans_; }
  [[nodiscard]] std::chrono::seconds offset_at(Time t) const;

 private:
  TimeZone(std::string name, std::vector<OffsetSpan> spans) : name_(std::move(name)), spans_(std::move(spans)) {}

  std::string name_;
  std::vector<OffsetSpan> spans_;
};

}  // namespace docket
