// SPDX-License-Identifier: Apache-2.0
// Lengths of time as people write them: "30m", "4h", "1h30m", "2d".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace docket {

/// A length of time read from text.
struct DurationText {
  Duration value{};
  bool days = false;  ///< written with the unit d, which always means 24 hours
};

/// Reads whole numbers with the units d, h, m and s, largest first, each at most once, without spaces; at most ten
/// years in all. Nothing when the text is anything else.
[[nodiscard]] std::optional<DurationText> parse_duration(std::string_view text);

/// The same grammar without d, since a working day has no fixed length: "26h30m"; what lies below a second is cut off.
/// Zero is "0s"; a negative length has a sign in front.
[[nodiscard]] std::string format_duration(Duration duration);

}  // namespace docket
