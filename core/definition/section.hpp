// SPDX-License-Identifier: Apache-2.0
// A map of a definition file seen through its shape: typed values with their places and their defaults.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/enum.hpp"
#include "base/said.hpp"
#include "definition/diagnostic.hpp"
#include "definition/schema.hpp"
#include "definition/yaml_tree.hpp"
#include "domain/value.hpp"
#include "domain/workflow/workflow.hpp"

namespace docket::definition {

/// Where something stands. The file's name lives as long as the bundle.
struct Place {
  std::string_view file{};
  Span span{};
};

/// Collects what is wrong. One thread, lives for one compilation.
class Report {
 public:
  /// A message of one string is one that was said in English only, and does not compile.
  template <std::convertible_to<std::string> OneLanguage>
  void error(Place place, std::string code, const OneLanguage& message, Said expected = {},
             std::string suggestion = {}) = delete;
  template <std::convertible_to<std::string> OneLanguage>
  void warning(Place place, std::string code, const OneLanguage& message, Said expected = {},
               std::string suggestion = {}) = delete;
  void error(Place place, std::string code, Said message, Said expected = {}, std::string suggestion = {});
  void warning(Place place, std::string code, Said message, Said expected = {}, std::string suggestion = {});
  void add(std::vector<Diagnostic> diagnostics);
  [[nodiscard]] bool has_errors() const;
  [[nodiscard]] std::vector<Diagnostic> take() { return std::move(diagnostics_); }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// A view of one map; the tree must outlive it. Values are those of the file where they are well formed, and the row's
/// default everywhere else: validate() has reported what is not. Asking for a key that is not in the shape is a bug
/// (std::logic_error).
class Section {
 public:
  /// `anchor` is where a missing key is reported: the name of the thing, or its beginning.
  Section(std::string_view file, const YamlNode* node, const Shape& shape, std::string name, Span anchor)
      : file_(file), node_(node), shape_(&shape), name_(std::move(name)), anchor_(anchor) {}

  [[nodiscard]] const std::string& name() const { return name_; }  ///< key of a map, or the value of `name`
  [[nodiscard]] std::string_view file() const { return file_; }
  [[nodiscard]] const Shape& shape() const { return *shape_; }
  [[nodiscard]] const YamlNode& node() const { return *node_; }
  [[nodiscard]] Place place() const { return {file_, anchor_}; }
  [[nodiscard]] Place place(std::string_view key) const;      ///< of the value, or of the section where it is missing
  [[nodiscard]] Place key_place(std::string_view key) const;  ///< of the key itself
  /// Of one item of a list.
  [[nodiscard]] Place item_place(std::string_view key, std::size_t index) const;

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] std::optional<double> number(std::string_view key) const;
  [[nodiscard]] bool yes(std::string_view key) const;
  [[nodiscard]] std::optional<Duration> duration(std::string_view key) const;
  [[nodiscard]] domain::Title title(std::string_view key) const;
  /// Word, or list of words, as enumerators; words that are none are left out.
  template <class E>
  [[nodiscard]] E word(std::string_view key) const {
    return enum_from_name<E>(text(key)).value_or(E{});
  }
  template <class E>
  [[nodiscard]] std::vector<E> words(std::string_view key) const {
    std::vector<E> out;
    for (const auto& text : texts(key)) {
      if (const auto value = enum_from_name<E>(text)) out.push_back(*value);
    }
    return out;
  }
  /// The map below the key, if it is one.
  [[nodiscard]] std::optional<Section> section(std::string_view key) const;
  /// Those of a list or a map, in the order of the file.
  [[nodiscard]] std::vector<Section> sections(std::string_view key) const;

 private:
  const Key& row(std::string_view key) const;

  std::string_view file_;
  const YamlNode* node_;
  const Shape* shape_;
  std::string name_;
  Span anchor_;
};

}  // namespace docket::definition
