// SPDX-License-Identifier: Apache-2.0
#include "desk/bundle_difference.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace docket::desk {
namespace {

constexpr std::size_t context = 2;
constexpr std::size_t most_text = 200'000;
constexpr std::size_t most_cells = 4'000'000;  // of the table below; beyond it the middle is shown as replaced

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct Line {
  char mark;  // ' ', '-' or '+'
  std::string_view text;
};

/// Longest common subsequence of what lies between equal beginnings and ends.
std::vector<Line> compare(const Lines& before, const Lines& after) {
  std::size_t head = 0;
  while (head < before.size() && head < after.size() && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < before.size() - head && tail < after.size() - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const std::size_t rows = before.size() - head - tail;
  const std::size_t columns = after.size() - head - tail;

  std::vector<Line> out;
  for (std::size_t i = 0; i < head; ++i) out.push_back({' ', before[i]});
  if ((rows + 1) * (columns + 1) > most_cells) {
    for (std::size_t i = 0; i < rows; ++i) out.push_back({'-', before[head + i]});
    for (std::size_t i = 0; i < columns; ++i) out.push_back({'+', after[head + i]});
  } else {
    std::vector<std::uint32_t> common((rows + 1) * (columns + 1), 0);
    const auto at = [&](std::size_t row, std::size_t column) -> std::uint32_t& {
      return common[row * (columns + 1) + column];
    };
    for (std::size_t row = rows; row-- > 0;) {
      for (std::size_t column = columns; column-- > 0;) {
        at(row, column) = before[head + row] == after[head + column]
                              ? at(row + 1, column + 1) + 1
                              : std::max(at(row + 1, column), at(row, column + 1));
      }
    }
    std::size_t row = 0;
    std::size_t column = 0;
    while (row < rows || column < columns) {
      if (row < rows && column < columns && before[head + row] == after[head + column]) {
        out.push_back({' ', before[head + row]});
        ++row;
        ++column;
      } else if (row < rows && (column == columns || at(row + 1, column) >= at(row, column + 1))) {
        out.push_back({'-', before[head + row++]});
      } else {
        out.push_back({'+', after[head + column++]});
      }
    }
  }
  for (std::size_t i = 0; i < tail; ++i) out.push_back({' ', before[before.size() - tail + i]});
  return out;
}

bool near_change(const std::vector<Line>& lines, std::size_t index) {
  const auto from = index < context ? 0 : index - context;
  const auto to = std::min(index + context + 1, lines.size());
  return std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.begin() + static_cast<std::ptrdiff_t>(to),
                     [](const Line& line) { return line.mark != ' '; });
}

void append(std::string& out, std::string_view path, const std::vector<Line>& lines) {
  out += "--- ";
  out += path;
  out += '\n';
  std::size_t old_line = 0;
  std::size_t new_line = 0;
  bool inside = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].mark != '+') ++old_line;
    if (lines[i].mark != '-') ++new_line;
    if (!near_change(lines, i)) {
      inside = false;
      continue;
    }
    if (!inside) out += "@@ line " + std::to_string(std::max<std::size_t>(new_line, 1)) + " @@\n";
    inside = true;
    out += lines[i].mark;
    out += lines[i].text;
    out += '\n';
  }
}

}  // namespace

std::string bundle_difference(const BundleFiles& before, const BundleFiles& after) {
  std::set<std::string> paths;
  for (const auto& [path, text] : before) paths.insert(path);
  for (const auto& [path, text] : after) paths.insert(path);
  std::string out;
  std::size_t left_out = 0;
  for (const auto& path : paths) {
    const auto old_file = before.find(path);
    const auto new_file = after.find(path);
    if (old_file != before.end() && new_file != after.end() && old_file->second == new_file->second) continue;
    if (out.size() > most_text) {
      ++left_out;
      continue;
    }
    if (old_file == before.end()) {
      append(out, path + " (new)", compare({}, lines_of(new_file->second)));
    } else if (new_file == after.end()) {
      append(out, path + " (removed)", compare(lines_of(old_file->second), {}));
    } else {
      append(out, path, compare(lines_of(old_file->second), lines_of(new_file->second)));
    }
  }
  if (left_out > 0) out += "... and " + std::to_string(left_out) + " more files.\n";
  return out;
}

}  // namespace docket::desk
