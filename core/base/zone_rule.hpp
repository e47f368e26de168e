// SPDX-License-Identifier: Apache-2.0
// The yearly rule that continues a zone file after its last transition: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX.1 TZ, RFC
// 9636 §3.3).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace docket {

/// One change a year: a day rule and the local time at which it happens.
struct ZoneRuleChange {
  enum class Kind { julian, day_of_year, month_week_day };
  Kind kind = Kind::month_week_day;
  int day =
      0;  ///< julian: 1..365 (29 February never counted); day_of_year: 0..365; month_week_day: weekday, Sunday = 0
  int week = 0;                  ///< 1..5, 5 = the last
  int month = 0;                 ///< 1..12
  std::chrono::seconds time{0};  ///< after local midnight, -167 h to 167 h

  /// The change as local time (of the offset in force before it), as if it were UTC.
  [[nodiscard]] std::chrono::sys_seconds local(std::chrono::year year) const;
};

struct ZoneRule {
  std::chrono::seconds standard{0};  ///< east of UTC
  std::chrono::seconds daylight{0};  ///< east of UTC
  ZoneRuleChange to_daylight;
  ZoneRuleChange to_standard;
};

/// Nothing when the text has no daylight saving or is not such a rule.
[[nodiscard]] std::optional<ZoneRule> parse_zone_rule(std::string_view text);

}  // namespace docket
