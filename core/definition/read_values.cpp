// SPDX-License-Identifier: Apache-2.0
// Values for custom fields, and the placeholders of texts.
#include <algorithm>

#include "base/text.hpp"
#include "definition/compilation.hpp"
#include "definition/scalar.hpp"
#include "desk/link_words.hpp"
#include "domain/condition/condition.hpp"
#include "domain/ticket/field_check.hpp"

namespace docket::definition {
namespace {

using domain::Field;
using domain::FieldKind;
using domain::Value;

std::vector<std::string> names_of(const std::vector<domain::Choice>& choices) {
  std::vector<std::string> out;
  for (const auto& choice : choices) out.push_back(choice.name);
  return out;
}

Said expected_of(const Field& field) {
  switch (field.kind) {
    case FieldKind::integer:
      return {"a whole number", "整数"};
    case FieldKind::number:
      return {"a number", "数字"};
    case FieldKind::boolean:
      return {"true or false", "true 或 false"};
    case FieldKind::date:
      return {"a date such as 2026-02-14", "日期，例如 2026-02-14"};
    case FieldKind::instant:
      return {"an instant such as 2026-02-14T09:30:00+08:00", "时刻，例如 2026-02-14T09:30:00+08:00"};
    case FieldKind::choice:
    case FieldKind::choices:
      return one_of(names_of(field.choices));
    default:
      return {"a text", "文本"};
  }
}

bool in_range(const Field& field, double number) {
  return (!field.minimum || number >= *field.minimum) && (!field.maximum || number <= *field.maximum);
}

bool is_choice(const Field& field, const std::string& text) {
  return std::ranges::find(field.choices, text, &domain::Choice::name) != field.choices.end();
}

/// A single scalar as the field's kind wants it; nothing when it does not fit.
std::optional<Value> scalar_value(const YamlNode& node, const Field& field) {
  switch (field.kind) {
    case FieldKind::integer: {
      const auto number = node.quoted ? std::nullopt : parse_integer(node.text);
      return number && in_range(field, static_cast<double>(*number)) ? std::optional<Value>(*number) : std::nullopt;
    }
    case FieldKind::number: {
      const auto number = node.quoted ? std::nullopt : parse_number(node.text);
      return number && in_range(field, *number) ? std::optional<Value>(*number) : std::nullopt;
    }
    case FieldKind::boolean: {
      const auto yes = node.quoted ? std::nullopt : parse_boolean(node.text);
      return yes ? std::optional<Value>(*yes) : std::nullopt;
    }
    case FieldKind::date:
      return parse_date(node.text) ? std::optional<Value>(node.text) : std::nullopt;
    case FieldKind::instant: {
      const auto time = from_rfc3339(node.text);
      return time ? std::optional<Value>(std::int64_t{time->time_since_epoch().count()}) : std::nullopt;
    }
    case FieldKind::choice:
      return is_choice(field, node.text) ? std::optional<Value>(node.text) : std::nullopt;
    case FieldKind::choices:
      return std::nullopt;
    case FieldKind::text:
    case FieldKind::long_text:
    case FieldKind::phone:
    case FieldKind::email:
      return count_characters(node.text) <= field.max_length ? std::optional<Value>(node.text) : std::nullopt;
  }
  return std::nullopt;
}

/// Refused when the definitions are checked, rather than each time that the value is set.
Value checked(Compilation& work, Place place, const Field& field, Value value) {
  const auto fits = domain::check_value(field, value);
  if (fits) return value;
  work.judge(
      place, "bad_value",
      {"this value does not go with the field `" + field.name + "`", "这个值不能用于字段 `" + field.name + "`"},
      fits.error().said());
  return work.judged == Judged::published ? std::move(value) : Value{};
}

bool goes_with(const YamlNode& node, const Field& field) {
  const auto value = node.kind == YamlNode::Kind::scalar ? scalar_value(node, field) : std::nullopt;
  return value && domain::check_value(field, *value);
}

}  // namespace

const Field* find_field(const Compilation& work, std::string_view name, const YamlNode* value) {
  const Field* first = find_field(work, name);
  if (value == nullptr) return first;
  for (const auto& [form_name, form] : work.out.forms) {
    const auto* field = form.find_field(name);
    if (field != nullptr && goes_with(*value, *field)) return field;
  }
  return first;
}

const Field* find_field(const Compilation& work, std::string_view name) {
  for (const auto& [form_name, form] : work.out.forms) {
    const auto it = std::ranges::find(form.fields, name, &Field::name);
    if (it != form.fields.end()) return &*it;
  }
  return nullptr;
}

Value read_value(Compilation& work, const Section& section, std::string_view key, const Field& field) {
  const auto* node = section.find(key);
  return node == nullptr ? Value{} : read_value(work, section.place(key), *node, field);
}

Value read_value(Compilation& work, Place place, const YamlNode& node, const Field& field) {
  const auto names = names_of(field.choices);
  if (node.kind == YamlNode::Kind::list && field.kind == FieldKind::choices) {
    std::vector<std::string> list;
    bool known = true;
    for (const auto& item : node.items) {
      if (!is_choice(field, item.text)) {
        known = false;
        work.report.error({place.file, item.span}, "bad_value",
                          {"`" + item.text + "` is no choice of `" + field.name + "`",
                           "`" + item.text + "` 不是字段 `" + field.name + "` 的选项"},
                          expected_of(field), nearest_of(item.text, names));
      }
      list.push_back(item.text);
    }
    return known ? checked(work, place, field, std::move(list)) : Value{std::move(list)};
  }
  if (node.kind == YamlNode::Kind::scalar) {
    if (auto value = scalar_value(node, field)) return checked(work, place, field, std::move(*value));
  }
  auto expected = expected_of(field);
  if (field.kind == FieldKind::choices)
    expected = {"a list; each item is " + expected.en, "列表，每项为" + expected.zh};
  work.report.error(
      place, "bad_value",
      {"this value does not go with the field `" + field.name + "`", "这个值不能用于字段 `" + field.name + "`"},
      std::move(expected), node.kind == YamlNode::Kind::scalar ? nearest_of(node.text, names) : std::string{});
  return {};
}

void check_placeholders(Compilation& work, Place place, const YamlNode& node, const PlaceholderUse& use) {
  const std::string_view text = node.text;
  std::size_t at = 0;
  while ((at = text.find("{{", at)) != std::string_view::npos) {
    const auto close = text.find("}}", at + 2);
    const auto marked = [&](std::size_t length) {
      if (!node.verbatim) return place;
      auto span = place.span;
      span.column += (node.quoted ? 1 : 0) + static_cast<int>(count_characters(text.substr(0, at)));
      span.end_column = span.column + static_cast<int>(count_characters(text.substr(at, length)));
      return Place{place.file, span};
    };
    if (close == std::string_view::npos) {
      work.report.error(marked(2), "bad_placeholder", {"this placeholder is not closed", "占位符没有写完"},
                        "{{field}}");
      return;
    }
    auto name = text.substr(at + 2, close - at - 2);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto field = work.fields.find(name);
    const std::string shown(name.substr(0, 60));
    // Filled in when the message leaves; in notes there is nobody to follow them.
    const bool link = use.links && (name == desk::portal_link_field || name == desk::guest_link_field);
    if (!field && !link) {
      work.report.error(marked(close + 2 - at), "bad_placeholder",
                        {"there is no field `" + shown + "` to put here", "没有字段 `" + shown + "`，无法填在这里"},
                        {"a field of the catalogue, or field.<name> of a form", "内置字段，或表单的 field.<名称>"},
                        nearest_of(name, work.fields.names()));
    } else if (field && field->type == domain::FieldType::instant && name.starts_with("field.")) {
      work.report.error(marked(close + 2 - at), "bad_placeholder",
                        {"`" + shown + "` is an instant, which a text can not show in the reader's zone",
                         "`" + shown + "` 是时刻，文本无法按读者的时区显示它"},
                        {"another field", "另一个字段"});
    } else if (field && field->event_only && !use.event) {
      work.report.error(marked(close + 2 - at), "bad_placeholder",
                        {"`" + shown + "` is known only while a trigger looks at an event",
                         "`" + shown + "` 只在触发器处理事件时才有值"},
                        {"a field of the ticket", "工单的字段"});
    }
    at = close + 2;
  }
}

std::vector<std::string> all_transitions(const Compilation& work) {
  std::vector<std::string> out;
  for (const auto& [name, workflow] : work.out.workflows) {
    for (const auto& transition : workflow.transitions) out.push_back(transition.name);
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

}  // namespace docket::definition
