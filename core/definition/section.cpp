// SPDX-License-Identifier: Apache-2.0
#include "definition/section.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/duration.hpp"
#include "definition/scalar.hpp"

namespace docket::definition {
namespace {

Diagnostic make(Severity severity, Place place, std::string code, Said message, Said expected, std::string suggestion) {
  return {.severity = severity,
          .file = std::string(place.file),
          .line = place.span.line,
          .column = place.span.column,
          .end_column = place.span.end_column,
          .message = std::move(message.en),
          .message_zh = std::move(message.zh),
          .expected = std::move(expected.en),
          .expected_zh = std::move(expected.zh),
          .suggestion = std::move(suggestion),
          .code = std::move(code)};
}

bool is_scalar(const YamlNode* node) {
  return node != nullptr && node->kind == YamlNode::Kind::scalar;
}

}  // namespace

void Report::error(Place place, std::string code, Said message, Said expected, std::string suggestion) {
  diagnostics_.push_back(
      make(Severity::error, place, std::move(code), std::move(message), std::move(expected), std::move(suggestion)));
}

void Report::warning(Place place, std::string code, Said message, Said expected, std::string suggestion) {
  diagnostics_.push_back(
      make(Severity::warning, place, std::move(code), std::move(message), std::move(expected), std::move(suggestion)));
}

void Report::add(std::vector<Diagnostic> diagnostics) {
  std::ranges::move(diagnostics, std::back_inserter(diagnostics_));
}

bool Report::has_errors() const {
  return count_errors(diagnostics_) > 0;
}

const Key& Section::row(std::string_view key) const {
  const auto* row = shape_->find(key);
  if (row == nullptr)
    throw std::logic_error("the schema has no key " + std::string(key) + " in " + std::string(shape_->name));
  return *row;
}

const YamlNode* Section::find(std::string_view key) const {
  static_cast<void>(row(key));
  if (node_->kind != YamlNode::Kind::map) return nullptr;
  const auto* entry = node_->find(key);
  return entry == nullptr || entry->value.kind == YamlNode::Kind::nothing ? nullptr : &entry->value;
}

bool Section::has(std::string_view key) const {
  return find(key) != nullptr;
}

Place Section::place(std::string_view key) const {
  const auto* node = find(key);
  return {file_, node == nullptr ? anchor_ : node->span};
}

Place Section::key_place(std::string_view key) const {
  const auto* entry = node_->find(key);
  return {file_, entry == nullptr ? anchor_ : entry->span};
}

Place Section::item_place(std::string_view key, std::size_t index) const {
  const auto* node = find(key);
  if (node == nullptr || index >= node->items.size()) return place(key);
  return {file_, node->items[index].span};
}

std::string Section::text(std::string_view key) const {
  const auto* node = find(key);
  const auto& found = row(key);
  if (!is_scalar(node)) return std::string(found.fallback);
  if (!found.one_of.empty() && std::ranges::find(found.one_of, node->text) == found.one_of.end())
    return std::string(found.fallback);
  return node->text;
}

std::vector<std::string> Section::texts(std::string_view key) const {
  const auto* node = find(key);
  std::vector<std::string> out;
  if (node == nullptr || node->kind != YamlNode::Kind::list) {
    if (const auto fallback = row(key).fallback; !fallback.empty()) out.emplace_back(fallback);
    return out;
  }
  for (const auto& item : node->items) {
    if (item.kind == YamlNode::Kind::scalar) out.push_back(item.text);
  }
  return out;
}

std::optional<std::int64_t> Section::integer(std::string_view key) const {
  const auto* node = find(key);
  if (is_scalar(node)) {
    if (const auto number = parse_integer(node->text)) return number;
  }
  return parse_integer(row(key).fallback);
}

std::optional<double> Section::number(std::string_view key) const {
  const auto* node = find(key);
  if (is_scalar(node)) {
    if (const auto number = parse_number(node->text)) return number;
  }
  return parse_number(row(key).fallback);
}

bool Section::yes(std::string_view key) const {
  const auto* node = find(key);
  if (is_scalar(node)) {
    if (const auto yes = parse_boolean(node->text)) return *yes;
  }
  return parse_boolean(row(key).fallback).value_or(false);
}

std::optional<Duration> Section::duration(std::string_view key) const {
  const auto* node = find(key);
  auto parsed = is_scalar(node) ? parse_duration(node->text) : std::nullopt;
  if (!parsed) parsed = parse_duration(row(key).fallback);
  return parsed ? std::optional(parsed->value) : std::nullopt;
}

domain::Title Section::title(std::string_view key) const {
  const auto* node = find(key);
  if (is_scalar(node)) return {node->text, {}};
  domain::Title title{std::string(row(key).fallback), {}};
  if (node == nullptr || node->kind != YamlNode::Kind::map) return title;
  if (const auto* zh = node->find("zh"); zh != nullptr && is_scalar(&zh->value)) title.zh = zh->value.text;
  if (const auto* en = node->find("en"); en != nullptr && is_scalar(&en->value)) title.en = en->value.text;
  return title;
}

std::optional<Section> Section::section(std::string_view key) const {
  const auto* node = find(key);
  if (node == nullptr || node->kind != YamlNode::Kind::map) return std::nullopt;
  return Section(file_, node, shape_of(row(key).shape), {}, key_place(key).span);
}

std::vector<Section> Section::sections(std::string_view key) const {
  std::vector<Section> out;
  const auto* node = find(key);
  if (node == nullptr) return out;
  const auto& shape = shape_of(row(key).shape);
  for (const auto& entry : node->entries) {
    if (entry.value.kind == YamlNode::Kind::map) out.emplace_back(file_, &entry.value, shape, entry.key, entry.span);
  }
  for (const auto& item : node->items) {
    if (item.kind != YamlNode::Kind::map) continue;
    const auto* name = item.find("name");
    const bool named = name != nullptr && name->value.kind == YamlNode::Kind::scalar;
    out.emplace_back(file_, &item, shape, named ? name->value.text : std::string{},
                     named ? name->value.span : item.span);
  }
  return out;
}

}  // namespace docket::definition
