// SPDX-License-Identifier: Apache-2.0
// The reference manual of all keys, from the rows of the schema and the catalogue of fields.
#include <string>

#include "base/enum.hpp"
#include "definition/schema.hpp"
#include "domain/chinese_names.hpp"
#include "domain/condition/build.hpp"

namespace docket::definition {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string anchor(std::string_view shape) {
  std::string out(shape);
  for (char& c : out) {
    if (c == ' ') c = '-';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string value_words(const Key& key) {
  if (key.type != ValueType::shape) {
    auto out = cell(describe_value(key).en);
    if (!key.unit.empty()) out += " (" + std::string(key.unit) + ")";
    return out;
  }
  const auto link = "[" + std::string(key.shape) + "](#" + anchor(key.shape) + ")";
  switch (key.arity) {
    case Arity::one:
      return link;
    case Arity::list:
      return "a list of " + link;
    case Arity::map:
      return "a map from names to " + link;
  }
  return link;
}

std::string fallback_words(const Key& key) {
  if (key.required) return "required";
  return key.fallback.empty() ? "–" : "`" + std::string(key.fallback) + "`";
}

void add_shape(std::string& out, const Shape& shape) {
  out += "## " + std::string(shape.name) + "\n\n" + std::string(shape.en) + "\n\n" + std::string(shape.zh) + "\n\n";
  if (!shape.words.empty()) {
    out += "A single word may stand instead of the keys:";
    for (const auto word : shape.words) out += " `" + std::string(word) + "`";
    out += ".\n\n";
  }
  if (shape.exactly_one) out += "Exactly one of these keys is given.\n\n";
  out += "| key | value | default | meaning | 含义 |\n| --- | --- | --- | --- | --- |\n";
  for (const auto& key : shape.keys) {
    out += "| `" + std::string(key.name) + "` | " + value_words(key) + " | " + fallback_words(key) + " | " +
           cell(key.en) + (key.secret ? " (secret)" : "") + " | " + cell(key.zh) + " |\n";
  }
  out += "\n";
}

std::string_view type_words(domain::FieldType type) {
  switch (type) {
    case domain::FieldType::text:
      return "text";
    case domain::FieldType::choice:
      return "word";
    case domain::FieldType::number:
      return "number";
    case domain::FieldType::boolean:
      return "true or false";
    case domain::FieldType::instant:
      return "instant";
    case domain::FieldType::list:
      return "list";
    case domain::FieldType::id:
      return "id";
  }
  return {};
}

void add_operators(std::string& out) {
  out +=
      "## Conditions\n\n"
      "A condition is a test `{field: priority, operator: in, value: [high, urgent]}`, or `{all: […]}`, `{any: […]}` "
      "with a list of\n"
      "conditions, or `{not: …}` with one. A field without value passes only `is_not`, `not_in`, `not_contains` and "
      "`is_empty`.\n\n"
      "条件是一个比较 `{field, operator, value}`，或用 "
      "`all`（全部）、`any`（任一）、`not`（非）组合。没有值的字段只满足 "
      "`is_not`、`not_in`、`not_contains`、`is_empty`。\n\n"
      "| a field that holds | may be compared by |\n| --- | --- |\n";
  for (const auto type :
       {domain::FieldType::text, domain::FieldType::choice, domain::FieldType::number, domain::FieldType::boolean,
        domain::FieldType::instant, domain::FieldType::list, domain::FieldType::id}) {
    out += "| " + std::string(type_words(type)) + " |";
    for (const auto op : domain::operators_for(type)) out += " `" + std::string(enum_name(op)) + "`";
    out += " |\n";
  }
  out +=
      "\n`in`, `not_in`, `contains` and `not_contains` take a list; `older_than` and `newer_than` a length of time "
      "such as `3d`;\n"
      "`is_set` and `is_empty` no value. Views and list filters may use `@me` and `@my_teams`.\n\n";
}

void add_fields(std::string& out) {
  out +=
      "## Fields\n\nWhat conditions, views and {{placeholders}} may name, besides `field.<name>` for the fields of "
      "forms.\n\n"
      "条件、视图和 {{占位符}} 里可以写的字段；表单的字段写作 `field.<名称>`。\n\n"
      "| field | holds | lists | only in triggers | meaning | 含义 |\n| --- | --- | --- | --- | --- | --- |\n";
  for (const auto& field : domain::field_catalogue()) {
    out += "| `" + std::string(field.name) + "` | " + std::string(type_words(field.type)) + " | " +
           (field.in_lists ? "yes" : "no") + " | " + (field.event_only ? "yes" : "no") + " | " +
           cell(field.description) + " | " + cell(domain::zh_field(field.name)) + " |\n";
  }
  out +=
      "\nTexts of notifications may also hold `{{portal_link}}`, to a customer the link to the ticket's progress, and "
      "`{{guest_link}}`, to a\n"
      "guest the link to the question; for anybody else both are empty.\n\n"
      "通知文本里还可以写 `{{portal_link}}`（发给客户时是进度链接）和 "
      "`{{guest_link}}`（发给协作人时是答复链接），发给其他人时为空。\n";
}

}  // namespace

std::string configuration_manual() {
  std::string out =
      "# Configuration reference\n\n"
      "<!-- Generated by `docket schema --manual`; a test keeps it current. -->\n\n"
      "Every key of a desk's YAML files. `config/` is a complete, commented example; `docket check` says what is wrong "
      "with a desk,\n"
      "and `desk.schema.json` beside this file lets an editor say it while you type.\n\n";
  for (const auto& shape : schema()) add_shape(out, shape);
  add_operators(out);
  add_fields(out);
  return out;
}

}  // namespace docket::definition
