// SPDX-License-Identifier: Apache-2.0
#include "definition/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace docket::definition {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Exactly `count` digits as a number.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(at, count)) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::optional<int> minute_of_day(std::string_view text) {
  const auto hour = digits(text, 0, 2), minute = digits(text, 3, 2);
  if (text.size() != 5 || text[2] != ':' || !hour || !minute || *minute > 59) return std::nullopt;
  const int at = *hour * 60 + *minute;
  return at <= 24 * 60 ? std::optional(at) : std::nullopt;
}

}  // namespace

bool is_name(std::string_view text) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= 63 && lower(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return lower(c) || is_digit(c) || c == '_'; });
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const auto unsigned_part = text.substr(text.starts_with('-') ? 1 : 0);
  if (unsigned_part.empty() || (unsigned_part.size() > 1 && unsigned_part[0] == '0')) return std::nullopt;
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
  const auto unsigned_part = text.substr(text.starts_with('-') ? 1 : 0);
  if (unsigned_part.empty() || !is_digit(unsigned_part[0])) return std::nullopt;
  if (unsigned_part.size() > 1 && unsigned_part[0] == '0' && is_digit(unsigned_part[1])) return std::nullopt;
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  return error == std::errc{} && stop == end && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<domain::Date> parse_date(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !year || !month || !day) return std::nullopt;
  const domain::Date date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                          std::chrono::day{static_cast<unsigned>(*day)}};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::optional<domain::Slot> parse_slot(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const auto start = minute_of_day(text.substr(0, 5)), end = minute_of_day(text.substr(6));
  if (!start || !end || *start >= *end) return std::nullopt;
  return domain::Slot{*start, *end};
}

}  // namespace docket::definition
