// SPDX-License-Identifier: Apache-2.0
#include "domain/condition/explain.hpp"

#include <fmt/format.h>

#include "base/enum.hpp"
#include "base/text.hpp"
#include "domain/chinese_names.hpp"

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

std::string_view op_in_chinese(Operator op) {
  switch (op) {
    case Operator::is:
      return "是";
    case Operator::is_not:
      return "不是";
    case Operator::in:
      return "属于";
    case Operator::not_in:
      return "不属于";
    case Operator::contains:
      return "包含";
    case Operator::not_contains:
      return "不包含";
    case Operator::starts_with:
      return "开头是";
    case Operator::less:
      return "小于";
    case Operator::at_most:
      return "不大于";
    case Operator::greater:
      return "大于";
    case Operator::at_least:
      return "不小于";
    case Operator::older_than:
      return "早于";
    case Operator::newer_than:
      return "在最近";
    case Operator::is_set:
      return "已填写";
    case Operator::is_empty:
      return "为空";
  }
  return {};
}

std::string span_in_chinese(const Value& value) {
  const auto* micros = std::get_if<std::int64_t>(&value);
  auto minutes = micros == nullptr ? 0 : *micros / 60'000'000;
  std::string out;
  const auto part = [&](std::int64_t unit, std::string_view name) {
    if (minutes >= unit) out += fmt::format("{} {}", minutes / unit, name);
    minutes %= unit;
  };
  part(24 * 60, "天");
  part(60, "小时");
  part(1, "分钟");
  return out.empty() ? "1 分钟" : out;
}

std::string in_chinese(const Condition& condition, const ChineseNames& names);

std::string children_in_chinese(const Condition& condition, std::string_view between, const ChineseNames& names) {
  std::string out;
  for (const auto& child : condition.children) {
    if (out.size() > limit * 3) break;
    if (!out.empty()) out += between;
    const bool group = child.kind != Condition::Kind::test && child.kind != Condition::Kind::always;
    const auto words = in_chinese(child, names);
    if (group) {
      out.append("（").append(words).append("）");
    } else {
      out += words;
    }
  }
  return out;
}

std::string in_chinese(const Condition& condition, const ChineseNames& names) {
  switch (condition.kind) {
    case Condition::Kind::always:
      return "任何时候";
    case Condition::Kind::all:
      return children_in_chinese(condition, "，并且", names);
    case Condition::Kind::any:
      return children_in_chinese(condition, "，或者", names);
    case Condition::Kind::none:
      return fmt::format("不能有{}", children_in_chinese(condition, "，也不能有", names));
    case Condition::Kind::test:
      break;
  }
  const auto field = names.field(condition.field);
  if (condition.op == Operator::older_than) return field + "在 " + span_in_chinese(condition.value) + "以前";
  if (condition.op == Operator::newer_than) return field + "在最近 " + span_in_chinese(condition.value) + "内";
  return field + std::string{op_in_chinese(condition.op)} + names.value(condition.field, condition.value);
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

std::string why_not_holding_zh(const Condition& condition, const FieldSource& source, const ChineseNames& names) {
  if (holds(condition, source)) return {};
  if (condition.kind == Condition::Kind::all) {
    for (const auto& child : condition.children) {
      if (!holds(child, source)) return why_not_holding_zh(child, source, names);
    }
  }
  return cut(fmt::format("要求{}", in_chinese(condition, names)));
}

}  // namespace docket::domain
