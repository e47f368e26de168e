// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"

#include <array>
#include <cstdint>

namespace docket {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> units{{{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};
constexpr std::int64_t most_seconds = std::int64_t{10} * 366 * 86'400;

}  // namespace

std::optional<DurationText> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  bool days = false;
  std::size_t next_unit = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::int64_t number = 0;
    const std::size_t begin = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      number = number * 10 + (text[at] - '0');
      if (number > most_seconds) return std::nullopt;
    }
    if (at == begin || at == text.size()) return std::nullopt;
    while (next_unit < units.size() && units[next_unit].letter != text[at]) ++next_unit;
    if (next_unit == units.size()) return std::nullopt;
    total += number * units[next_unit].seconds;
    if (total > most_seconds) return std::nullopt;
    days = days || units[next_unit].letter == 'd';
    ++next_unit;
    ++at;
  }
  return DurationText{std::chrono::seconds{total}, days};
}

std::string format_duration(Duration duration) {
  std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  std::string out = seconds < 0 ? "-" : "";
  if (seconds < 0) seconds = -seconds;
  const std::size_t sign = out.size();
  for (const auto& unit : {units[1], units[2], units[3]}) {
    if (const auto number = seconds / unit.seconds; number > 0) {
      out += std::to_string(number);
      out += unit.letter;
      seconds %= unit.seconds;
    }
  }
  if (out.size() == sign) out += "0s";
  return out;
}

}  // namespace docket
