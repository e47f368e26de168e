// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include <fmt/format.h>

namespace docket {

using namespace std::chrono;

Time SystemClock::now() const { return time_point_cast<Duration>(system_clock::now()); }

std::string to_rfc3339(Time t) {
  const auto day = floor<days>(t);
  const year_month_day date{day};
  const hh_mm_ss<Duration> clock{t - day};
  const int year = static_cast<int>(date.year());
  if (year >= 0 && year <= 9999) {
    // Every event holds some: by hand this takes a tenth of what the formatter takes.
    std::string out = "0000-00-00T00:00:00.000000Z";
    const auto put = [&out](std::size_t last, auto value) {
      for (; value > 0; value /= 10) out[last--] = static_cast<char>('0' + value % 10);
    };
    put(3, year);
    put(6, static_cast<unsigned>(date.month()));
    put(9, static_cast<unsigned>(date.day()));
    put(12, clock.hours().count());
    put(15, clock.minutes().count());
    put(18, clock.seconds().count());
    put(25, clock.subseconds().count());
    return out;
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<Time> from_rfc3339(std::string_view text) {
  std::size_t at = 0;
  const auto number = [&](std::size_t width) -> int {
    if (at + width > text.size()) return -1;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const char c = text[at + i];
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    at += width;
    return value;
  };
  const auto literal = [&](char c) { return at < text.size() && text[at] == c ? (++at, true) : false; };

  const int y = number(4);
  if (y < 0 || !literal('-')) return {};
  const int m = number(2);
  if (m < 0 || !literal('-')) return {};
  const int d = number(2);
  if (d < 0 || !(literal('T') || literal('t'))) return {};
  const int hh = number(2);
  if (hh < 0 || hh > 23 || !literal(':')) return {};
  const int mm = number(2);
  if (mm < 0 || mm > 59 || !literal(':')) return {};
  const int ss = number(2);
  if (ss < 0 || ss > 59) return {};
  int micros = 0;
  if (literal('.')) {
    int digits = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      if (++digits > 6) return {};
      micros = micros * 10 + (text[at++] - '0');
    }
    if (digits == 0) return {};
    for (; digits < 6; ++digits) micros *= 10;
  }
  minutes offset{0};
  if (!literal('Z') && !literal('z')) {
    const bool west = at < text.size() && text[at] == '-';
    if (!literal('+') && !literal('-')) return {};
    const int oh = number(2);
    if (oh < 0 || oh > 23 || !literal(':')) return {};
    const int om = number(2);
    if (om < 0 || om > 59) return {};
    offset = hours{oh} + minutes{om};
    if (west) offset = -offset;
  }
  if (at != text.size()) return {};
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return {};
  return Time{sys_days{date}} + hours{hh} + minutes{mm} + seconds{ss} + microseconds{micros} - offset;
}

}  // namespace docket
