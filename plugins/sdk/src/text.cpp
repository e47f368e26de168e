// SPDX-License-Identifier: Apache-2.0
#include "docket/text.hpp"

#include <algorithm>
#include <array>

namespace docket::sdk {
namespace {

constexpr std::array<std::string_view, 7> kGaps{" ", "\n", "\r", "\t", ":", "：", "　"};
constexpr std::size_t kMostNumber = 24;

void skip_gaps(std::string_view& text) {
  for (bool again = true; again;) {
    again = false;
    for (const auto gap : kGaps) {
      if (!text.starts_with(gap)) continue;
      text.remove_prefix(gap.size());
      again = true;
    }
  }
}

}  // namespace

std::string shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  constexpr std::string_view more = "…";
  if (bytes <= more.size()) return {};
  auto end = bytes - more.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + std::string(more);
}

std::string without_controls(std::string text) {
  std::erase_if(text, [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F; });
  return text;
}

std::optional<Addressed> addressed(std::string_view message) {
  skip_gaps(message);
  auto end = std::string_view::npos;
  for (const auto gap : kGaps) end = std::min(end, message.find(gap));
  if (end == std::string_view::npos || end > kMostNumber) return {};
  auto number = message.substr(0, end);
  const bool marked = number.starts_with('#');
  if (marked) number.remove_prefix(1);
  const auto letters = static_cast<std::size_t>(
      std::ranges::find_if_not(number, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }) - number.begin());
  const auto dash = number.rfind('-');
  const auto digits = number.substr(dash == std::string_view::npos ? letters : dash + 1);
  if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return {};
  if (!marked && dash == std::string_view::npos && letters == 0) return {};
  message.remove_prefix(end);
  skip_gaps(message);
  if (message.empty()) return {};
  return Addressed{std::string(number), std::string(message)};
}

}  // namespace docket::sdk
