// SPDX-License-Identifier: Apache-2.0
// What makes a finding one that a Chinese reader can use.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "definition/diagnostic.hpp"

namespace docket {

/// The text without what stands in backticks, which is the YAML's own.
inline std::string own_words(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (const char c : text) {
    if (c == '`') quoted = !quoted;
    if (!quoted && c != '`') out += c;
  }
  return out;
}

/// Chinese words of its own, and Chinese punctuation behind them.
inline bool reads_chinese(std::string_view text) {
  const auto words = own_words(text);
  bool before = false, any = false;  // whether an ideograph stands before
  for (std::size_t i = 0; i < words.size();) {
    const auto first = static_cast<unsigned char>(words[i]);
    if (before && std::string_view(",;:?!()").find(words[i]) != std::string_view::npos) return false;
    before = first >= 0xE4 && first <= 0xE9;
    any = any || before;
    i += first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }
  return any;
}

/// What is expected may be an example, which is the same in every language.
inline bool is_code(std::string_view expected) {
  static constexpr std::string_view examples[] = {
      "{{field}}", "minimum ≤ maximum", "choices: [{name, title}, …]", "goals: [{within: 4h}]", "22:00-08:00",
      "[A-Z]+"};
  return std::ranges::find(examples, expected) != std::end(examples);
}

inline bool said_in_chinese(const definition::Diagnostic& found) {
  if (!reads_chinese(found.message_zh)) return false;
  if (found.expected.empty()) return found.expected_zh.empty();
  return reads_chinese(found.expected_zh) || (found.expected_zh.empty() && is_code(found.expected));
}

}  // namespace docket
