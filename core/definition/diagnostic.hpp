// SPDX-License-Identifier: Apache-2.0
// What is wrong with a definition, where, and how a person reads it.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/said.hpp"

namespace docket::definition {

/// A stretch of one line: lines and columns from 1, columns in characters (code points), the end exclusive.
struct Span {
  int line = 1;
  int column = 1;
  int end_column = 1;
  bool operator==(const Span&) const = default;
};

enum class Severity { error, warning };
BOOST_DESCRIBE_ENUM(Severity, error, warning)

/// One finding. `code` is a stable word for tools; everything else is for people.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string file{};  ///< path below the desk's directory; empty: the desk as a whole
  int line = 0;        ///< 0: the file as a whole
  int column = 0;
  int end_column = 0;
  std::string message{};
  std::string message_zh{};
  std::string expected{};  ///< what would have been right; may be empty
  std::string expected_zh{};
  std::string suggestion{};  ///< the word that was perhaps meant; may be empty
  std::string code{};
  bool operator==(const Diagnostic&) const = default;
};
BOOST_DESCRIBE_STRUCT(Diagnostic, (), (severity, file, line, column, end_column, message, message_zh, expected, expected_zh,
                                        suggestion, code))

/// At most so many are shown; the rest are counted.
constexpr std::size_t max_shown_diagnostics = 100;

/// By file and place, errors before warnings at one place; repetitions are dropped.
void sort_diagnostics(std::vector<Diagnostic>& diagnostics);

[[nodiscard]] std::size_t count_errors(const std::vector<Diagnostic>& diagnostics);

/// One finding for a terminal: place, message, the line with carets under the columns as they are displayed (an
/// ideograph is two wide), what was expected and what was perhaps meant. `files` are the bundle's, to quote from.
[[nodiscard]] std::string render_finding(const Diagnostic& diagnostic, const std::map<std::string, std::string>& files,
                                         Language language = Language::en);

/// All of them, and a summary last.
[[nodiscard]] std::string render_text(const std::vector<Diagnostic>& diagnostics,
                                      const std::map<std::string, std::string>& files,
                                      Language language = Language::en);

/// {"errors": n, "warnings": n, "more": n, "diagnostics": […]} on one line.
[[nodiscard]] std::string render_json(const std::vector<Diagnostic>& diagnostics);

/// Columns that a terminal needs for the text.
[[nodiscard]] int display_width(std::string_view text);

}  // namespace docket::definition
