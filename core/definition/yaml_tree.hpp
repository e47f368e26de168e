// SPDX-License-Identifier: Apache-2.0
// One YAML file as a tree of text with positions. Scalars stay text until the schema says what they are.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "definition/diagnostic.hpp"

namespace docket::definition {

struct YamlEntry;

/// A value. Its span is what was written for scalars, and the first character of lists and maps.
struct YamlNode {
  enum class Kind { nothing, scalar, list, map };
  Kind kind = Kind::nothing;
  Span span{};
  std::string text{};     ///< of a scalar, as written, without quotes
  bool quoted = false;    ///< in quotes or a block: text, whatever it looks like
  bool verbatim = false;  ///< stands in the source exactly as in `text`, so a place inside the text is one in the file
  std::vector<YamlNode> items{};
  std::vector<YamlEntry> entries{};  ///< in the order of the file

  [[nodiscard]] const YamlEntry* find(std::string_view key) const;
};

/// A key with its value. Keys are unique in their map.
struct YamlEntry {
  std::string key{};
  Span span{};
  YamlNode value{};
};

struct YamlLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t nodes = 20'000;
  std::size_t depth = 32;
};

struct YamlFile {
  std::optional<YamlNode> root{};  ///< none when the file could not be read to its end
  std::vector<Diagnostic> diagnostics{};
};

/// Reads one file of UTF-8 text (also JSON, which is YAML). Total: whatever the bytes, it ends soon and reports what is
/// wrong. Refused are anchors and aliases (a few bytes of them can stand for gigabytes), tags, several documents, keys
/// that are not text, and keys given twice; after the last kind reading goes on with the first of them.
[[nodiscard]] YamlFile read_yaml(const std::string& file, std::string_view bytes, const YamlLimits& limits = {});

}  // namespace docket::definition
