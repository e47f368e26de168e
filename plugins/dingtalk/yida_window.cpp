// SPDX-License-Identifier: Apache-2.0
#include "yida_window.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace docket::dingtalk {
namespace {

/// Before anybody used it: where a first run begins.
constexpr std::int64_t kBeginning = 1'262'304'000;  // 2010-01-01

template <class Number>
bool read(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string written(std::int64_t seconds, const char* format) {
  const std::chrono::sys_seconds at{std::chrono::seconds{seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  char buffer[64];
  const auto size = std::snprintf(buffer, sizeof buffer, format, static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                  static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                                  static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {buffer, static_cast<std::size_t>(size)};
}

}  // namespace

YidaCursor YidaCursor::parse(std::string_view text) {
  YidaCursor out{kBeginning, 1};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return out;
  YidaCursor given;
  if (read(text.substr(0, colon), given.since_s) && read(text.substr(colon + 1), given.page) && given.page >= 1) return given;
  return out;
}

std::string YidaCursor::text() const {
  return std::to_string(since_s) + ":" + std::to_string(page);
}

std::optional<YidaStep> after_page(const YidaCursor& at, std::int64_t rows, std::int64_t last_s) {
  if (rows < yida_page_size) {
    // Nothing more; but never forward past what was read, and never back before where this run began.
    const auto reached = rows > 0 ? last_s : at.since_s;
    return YidaStep{{reached - (rows > 0 || at.page > 1 ? yida_overlap_s : 0), 1}, false};
  }
  if (last_s > at.since_s) return YidaStep{{last_s, 1}, true};
  if ((at.page + 1) * yida_page_size > yida_last_row) return {};
  return YidaStep{{at.since_s, at.page + 1}, true};
}

std::string yida_time(std::int64_t seconds, std::int64_t offset_minutes) {
  return written(seconds + offset_minutes * 60, "%04d-%02u-%02u %02d:%02d:%02d");
}

std::string rfc3339(std::int64_t seconds) {
  return written(seconds, "%04d-%02u-%02uT%02d:%02d:%02dZ");
}

std::optional<std::int64_t> yida_seconds(std::string_view text, std::int64_t offset_minutes) {
  const bool utc = text.ends_with('Z');
  if (utc) text.remove_suffix(1);
  if (text.size() != 16 && text.size() != 19) return {};
  int year = 0, second = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0;
  if (!read(text.substr(0, 4), year) || text[4] != '-' || !read(text.substr(5, 2), month) || text[7] != '-' ||
      !read(text.substr(8, 2), day) || (text[10] != 'T' && text[10] != ' ') || !read(text.substr(11, 2), hour) || text[13] != ':' ||
      !read(text.substr(14, 2), minute))
    return {};
  if (text.size() == 19 && (text[16] != ':' || !read(text.substr(17, 2), second))) return {};
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return {};
  const auto at = std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  return utc ? seconds : seconds - offset_minutes * 60;
}

}  // namespace docket::dingtalk
