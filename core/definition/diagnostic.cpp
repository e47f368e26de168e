// SPDX-License-Identifier: Apache-2.0
#include "definition/diagnostic.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "base/enum.hpp"
#include "base/json_encode.hpp"
#include "base/text.hpp"

namespace docket::definition {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// East Asian wide and full-width blocks of Unicode's EastAsianWidth, as coarse as a terminal needs.
constexpr Range wide_ranges[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},  {0x3400, 0x4DBF},
                                 {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                                 {0xFE30, 0xFE4F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                                 {0x1F900, 0x1F9FF}, {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD}};

std::uint32_t take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (size == 1 || size > text.size()) {
    text.remove_prefix(1);
    return first;
  }
  std::uint32_t code = first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) code = (code << 6) | (byte(i) & 0x3FU);
  text.remove_prefix(size);
  return code;
}

int width_of(std::uint32_t code) {
  if (code < 0x20 || (code >= 0x300 && code <= 0x36F) || (code >= 0x200B && code <= 0x200F)) return 0;
  return std::ranges::any_of(wide_ranges, [code](Range range) { return code >= range.first && code <= range.last; })
             ? 2
             : 1;
}

std::string_view line_of(std::string_view text, int line) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int i = 1; i < line; ++i) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// The line and its carets, cut around the place when the line is very long; empty when there is nothing to quote.
std::string quote(const Diagnostic& diagnostic, const std::map<std::string, std::string>& files) {
  constexpr int context = 60;
  const auto file = files.find(diagnostic.file);
  if (file == files.end() || diagnostic.line == 0) return {};
  std::string_view line = line_of(file->second, diagnostic.line);
  if (!is_utf8(line)) return {};
  int column = diagnostic.column - 1;
  std::string start;
  if (column > 2 * context) {
    line.remove_prefix(first_characters(line, static_cast<std::size_t>(column - context)).size());
    column = context;
    start = "…";
  }
  std::string shown(first_characters(line, static_cast<std::size_t>(column + 2 * context)));
  if (shown.size() < line.size()) shown += "…";
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  const auto before = first_characters(shown, static_cast<std::size_t>(column));
  const auto length = static_cast<std::size_t>(std::max(1, diagnostic.end_column - diagnostic.column));
  const auto marked = first_characters(std::string_view(shown).substr(before.size()), length);
  const auto number = std::to_string(diagnostic.line);
  const std::string margin(std::max<std::size_t>(number.size(), 4), ' ');
  return std::string(margin.size() - number.size(), ' ') + number + " | " + start + shown + "\n" + margin + " | " +
         std::string(static_cast<std::size_t>(display_width(start) + display_width(before)), ' ') +
         std::string(static_cast<std::size_t>(std::max(1, display_width(marked))), '^') + "\n";
}

std::string place_of(const Diagnostic& diagnostic) {
  if (diagnostic.file.empty()) return "desk";
  if (diagnostic.line == 0) return diagnostic.file;
  return diagnostic.file + ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
}

/// A file's name and quoted words come from outside: nothing in them may move the cursor of a terminal.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

struct Summary {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t more = 0;
  std::vector<Diagnostic> diagnostics{};
};
BOOST_DESCRIBE_STRUCT(Summary, (), (errors, warnings, more, diagnostics))

std::string counted(std::size_t number, const char* noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string severity_in(Severity severity, Language language) {
  if (language == Language::en) return std::string(enum_name(severity));
  return severity == Severity::error ? "错误" : "提醒";
}

const std::string& either(const std::string& en, const std::string& zh, Language language) {
  return language == Language::zh && !zh.empty() ? zh : en;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) width += width_of(take_code_point(text));
  return width;
}

void sort_diagnostics(std::vector<Diagnostic>& diagnostics) {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.file, d.line, d.column, d.severity, d.message, d.code, d.end_column, d.expected, d.suggestion);
  };
  std::ranges::sort(diagnostics, [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  diagnostics.erase(std::ranges::unique(diagnostics).begin(), diagnostics.end());
}

std::size_t count_errors(const std::vector<Diagnostic>& diagnostics) {
  return static_cast<std::size_t>(std::ranges::count(diagnostics, Severity::error, &Diagnostic::severity));
}

std::string render_finding(const Diagnostic& diagnostic, const std::map<std::string, std::string>& files,
                           Language language) {
  const bool zh = language == Language::zh;
  const auto& expected = either(diagnostic.expected, diagnostic.expected_zh, language);
  std::string out = printable(place_of(diagnostic) + ": " + severity_in(diagnostic.severity, language) +
                              (zh ? "：" : ": ") +
                              either(diagnostic.message, diagnostic.message_zh, language));
  out += " [" + diagnostic.code + "]\n" + quote(diagnostic, files);
  if (!expected.empty()) out += (zh ? "     = 应为：" : "     = expected: ") + printable(expected) + "\n";
  if (!diagnostic.suggestion.empty()) {
    out += (zh ? "     = 是否想写 `" : "     = did you mean `") + printable(diagnostic.suggestion) + (zh ? "`？\n" : "`?\n");
  }
  return out;
}

std::string render_text(const std::vector<Diagnostic>& diagnostics, const std::map<std::string, std::string>& files,
                        Language language) {
  const bool zh = language == Language::zh;
  std::string out;
  std::size_t shown = 0;
  for (const auto& diagnostic : diagnostics) {
    if (shown++ == max_shown_diagnostics) break;
    out += render_finding(diagnostic, files, language);
  }
  if (diagnostics.size() > max_shown_diagnostics) {
    const auto more = std::to_string(diagnostics.size() - max_shown_diagnostics);
    out += zh ? "……还有 " + more + " 条\n" : "… and " + more + " more\n";
  }
  if (!diagnostics.empty()) {
    const auto errors = count_errors(diagnostics);
    const auto warnings = diagnostics.size() - errors;
    out += zh ? std::to_string(errors) + " 个错误，" + std::to_string(warnings) + " 个提醒\n"
              : counted(errors, "error") + ", " + counted(warnings, "warning") + "\n";
  }
  return out;
}

std::string render_json(const std::vector<Diagnostic>& diagnostics) {
  Summary summary;
  summary.errors = count_errors(diagnostics);
  summary.warnings = diagnostics.size() - summary.errors;
  const auto shown = std::min(diagnostics.size(), max_shown_diagnostics);
  summary.more = diagnostics.size() - shown;
  summary.diagnostics.assign(diagnostics.begin(), diagnostics.begin() + static_cast<std::ptrdiff_t>(shown));
  return json::encode(summary);
}

}  // namespace docket::definition
