// SPDX-License-Identifier: Apache-2.0
#include "mail/body_text.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "mail/charset.hpp"

namespace docket::mail {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  while (at <= text.size()) {
    auto end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::size_t quote_depth(std::string_view line) {
  std::size_t depth = 0;
  while (depth < line.size() && line[depth] == '>') ++depth;
  return depth;
}

bool has_any(std::string_view line, std::initializer_list<std::string_view> pieces) {
  return std::ranges::any_of(pieces, [&](auto piece) { return line.find(piece) != std::string_view::npos; });
}

bool starts_with_any(std::string_view line, std::initializer_list<std::string_view> pieces) {
  return std::ranges::any_of(pieces, [&](auto piece) { return line.starts_with(piece); });
}

/// "-----Original Message-----" and its like: dashes on both sides of words that mean it.
bool is_separator(std::string_view line) {
  const auto text = trimmed(line);
  if (text.find(reply_line) != std::string_view::npos) return true;
  if (text.size() > 120) return false;
  if (starts_with_any(text, {"--", "——", "__"}) &&
      has_any(text, {"原始邮件", "原邮件", "Original Message", "Original message", "转发的邮件", "回复的原邮件", "原始郵件"}))
    return true;
  return false;
}

/// "On Mon, … wrote:" and "在 2025-01-02，张三 写道：", when quoted lines follow.
bool announces_quote(std::string_view line) {
  const auto text = trimmed(line);
  if (text.size() > 300) return false;
  return text.ends_with("wrote:") || text.ends_with("写道：") || text.ends_with("写道:") || text.ends_with("寫道：") ||
         text.ends_with("寫道:");
}

/// Outlook and Foxmail repeat the header: sender and at least two more of its fields, line by line.
bool repeats_header(const std::vector<std::string_view>& lines, std::size_t from) {
  int fields = 0;
  bool sender = false;
  for (std::size_t i = from; i < lines.size() && i < from + 6; ++i) {
    auto line = trimmed(lines[i]);
    while (line.starts_with('*')) line.remove_prefix(1);
    if (line.empty()) break;
    if (starts_with_any(line, {"发件人:", "发件人：", "From:", "寄件者:", "寄件者："})) sender = true;
    if (starts_with_any(line, {"发件人", "发送时间", "发送日期", "日期", "收件人", "抄送", "主题", "From:", "Sent:", "Date:",
                               "To:", "Cc:", "Subject:", "寄件者", "收件者", "主旨", "寄件日期"}) &&
        has_any(line, {":", "："}))
      ++fields;
    else if (i == from && line.find_first_not_of("-_=") != std::string_view::npos)
      return false;  // what stands above is the writer's own, but for a line that is drawn
  }
  return sender && fields >= 3;
}

std::string joined(const std::vector<std::string_view>& lines, std::size_t from, std::size_t to) {
  std::string out;
  for (auto i = from; i < to; ++i) {
    out += lines[i];
    out += '\n';
  }
  while (out.ends_with('\n') || out.ends_with(' ')) out.pop_back();
  return out;
}

/// Value of an iCalendar line NAME;PARAMETERS:VALUE with its escapes undone; empty when it is another.
std::string calendar_value(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() || !same_letters(line.substr(0, name.size()), name)) return {};
  if (line[name.size()] != ':' && line[name.size()] != ';') return {};
  bool quoted = false;
  std::size_t at = name.size();
  for (; at < line.size() && (quoted || line[at] != ':'); ++at) {
    if (line[at] == '"') quoted = !quoted;
  }
  std::string out;
  for (++at; at < line.size(); ++at) {
    if (line[at] == '\\' && at + 1 < line.size()) {
      ++at;
      out += line[at] == 'n' || line[at] == 'N' ? ' ' : line[at];
    } else {
      out += line[at];
    }
  }
  return std::string(cut(trimmed(out), 300));
}

/// 20250102T030405Z → 2025-01-02 03:04 UTC
std::string calendar_time(std::string_view value) {
  const bool digits = value.size() >= 8 && std::ranges::all_of(value.substr(0, 8), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::string(value);
  std::string out(value.substr(0, 4));
  out += '-';
  out += value.substr(4, 2);
  out += '-';
  out += value.substr(6, 2);
  if (value.size() >= 13 && value[8] == 'T') {
    out += ' ';
    out += value.substr(9, 2);
    out += ':';
    out += value.substr(11, 2);
    if (value.ends_with('Z')) out += " UTC";
  }
  return out;
}

}  // namespace

std::string tidy_lines(std::string_view utf8) {
  std::string plain;
  plain.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (utf8[i] == '\r') {
      if (i + 1 >= utf8.size() || utf8[i + 1] != '\n') plain += '\n';
    } else {
      plain += utf8[i];
    }
  }
  auto out = without_controls(plain, true);
  while (out.ends_with('\n') || out.ends_with(' ')) out.pop_back();
  std::size_t start = 0;
  while (start < out.size() && out[start] == '\n') ++start;
  return out.substr(start);
}

std::string unflowed(std::string_view text, bool delete_space) {
  std::string out;
  std::size_t open_depth = 0;
  bool open = false;
  for (auto line : lines_of(text)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto depth = quote_depth(line);
    auto words = line.substr(depth);
    if (words.starts_with(' ')) words.remove_prefix(1);
    const bool signature = words == "-- ";
    if (open && (depth != open_depth || signature)) {
      out += '\n';
      open = false;
    }
    if (!open) {
      out.append(depth, '>');
      if (depth > 0) out += ' ';
    }
    const bool flows = words.ends_with(' ') && !signature;
    if (flows && delete_space) words.remove_suffix(1);
    out += words;
    open = flows;
    open_depth = depth;
    if (!open) out += '\n';
  }
  if (!out.empty() && out.ends_with('\n')) out.pop_back();
  return out;
}

std::string calendar_text(std::string_view calendar) {
  std::string unfolded;
  for (auto line : lines_of(calendar)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(' ') || line.starts_with('\t'))
      line.remove_prefix(1);
    else if (!unfolded.empty())
      unfolded += '\n';
    unfolded += line;
  }
  struct Wanted {
    std::string_view name, label;
    bool time;
    std::string value{};
  };
  std::array<Wanted, 5> wanted{{{"SUMMARY", "日程", false},
                                {"DTSTART", "开始", true},
                                {"DTEND", "结束", true},
                                {"LOCATION", "地点", false},
                                {"ORGANIZER", "发起人", false}}};
  bool inside = false;
  for (const auto line : lines_of(unfolded)) {
    if (same_letters(line, "BEGIN:VEVENT")) inside = true;
    if (same_letters(line, "END:VEVENT")) break;
    if (!inside) continue;
    for (auto& field : wanted) {
      if (!field.value.empty()) continue;
      auto value = calendar_value(line, field.name);
      if (!value.empty()) field.value = field.time ? calendar_time(value) : std::move(value);
    }
  }
  std::string out;
  for (const auto& field : wanted) {
    if (field.value.empty()) continue;
    if (!out.empty()) out += '\n';
    out += std::string(field.label) + "：" + field.value;
  }
  return out;
}

std::optional<std::size_t> quotation_line(std::string_view text) {
  const auto lines = lines_of(text);
  const auto from_here = [&](std::size_t at) -> std::optional<std::size_t> {
    if (trimmed(joined(lines, 0, at)).empty()) return {};
    return at;
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_separator(lines[i]) || repeats_header(lines, i)) return from_here(i);
    if (quote_depth(trimmed(lines[i])) > 0 && trimmed(lines[i]).find(reply_line) != std::string_view::npos)
      return from_here(i);
  }
  // A last block of ">" lines, with the sentence above it that announces it.
  auto end = lines.size();
  while (end > 0 && trimmed(lines[end - 1]).empty()) --end;
  auto from = end;
  while (from > 0 && (trimmed(lines[from - 1]).empty() || quote_depth(trimmed(lines[from - 1])) > 0)) --from;
  if (from == end) return {};
  while (from < end && trimmed(lines[from]).empty()) ++from;
  for (std::size_t above = 1; above <= 2 && above <= from; ++above) {
    // The announcement may be broken into two lines, and a blank line may follow it.
    auto last = from;
    while (last > 0 && trimmed(lines[last - 1]).empty()) --last;
    if (last < above) break;
    if (announces_quote(lines[last - 1])) {
      const bool two = last >= 2 && starts_with_any(trimmed(lines[last - 2]), {"On ", "在 ", "于 "});
      return from_here(two ? last - 2 : last - 1);
    }
  }
  return from_here(from);
}

Said split_quotation(std::string_view text) {
  const auto at = quotation_line(text);
  if (!at) return {std::string(text), {}};
  const auto lines = lines_of(text);
  return {joined(lines, 0, *at), joined(lines, *at, lines.size())};
}

}  // namespace docket::mail
