// SPDX-License-Identifier: Apache-2.0
// A recursive descent over at most some forty characters; every number is bounded by its digits.
#include "base/zone_rule.hpp"

namespace docket {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// What is left of the text; each step takes its part from the front, or says false.
struct Reader {
  std::string_view rest;

  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }

  bool number(int low, int high, int& out) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < rest.size() && digits < 3 && is_digit(rest[digits])) value = value * 10 + (rest[digits++] - '0');
    if (digits == 0 || value < low || value > high) return false;
    rest.remove_prefix(digits);
    out = value;
    return true;
  }

  /// "CET" or "<+0330>".
  bool abbreviation() {
    if (take('<')) {
      const auto close = rest.find('>');
      if (close == std::string_view::npos) return false;
      rest.remove_prefix(close + 1);
      return true;
    }
    std::size_t letters = 0;
    while (letters < rest.size() && is_letter(rest[letters])) ++letters;
    rest.remove_prefix(letters);
    return letters >= 3;
  }

  /// [+-]hh[h][:mm[:ss]]
  bool time(int max_hours, seconds& out) {
    const bool negative = take('-');
    if (!negative) take('+');
    int h = 0;
    int m = 0;
    int s = 0;
    if (!number(0, max_hours, h)) return false;
    if (take(':') && !number(0, 59, m)) return false;
    if (take(':') && !number(0, 59, s)) return false;
    const seconds value = hours{h} + minutes{m} + seconds{s};
    out = negative ? -value : value;
    return true;
  }

  bool change(ZoneRuleChange& out) {
    using Kind = ZoneRuleChange::Kind;
    bool ok = false;
    if (take('M')) {
      out.kind = Kind::month_week_day;
      ok = number(1, 12, out.month) && take('.') && number(1, 5, out.week) && take('.') && number(0, 6, out.day);
    } else if (take('J')) {
      out.kind = Kind::julian;
      ok = number(1, 365, out.day);
    } else {
      out.kind = Kind::day_of_year;
      ok = number(0, 365, out.day);
    }
    out.time = hours{2};
    return ok && (!take('/') || time(167, out.time));
  }
};

}  // namespace

sys_seconds ZoneRuleChange::local(std::chrono::year year) const {
  const sys_days new_year{year / 1 / 1};
  switch (kind) {
    case Kind::julian:
      return new_year + days{day - 1 + (year.is_leap() && day >= 60 ? 1 : 0)} + time;
    case Kind::day_of_year:
      return new_year + days{day} + time;
    case Kind::month_week_day:
      break;
  }
  const std::chrono::weekday weekday{static_cast<unsigned>(day)};
  const auto in_month = year / std::chrono::month{static_cast<unsigned>(month)};
  if (week == 5) return sys_days{in_month / std::chrono::weekday_last{weekday}} + time;
  return sys_days{in_month / std::chrono::weekday_indexed{weekday, static_cast<unsigned>(week)}} + time;
}

std::optional<ZoneRule> parse_zone_rule(std::string_view text) {
  Reader in{text};
  ZoneRule rule;
  seconds west{0};
  if (!in.abbreviation() || !in.time(24, west)) return std::nullopt;
  rule.standard = -west;
  if (!in.abbreviation()) return std::nullopt;
  rule.daylight = rule.standard + hours{1};
  if (!in.rest.starts_with(',')) {
    if (!in.time(24, west)) return std::nullopt;
    rule.daylight = -west;
  }
  if (!in.take(',') || !in.change(rule.to_daylight) || !in.take(',') || !in.change(rule.to_standard))
    return std::nullopt;
  if (!in.rest.empty()) return std::nullopt;
  return rule;
}

}  // namespace docket
