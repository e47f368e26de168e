// SPDX-License-Identifier: Apache-2.0
// What a scalar's text means, strictly: one spelling a value, nothing guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/calendar/calendar.hpp"

namespace docket::definition {

/// a–z first, then a–z, 0–9 and _, at most 63 in all.
[[nodiscard]] bool is_name(std::string_view text);
/// Decimal digits, a sign allowed, no leading zero, no separators.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
/// A finite decimal number: 3, -0.5, 1.25.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
/// `true` and `false`; yes, no, on and off mean something else to each reader and are refused.
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);
/// YYYY-MM-DD, a day that exists.
[[nodiscard]] std::optional<domain::Date> parse_date(std::string_view text);
/// HH:MM-HH:MM, start before end; the end may be 24:00.
[[nodiscard]] std::optional<domain::Slot> parse_slot(std::string_view text);

}  // namespace docket::definition
