// SPDX-License-Identifier: Apache-2.0
// The JSON Schema (draft 2020-12) for editors, from the rows of the schema.
#include <boost/json.hpp>
#include <string>

#include "base/enum.hpp"
#include "base/json.hpp"
#include "definition/schema.hpp"
#include "domain/condition/condition.hpp"

namespace docket::definition {
namespace {

namespace bj = boost::json;

constexpr std::string_view name_pattern = "^[a-z][a-z0-9_]{0,62}$";

bj::string text(std::string_view view) {
  return bj::string(bj::string_view(view.data(), view.size()));
}

std::string definition_name(std::string_view shape) {
  std::string out(shape);
  for (char& c : out) {
    if (c == ' ') c = '_';
  }
  return out;
}

bj::object reference(std::string_view name) {
  return {{"$ref", "#/$defs/" + definition_name(name)}};
}

bj::array words_of(std::span<const std::string_view> words) {
  bj::array out;
  for (const auto word : words) out.push_back(text(word));
  return out;
}

bj::object scalar(const Key& key) {
  switch (key.type) {
    case ValueType::text:
      return {{"type", "string"}, {"minLength", 1}, {"maxLength", key.max_length}};
    case ValueType::word:
      return {{"enum", words_of(key.one_of)}};
    case ValueType::name:
      return {{"type", "string"}, {"pattern", text(name_pattern)}};
    case ValueType::integer:
    case ValueType::number: {
      bj::object out{{"type", key.type == ValueType::integer ? "integer" : "number"}};
      const auto bound = [&](std::string_view word, const std::optional<double>& number) {
        if (!number) return;
        if (key.type == ValueType::integer) {
          out[bj::string_view(word.data(), word.size())] = static_cast<std::int64_t>(*number);
        } else {
          out[bj::string_view(word.data(), word.size())] = *number;
        }
      };
      bound("minimum", key.minimum);
      bound("maximum", key.maximum);
      return out;
    }
    case ValueType::boolean:
      return {{"type", "boolean"}};
    case ValueType::working:
      return {{"type", "string"}, {"pattern", "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$"}, {"minLength", 2}};
    case ValueType::wall:
      return {{"type", "string"}, {"pattern", "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"}, {"minLength", 2}};
    case ValueType::date:
      return {{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}};
    case ValueType::slot:
      return {{"type", "string"}, {"pattern", "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"}};
    case ValueType::value:
      return {{"type", bj::array{"string", "number", "boolean", "array"}}};
    case ValueType::title:
      return reference("title");
    case ValueType::condition:
      return reference("condition");
    case ValueType::document:
      return {{"type", "object"}};
    case ValueType::shape:
      return reference(key.shape);
  }
  return {};
}

bj::object key_schema(const Key& key) {
  bj::object out;
  switch (key.arity) {
    case Arity::one:
      out = scalar(key);
      break;
    case Arity::list:
      out = {{"type", "array"}, {"maxItems", key.max_items}, {"items", scalar(key)}};
      break;
    case Arity::map:
      out = {{"type", "object"},
             {"maxProperties", key.max_items},
             {"propertyNames", bj::object{{"pattern", text(name_pattern)}}},
             {"additionalProperties", scalar(key)}};
      break;
  }
  out["description"] = text(std::string(key.zh) + " / " + std::string(key.en));
  if (!key.fallback.empty() && key.arity == Arity::one) {
    if (key.type == ValueType::boolean) {
      out["default"] = key.fallback == "true";
    } else if (key.type == ValueType::integer) {
      out["default"] = std::stoll(std::string(key.fallback));
    } else {
      out["default"] = text(key.fallback);
    }
  }
  return out;
}

bj::object shape_schema(const Shape& shape) {
  bj::object properties;
  bj::array required;
  for (const auto& key : shape.keys) {
    properties[bj::string_view(key.name.data(), key.name.size())] = key_schema(key);
    if (key.required) required.push_back(text(key.name));
  }
  bj::object out{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) out["required"] = std::move(required);
  if (shape.exactly_one) {
    out["minProperties"] = 1;
    out["maxProperties"] = 1;
  }
  if (!shape.words.empty()) out = {{"oneOf", bj::array{bj::object{{"enum", words_of(shape.words)}}, std::move(out)}}};
  out["description"] = text(std::string(shape.zh) + " / " + std::string(shape.en));
  return out;
}

bj::object condition_schema() {
  const bj::object self = reference("condition");
  const bj::object list{{"type", "array"}, {"minItems", 1}, {"items", self}};
  const auto group = [](std::string_view word, bj::object value) {
    const bj::string_view key(word.data(), word.size());
    return bj::object{{"type", "object"},
                      {"properties", bj::object{{key, std::move(value)}}},
                      {"required", bj::array{key}},
                      {"additionalProperties", false}};
  };
  bj::object test{
      {"type", "object"},
      {"properties", bj::object{{"field", bj::object{{"type", "string"}}},
                                {"operator", bj::object{{"enum", words_of(enum_names<domain::Operator>())}}},
                                {"value", bj::object{{"type", bj::array{"string", "number", "boolean", "array"}}}}}},
      {"required", bj::array{"field", "operator"}},
      {"additionalProperties", false}};
  return {{"oneOf", bj::array{std::move(test), group("all", list), group("any", list), group("not", self)}}};
}

bj::object title_schema() {
  const bj::object line{{"type", "string"}, {"minLength", 1}, {"maxLength", 100}};
  return {{"oneOf", bj::array{line, bj::object{{"type", "object"},
                                               {"properties", bj::object{{"zh", line}, {"en", line}}},
                                               {"required", bj::array{"zh"}},
                                               {"additionalProperties", false}}}}};
}

/// Indented, so that a change of one key is a change of a few lines.
void print(std::string& out, const bj::value& value, std::size_t depth) {
  const std::string indent(2 * (depth + 1), ' ');
  const auto close = [&](char bracket) { out += "\n" + std::string(2 * depth, ' ') + bracket; };
  if (value.is_object() && !value.get_object().empty()) {
    std::string_view before = "{\n";
    for (const auto& member : value.get_object()) {
      out += before;
      out += indent;
      json::append_string(out, std::string_view(member.key().data(), member.key().size()));
      out += ": ";
      print(out, member.value(), depth + 1);
      before = ",\n";
    }
    close('}');
  } else if (value.is_array() && !value.get_array().empty()) {
    std::string_view before = "[\n";
    for (const auto& item : value.get_array()) {
      out += before;
      out += indent;
      print(out, item, depth + 1);
      before = ",\n";
    }
    close(']');
  } else {
    json::append_value(out, value);
  }
}

}  // namespace

std::string json_schema() {
  bj::object definitions;
  for (const auto& shape : schema()) {
    if (shape.name != root_shape) definitions[definition_name(shape.name)] = shape_schema(shape);
  }
  definitions["condition"] = condition_schema();
  definitions["title"] = title_schema();
  bj::object root{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Docket desk"}};
  for (auto& member : shape_schema(shape_of(root_shape))) root[member.key()] = std::move(member.value());
  root["$defs"] = std::move(definitions);
  std::string out;
  print(out, root, 0);
  return out + "\n";
}

}  // namespace docket::definition
