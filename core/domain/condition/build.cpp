// SPDX-License-Identifier: Apache-2.0
#include "domain/condition/build.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/both.hpp"
#include "base/duration.hpp"
#include "base/enum.hpp"
#include "base/suggest.hpp"

namespace docket::domain {
namespace {

struct OperatorRow {
  Operator op;
  OperandKind operand;
  std::string_view
      types;  ///< letters of the types that it takes: t text, c choice, n number, b boolean, i instant, l list, d id
};

constexpr OperatorRow operator_rows[] = {
    {Operator::is, OperandKind::one, "tcnbld"},         {Operator::is_not, OperandKind::one, "tcnbld"},
    {Operator::in, OperandKind::list, "tcd"},           {Operator::not_in, OperandKind::list, "tcd"},
    {Operator::contains, OperandKind::list, "tl"},      {Operator::not_contains, OperandKind::list, "tl"},
    {Operator::starts_with, OperandKind::one, "t"},     {Operator::less, OperandKind::one, "ni"},
    {Operator::at_most, OperandKind::one, "ni"},        {Operator::greater, OperandKind::one, "ni"},
    {Operator::at_least, OperandKind::one, "ni"},       {Operator::older_than, OperandKind::span, "i"},
    {Operator::newer_than, OperandKind::span, "i"},     {Operator::is_set, OperandKind::none, "tcnbild"},
    {Operator::is_empty, OperandKind::none, "tcnbild"},
};

const OperatorRow& row_of(Operator op) {
  return operator_rows[static_cast<std::size_t>(op)];
}

char letter_of(FieldType type) {
  switch (type) {
    case FieldType::text:
      return 't';
    case FieldType::choice:
      return 'c';
    case FieldType::number:
      return 'n';
    case FieldType::boolean:
      return 'b';
    case FieldType::instant:
      return 'i';
    case FieldType::list:
      return 'l';
    case FieldType::id:
      return 'd';
  }
  return '?';
}

Said type_words(FieldType type) {
  switch (type) {
    case FieldType::text:
      return {"a text", "文字"};
    case FieldType::choice:
      return {"one of a set of words", "选项之一"};
    case FieldType::number:
      return {"a number", "数字"};
    case FieldType::boolean:
      return {"true or false", "true 或 false"};
    case FieldType::instant:
      return {"an instant such as 2026-02-14T09:30:00+08:00 or a date such as 2026-02-14",
              "时间（例如 2026-02-14T09:30:00+08:00）或日期（例如 2026-02-14）"};
    case FieldType::list:
      return {"a text that the list may have", "列表里的一项文字"};
    case FieldType::id:
      return {"a whole number", "整数"};
  }
  return {};
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < 20; ++i) out += (i == 0 ? "" : ", ") + words[i];
  if (words.size() > 20) out += ", …";
  return out;
}

Said one_of(const std::vector<std::string>& words) {
  return both("one of {0}", "{0} 之一", join(words));
}

std::string nearest_of(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return std::string(nearest(word, views));
}

template <class Number>
std::optional<Number> number_from(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  // 012 is a spelling of neither ten nor twelve that two readers would agree on.
  const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') return std::nullopt;
  return number;
}

std::optional<Value> as_number(const Value& value, bool plain) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* number = std::get_if<double>(&value))
    return std::isfinite(*number) ? std::optional<Value>(*number) : std::nullopt;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || !plain) return std::nullopt;
  if (const auto whole = number_from<std::int64_t>(*text)) return *whole;
  if (const auto number = number_from<double>(*text); number && std::isfinite(*number)) return *number;
  return std::nullopt;
}

std::optional<Value> as_boolean(const Value& value, bool plain) {
  if (const auto* yes = std::get_if<bool>(&value)) return *yes;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || !plain) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  return std::nullopt;
}

std::optional<Value> as_instant(const Value& value) {
  if (const auto* micros = std::get_if<std::int64_t>(&value)) return *micros;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  if (const auto time = from_rfc3339(*text)) return time->time_since_epoch().count();
  if (text->size() == 10) {
    if (const auto time = from_rfc3339(*text + "T00:00:00Z")) return time->time_since_epoch().count();
  }
  return std::nullopt;
}

std::optional<Value> as_span(const Value& value) {
  if (const auto* micros = std::get_if<std::int64_t>(&value))
    return *micros >= 0 ? std::optional<Value>(*micros) : std::nullopt;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  const auto span = parse_duration(*text);
  return span ? std::optional<Value>(span->value.count()) : std::nullopt;
}

bool is_person(std::string_view text) {
  return text == "@me" || text == "@my_teams";
}

/// Walks one tree and collects what is wrong with it.
class Checker {
 public:
  Checker(const ConditionFields& fields, const ConditionUse& use) : fields_(fields), use_(use) {}

  Condition walk(const RawCondition& raw, const std::string& pointer, std::size_t depth) {
    Condition out;
    if (depth > max_condition_depth) {
      fault(pointer, both("the condition is nested more than {} levels deep", "条件嵌套超过 {} 层", max_condition_depth));
      return out;
    }
    if (++tests_ > max_condition_tests) {
      if (tests_ == max_condition_tests + 1) {
        fault(pointer, both("the condition has more than {} tests", "条件超过 {} 项", max_condition_tests));
      }
      return out;
    }
    if (raw.kind == RawCondition::Kind::test) return test(raw, pointer);
    const char* word = raw.kind == RawCondition::Kind::all   ? "all"
                       : raw.kind == RawCondition::Kind::any ? "any"
                                                             : "not";
    out.kind = raw.kind == RawCondition::Kind::all   ? Condition::Kind::all
               : raw.kind == RawCondition::Kind::any ? Condition::Kind::any
                                                     : Condition::Kind::none;
    if (raw.children.empty())
      fault(pointer + "/" + word, both("`{0}` without conditions", "`{0}` 下没有条件", word), {"at least one condition", "至少一个条件"});
    if (raw.kind == RawCondition::Kind::not_) {
      for (const auto& child : raw.children) out.children.push_back(walk(child, pointer + "/not", depth + 1));
      return out;
    }
    for (std::size_t i = 0; i < raw.children.size(); ++i) {
      out.children.push_back(walk(raw.children[i], pointer + "/" + word + "/" + std::to_string(i), depth + 1));
    }
    return out;
  }

  std::vector<ConditionFault> take() { return std::move(faults_); }

 private:
  void fault(std::string pointer, Said message, Said expected = {}, std::string suggestion = {}) {
    faults_.push_back({std::move(pointer), std::move(message), std::move(expected), std::move(suggestion)});
  }

  Condition test(const RawCondition& raw, const std::string& pointer) {
    Condition out;
    out.kind = Condition::Kind::test;
    out.field = raw.field;
    const auto field = fields_.find(raw.field);
    if (!field) {
      fault(pointer + "/field", both("there is no field `{0}`", "没有字段 `{0}`", raw.field),
            {"a field of the catalogue, or field.<name> for one of the desk's forms",
             "内置字段，或 field.<名称>（表单里的字段）"},
            nearest_of(raw.field, fields_.names()));
    } else if (field->event_only && !use_.event) {
      fault(pointer + "/field", both("`{0}` is known only while a trigger looks at an event", "`{0}` 只有触发器处理事件时才有值", raw.field),
            {"a field of the ticket", "工单的字段"});
    } else if (use_.lists && !field->in_lists) {
      fault(pointer + "/field", both("`{0}` can not be used in lists", "`{0}` 不能用于列表筛选", raw.field),
            {"a field that the catalogue marks for lists", "可用于列表的字段"});
    }
    const auto op = enum_from_name<Operator>(raw.op);
    if (!op) {
      std::vector<std::string> names;
      for (const auto& row : operator_rows) {
        if (!field || row.types.find(letter_of(field->type)) != std::string_view::npos)
          names.emplace_back(enum_name(row.op));
      }
      fault(pointer + "/operator",
            raw.op.empty() ? Said{"a test needs an operator", "缺少比较方式（operator）"}
                           : both("there is no operator `{0}`", "没有比较方式 `{0}`", raw.op),
            one_of(names), nearest_of(raw.op, names));
      return out;
    }
    out.op = *op;
    if (!field) return out;
    if (row_of(*op).types.find(letter_of(field->type)) == std::string_view::npos) {
      std::vector<std::string> names;
      for (const auto possible : operators_for(field->type)) names.emplace_back(enum_name(possible));
      const auto held = holds_words(field->type);
      fault(pointer + "/operator",
            both("`{0}` does not go with `{1}`, which holds {2}", "`{0}` 不能用于 `{1}`，它的值是{3}", raw.op, raw.field, held.en,
                 held.zh),
            one_of(names));
      return out;
    }
    out.value = operand(raw, *op, *field, pointer + "/value");
    return out;
  }

  static Said holds_words(FieldType type) {
    switch (type) {
      case FieldType::choice:
        return {"one word of a set", "选项"};
      case FieldType::instant:
        return {"an instant", "时间"};
      case FieldType::list:
        return {"a list", "列表"};
      case FieldType::id:
        return {"an id", "编号"};
      default:
        return type_words(type);
    }
  }

  Value operand(const RawCondition& raw, Operator op, const ConditionField& field, const std::string& pointer) {
    const auto kind = operand_of(op);
    if (kind == OperandKind::none) {
      if (raw.value) fault(pointer, both("`{0}` takes no value", "`{0}` 不带值", raw.op), {"only field and operator", "只写字段和比较方式"});
      return {};
    }
    if (!raw.value || std::holds_alternative<std::monostate>(*raw.value)) {
      fault(pointer, both("`{0}` needs a value", "`{0}` 缺少值", raw.op),
            kind == OperandKind::list ? Said{"a list, for example [a, b]", "列表，例如 [a, b]"} : type_words(field.type));
      return {};
    }
    if (kind == OperandKind::span) {
      if (const auto span = as_span(*raw.value)) return *span;
      fault(pointer, {"this is not a length of time", "这不是时长"},
            {"for example 30m, 4h or 2d (a day is 24 hours)", "例如 30m、4h 或 2d（一天按 24 小时计）"});
      return {};
    }
    if (kind == OperandKind::list) return list_operand(raw, field, pointer);
    return one_operand(raw, field, pointer);
  }

  Value one_operand(const RawCondition& raw, const ConditionField& field, const std::string& pointer) {
    if (std::holds_alternative<std::vector<std::string>>(*raw.value)) {
      const auto words = type_words(field.type);
      fault(pointer, both("`{0}` takes one value, not a list", "`{0}` 只能带一个值，不能是列表", raw.op),
            takes(field.type, Operator::in)
                ? both("{0}, or the operator `in` for several", "{1}；多个值请用 `in`", words.en, words.zh)
                : words);
      return {};
    }
    std::optional<Value> value;
    switch (field.type) {
      case FieldType::text:
      case FieldType::choice:
      case FieldType::list:
        if (const auto* text = std::get_if<std::string>(&*raw.value)) {
          known_value(*text, field, pointer);
          value = *text;
        }
        break;
      case FieldType::number:
        value = as_number(*raw.value, raw.plain);
        break;
      case FieldType::boolean:
        value = as_boolean(*raw.value, raw.plain);
        break;
      case FieldType::instant:
        value = as_instant(*raw.value);
        break;
      case FieldType::id:
        value = id_operand(*raw.value, raw.plain, pointer);
        break;
    }
    if (value) return *value;
    fault(pointer, both("this value does not go with `{0}`", "这个值与 `{0}` 不符", raw.field), type_words(field.type));
    return {};
  }

  std::optional<Value> id_operand(const Value& given, bool plain, const std::string& pointer) {
    if (const auto* text = std::get_if<std::string>(&given); text != nullptr && is_person(*text)) {
      person(*text, pointer);
      return given;
    }
    const auto number = as_number(given, plain);
    if (!number || !std::holds_alternative<std::int64_t>(*number)) return std::nullopt;
    return number;
  }

  Value list_operand(const RawCondition& raw, const ConditionField& field, const std::string& pointer) {
    const auto* list = std::get_if<std::vector<std::string>>(&*raw.value);
    if (list == nullptr) {
      fault(pointer, both("`{0}` takes a list", "`{0}` 的值须是列表", raw.op),
            {"square brackets, for example [a, b]", "用方括号，例如 [a, b]"});
      return {};
    }
    if (list->empty()) fault(pointer, {"the list is empty, so the test means nothing", "列表是空的，条件没有意义"}, {"at least one value", "至少一个值"});
    if (list->size() > max_condition_values) {
      fault(pointer, both("the list has more than {} values", "列表超过 {} 个值", max_condition_values));
      return {};
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto& text = (*list)[i];
      const auto at = pointer + "/" + std::to_string(i);
      if (is_person(text)) {
        person(text, at);
      } else if (field.type == FieldType::id) {
        if (!number_from<std::int64_t>(text)) fault(at, {"this is not an id", "这不是编号"}, type_words(field.type));
      } else if (text.empty()) {
        fault(at, {"an empty text can not be looked for", "不能查找空文字"}, {"at least one character", "至少一个字"});
      } else if (field.type != FieldType::text) {
        known_value(text, field, at);
      }
    }
    return *list;
  }

  void person(const std::string& text, const std::string& pointer) {
    if (use_.persons) return;
    fault(pointer, both("`{0}` has a meaning only in views and list filters", "`{0}` 只能用在视图和列表筛选里", text),
          {"a fixed value", "固定的值"});
  }

  void known_value(const std::string& text, const ConditionField& field, const std::string& pointer) {
    if (is_person(text)) return person(text, pointer);
    if (field.values.empty() || std::ranges::find(field.values, text) != field.values.end()) return;
    fault(pointer, both("`{0}` is not a value of this field", "这个字段没有 `{0}` 这个值", text), one_of(field.values),
          nearest_of(text, field.values));
  }

  static bool takes(FieldType type, Operator op) {
    return row_of(op).types.find(letter_of(type)) != std::string_view::npos;
  }

  const ConditionFields& fields_;
  const ConditionUse& use_;
  std::size_t tests_ = 0;
  std::vector<ConditionFault> faults_;
};

}  // namespace

std::expected<Condition, std::vector<ConditionFault>> check_condition(const RawCondition& raw,
                                                                      const ConditionFields& fields,
                                                                      const ConditionUse& use) {
  Checker checker(fields, use);
  auto condition = checker.walk(raw, "", 1);
  if (auto faults = checker.take(); !faults.empty()) return std::unexpected(std::move(faults));
  return condition;
}

Result<Condition> build_condition(const RawCondition& raw, const ConditionFields& fields, const ConditionUse& use,
                                  const std::string& prefix) {
  auto checked = check_condition(raw, fields, use);
  if (checked) return std::move(*checked);
  Error error;
  error.code = ErrorCode::invalid_field;
  error.say({"The condition can not be understood.", "条件写得不对。"});
  for (auto& fault : checked.error()) {
    Said message = std::move(fault.message);
    if (!fault.expected.empty()) {
      message.en.append("; expected ").append(fault.expected.en);
      message.zh.append("；应为").append(fault.expected.zh);
    }
    if (!fault.suggestion.empty()) {
      message.en.append("; did you mean `").append(fault.suggestion).append("`?");
      message.zh.append("；是否想写 `").append(fault.suggestion).append("`？");
    }
    error.fields.push_back(field_error(prefix + fault.pointer, std::move(message)));
  }
  return std::unexpected(std::move(error));
}

OperandKind operand_of(Operator op) {
  return row_of(op).operand;
}

std::vector<Operator> operators_for(FieldType type) {
  std::vector<Operator> out;
  for (const auto& row : operator_rows) {
    if (row.types.find(letter_of(type)) != std::string_view::npos) out.push_back(row.op);
  }
  return out;
}

}  // namespace docket::domain
