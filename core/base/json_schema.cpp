// SPDX-License-Identifier: Apache-2.0
#include "base/json_schema.hpp"

#include <boost/core/demangle.hpp>
#include <boost/json/parse.hpp>
#include <cctype>
#include <stdexcept>

namespace docket::json {

namespace bj = boost::json;

std::string schema_name(const char* mangled) {
  const std::string full = boost::core::demangle(mangled);
  // Words without their namespaces; those of template arguments come before the template's own.
  std::string outer;
  std::string inner;
  std::string word;
  bool arguments = false;
  const auto finish = [&] {
    (arguments ? inner : outer) += word;
    word.clear();
  };
  for (std::size_t i = 0; i < full.size(); ++i) {
    const char c = full[i];
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word.push_back(c);
    } else if (c == ':') {
      word.clear();  // what stood before was a namespace
      if (!arguments) outer.clear();
    } else if (c == '(') {
      i = full.find(')', i);  // "(anonymous namespace)"
    } else {
      finish();
      if (c == '<') arguments = true;
    }
  }
  finish();
  return inner + outer;
}

SchemaBook::Entry* SchemaBook::open(const std::string& name, std::type_index type, Direction direction) {
  const bool strict = direction == Direction::in;
  const auto [at, added] = entries_.try_emplace(name, Entry{type, strict, {}});
  Entry& entry = at->second;
  if (entry.type != type) throw std::logic_error("two types have the schema name " + name);
  if (!added && (entry.strict || !strict)) return nullptr;
  entry.strict = strict;
  return &entry;
}

bj::value SchemaBook::reference(const std::string& name) const {
  return bj::object{{"$ref", prefix_ + name}};
}

bj::object SchemaBook::components() const {
  bj::object all;
  for (const auto& [name, entry] : entries_) all[name] = entry.schema;
  return all;
}

namespace detail {

bj::object text_schema(const FieldRule& rule) {
  bj::object schema{{"type", "string"}};
  if (rule.length.has_min()) schema["minLength"] = rule.length.min;
  if (rule.length.has_max()) schema["maxLength"] = rule.length.max;
  if (!rule.pattern.empty()) schema["pattern"] = rule.pattern;
  if (!rule.format.empty()) schema["format"] = rule.format;
  return schema;
}

bj::object number_schema(std::string_view type, std::int64_t min, std::int64_t max, const FieldRule& rule) {
  bj::object schema{{"type", type}};
  const Bounds bounds{std::max(min, rule.range.min), std::min(max, rule.range.max)};
  if (bounds.has_min()) schema["minimum"] = bounds.min;
  if (bounds.has_max()) schema["maximum"] = bounds.max;
  if (type == "integer" && !bounds.has_max()) schema["format"] = "int64";
  return schema;
}

bj::object name_schema(std::span<const std::string_view> names) {
  bj::array values;
  for (const auto name : names) values.emplace_back(name);
  return {{"type", "string"}, {"enum", std::move(values)}};
}

bj::object list_schema(bj::value items, const FieldRule& rule) {
  bj::object schema{{"type", "array"}, {"items", std::move(items)}};
  if (rule.items.has_min()) schema["minItems"] = rule.items.min;
  if (rule.items.has_max()) schema["maxItems"] = rule.items.max;
  return schema;
}

bj::object map_schema(bj::value values, const FieldRule& rule) {
  bj::object schema{{"type", "object"}, {"additionalProperties", std::move(values)}};
  if (rule.items.has_min()) schema["minProperties"] = rule.items.min;
  if (rule.items.has_max()) schema["maxProperties"] = rule.items.max;
  return schema;
}

bj::object or_null(bj::value schema) {
  return {{"anyOf", bj::array{std::move(schema), bj::object{{"type", "null"}}}}};
}

bj::object object_schema(bj::object properties, bj::array required, bool strict) {
  bj::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (strict) schema["additionalProperties"] = false;
  return schema;
}

bj::value with_rule(bj::value schema, const FieldRule& rule) {
  auto& object = schema.as_object();
  if (!rule.description.empty()) {
    std::string text{rule.description};
    if (const auto* own = object.if_contains("description")) text += " " + std::string{own->as_string()};
    object["description"] = text;
  }
  if (!rule.example.empty()) object["examples"] = bj::array{bj::parse(bj::string_view{rule.example})};
  if (rule.secret) object["writeOnly"] = true;
  return schema;
}

}  // namespace detail
}  // namespace docket::json
