// SPDX-License-Identifier: Apache-2.0
// Explicit transitions come from Hinnant's date library. Its build on Debian reads the transitions of a zone file but
// not the rule in the last line that continues them (there is no daylight saving after 2037 in it), so that rule is
// applied here.
#include "base/time_zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/suggest.hpp"
#include "base/both.hpp"
#include "base/zone_rule.hpp"

namespace docket {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr sys_seconds kFirst = sys_days{std::chrono::year{1969} / 12 / 30};
constexpr sys_seconds kEnd = sys_days{std::chrono::year{2100} / 1 / 3};

/// The POSIX rule after the last transition: the last line of a zone file of version 2 or later; "" when it has none.
std::string rule_of(const std::string& zone) {
  std::ifstream file("/usr/share/zoneinfo/" + zone, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.size() < 2 || !bytes.starts_with("TZif") || bytes.back() != '\n') return {};
  const auto before = bytes.rfind('\n', bytes.size() - 2);
  if (before == std::string::npos) return {};
  return bytes.substr(before + 1, bytes.size() - before - 2);
}

/// The zone of that very name; null when there is none.
const date::time_zone* find(const date::tzdb& database, std::string_view name) {
  const auto zone = std::ranges::find(database.zones, name, &date::time_zone::name);
  return zone == database.zones.end() ? nullptr : &*zone;
}

std::string suggestion(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& zone : date::get_tzdb().zones) names.emplace_back(zone.name());
  const std::string nearest = did_you_mean(name, names);
  return nearest.empty() ? " Write a name of the IANA database, such as Asia/Shanghai." : nearest;
}

void append(std::vector<OffsetSpan>& spans, Time begin, seconds offset) {
  if (spans.empty() || spans.back().offset != offset) spans.push_back({begin, offset});
}

/// Adds what the rule says after the last explicit transition.
void continue_by(const ZoneRule& rule, sys_seconds last, std::vector<OffsetSpan>& spans) {
  const auto first_year = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(last)}.year();
  for (auto year = first_year; year <= std::chrono::year{2100}; ++year) {
    std::array changes{OffsetSpan{rule.to_daylight.local(year) - rule.standard, rule.daylight},
                       OffsetSpan{rule.to_standard.local(year) - rule.daylight, rule.standard}};
    std::ranges::sort(changes, {}, &OffsetSpan::begin);
    for (const auto& change : changes)
      if (change.begin > last && change.begin < kEnd) append(spans, change.begin, change.offset);
  }
}

}  // namespace

Result<TimeZone> TimeZone::load(std::string_view name) {
  const date::time_zone* zone = nullptr;
  try {
    zone = find(date::get_tzdb(), name);
  } catch (const std::runtime_error&) {
    return fail(ErrorCode::not_found, {"this machine has no zone database; install the package tzdata", "本机没有时区数据，请安装 tzdata 软件包"});
  }
  if (zone == nullptr)
    return fail(ErrorCode::not_found, both("there is no time zone \"{0}\".{1}", "没有时区“{0}”，例如 Asia/Shanghai", name, suggestion(name)));
  std::vector<OffsetSpan> spans;
  sys_seconds t = kFirst;
  while (true) {
    const date::sys_info info = zone->get_info(t);
    append(spans, std::max(kFirst, info.begin), info.offset);
    if (info.end >= kEnd) {
      t = std::max(kFirst, info.begin);
      break;
    }
    t = info.end;
  }
  if (const auto rule = parse_zone_rule(rule_of(std::string(name)))) continue_by(*rule, t, spans);
  return TimeZone{std::string(name), std::move(spans)};
}

TimeZone TimeZone::utc() {
  return {"UTC", {{kFirst, seconds{0}}}};
}

seconds TimeZone::offset_at(Time t) const {
  const auto after = std::ranges::upper_bound(spans_, t, {}, &OffsetSpan::begin);
  return after == spans_.begin() ? after->offset : std::prev(after)->offset;
}

}  // namespace docket
