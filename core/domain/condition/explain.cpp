// SPDX-License-Identifier: Apache-2.0
#include "domain/condition/explain.hpp"

#include <fmt/format.h>

#include "base/enum.hpp"
#include "base/text.hpp"

namespace docket::domain {
namespace {

constexpr std::size_t limit = 300;

struct InWords {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? " yes" : " no"; }
  std::string operator()(std::int64_t value) const { return fmt::format(" {}", value); }
  std::string operator()(double value) const { return fmt::format(" {}", value); }
  std::string operator()(const std::string& value) const { return " " + value; }
  std::string operator()(const std::vector<std::string>& values) const {
    std::string out;
    for (const auto& value : values) {
      if (out.size() > limit) break;
      out += (out.empty() ? " " : ", ") + value;
    }
    return out;
  }
};

std::string in_words(const Condition& condition);

std::string children_in_words(const Condition& condition, std::string_view between) {
  std::string out;
  for (const auto& child : condition.children) {
    if (out.size() > limit) break;
    if (!out.empty()) out += between;
    const bool group = child.kind != Condition::Kind::test && child.kind != Condition::Kind::always;
    out += group ? "(" + in_words(child) + ")" : in_words(child);
  }
  return out;
}

std::string in_words(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::always:
      return "always";
    case Condition::Kind::all:
      return children_in_words(condition, " and ");
    case Condition::Kind::any:
      return children_in_words(condition, " or ");
    case Condition::Kind::none:
      return "not " + children_in_words(condition, " nor ");
    case Condition::Kind::test:
      break;
  }
  return condition.field + " " + std::string{enum_name(condition.op)} + std::visit(InWords{}, condition.value);
}

std::string cut(std::string text) {
  const auto short_text = first_characters(text, limit);
  if (short_text.size() == text.size()) return text;
  return std::string{first_characters(text, limit - 1)} + "…";
}

}  // namespace

std::string describe(const Condition& condition) {
  return cut(in_words(condition));
}

std::string why_not_holding(const Condition& condition, const FieldSource& source) {
  if (holds(condition, source)) return {};
  if (condition.kind == Condition::Kind::all) {
    for (const auto& child : condition.children) {
      if (!holds(child, source)) return why_not_holding(child, source);
    }
  }
  return "it needs " + describe(condition);
}

}  // namespace docket::domain
