// SPDX-License-Identifier: Apache-2.0
// That whoever reads Chinese is told in Chinese what was refused: looked at wherever tests meet a refusal.
#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace docket::test {

/// Whether an ideograph is among it (U+4E00 to U+9FFF).
inline bool has_chinese(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if ((first == 0xE4 && second >= 0xB8) || (first >= 0xE5 && first <= 0xE9)) return true;
  }
  return false;
}

/// The first sentence of it that was said in English only; empty when there is none.
inline std::string english_only(const Error& error) {
  if (!error.detail.empty() && !has_chinese(error.detail_zh)) return error.detail;
  const auto field = std::ranges::find_if(error.fields, [](const FieldError& one) { return !has_chinese(one.message_zh); });
  return field == error.fields.end() ? std::string{} : field->pointer + ": " + field->message;
}

/// The same of a problem as the API answers it (RFC 9457).
inline std::string english_only(const boost::json::object& problem) {
  const auto lacks = [](const boost::json::object& words, const char* english, const char* chinese) {
    if (!words.contains(english)) return false;
    const auto* zh = words.if_contains(chinese);
    return zh == nullptr || !has_chinese(zh->as_string());
  };
  if (lacks(problem, "detail", "detail_zh")) return std::string(problem.at("detail").as_string());
  const auto* fields = problem.if_contains("fields");
  if (fields == nullptr) return {};
  for (const auto& field : fields->as_array()) {
    if (lacks(field.as_object(), "message", "message_zh")) return std::string(field.at("message").as_string());
  }
  return {};
}

/// The English of them, to be compared.
inline std::vector<FieldError> english_of(std::vector<FieldError> fields) {
  for (auto& field : fields) field.message_zh.clear();
  return fields;
}

}  // namespace docket::test
