// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/field_check.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <unordered_map>

#include "base/both.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "domain/chinese_names.hpp"

namespace docket::domain {
namespace {

constexpr std::size_t max_patterns = 256;
constexpr std::size_t max_shown_choices = 20;
constexpr std::int64_t pattern_memory = 1 << 20;
constexpr std::size_t max_email_bytes = 254;  // RFC 5321, 4.5.3.1.3, less the angle brackets

std::unexpected<Error> expected(Said what) {
  return fail(ErrorCode::invalid_field, std::move(what));
}

std::unexpected<Error> not_whole() {
  return expected({"A whole number is expected.", "请填整数。"});
}

std::string shown(double number) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_blank(std::string_view text) {
  // ASCII white space and the ideographic space.
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == '\t' || text.front() == '\n' || text.front() == '\r') {
      text.remove_prefix(1);
    } else if (text.starts_with("\u3000")) {
      text.remove_prefix(3);
    } else {
      return false;
    }
  }
  return true;
}

bool has_control(std::string_view text, bool lines_allowed) {
  return std::ranges::any_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) return false;
    return !(lines_allowed && (c == '\n' || c == '\t' || c == '\r'));
  });
}

/// The compiled pattern, or null when it is none. The loader has checked patterns: null means a broken definition.
const re2::RE2* compiled(const std::string& pattern) {
  thread_local std::unordered_map<std::string, std::unique_ptr<re2::RE2>> cache;
  auto it = cache.find(pattern);
  if (it == cache.end()) {
    if (cache.size() >= max_patterns) cache.clear();
    re2::RE2::Options options;
    options.set_max_mem(pattern_memory);
    options.set_log_errors(false);
    it = cache.emplace(pattern, std::make_unique<re2::RE2>(pattern, options)).first;
  }
  return it->second->ok() ? it->second.get() : nullptr;
}

Result<Value> check_pattern(const Field& field, const std::string& text) {
  if (field.pattern.empty()) return text;
  const auto* pattern = compiled(field.pattern);
  if (pattern == nullptr) return expected({"The pattern of this field can not be used; tell an administrator.", "这个字段的格式规则有误，请告诉管理员。"});
  if (!re2::RE2::FullMatch(text, *pattern)) {
    return expected(both("This value does not have the form that is wanted: {}", "格式不对，要求：{}",
                         field.help.empty() ? field.pattern : field.help));
  }
  return text;
}

Result<Value> check_text(const Field& field, const std::string& text) {
  if (!is_utf8(text)) return expected({"This text is not valid UTF-8.", "文字编码有误（须为 UTF-8）。"});
  if (has_control(text, field.kind == FieldKind::long_text)) {
    if (field.kind == FieldKind::long_text) return expected({"This text has control characters.", "文字中含有控制字符，请删去。"});
    return expected({"This text must be one line without control characters.", "只能写一行，不能有控制字符。"});
  }
  if (const auto length = count_characters(text); length > field.max_length) {
    return expected(both("This text has {} characters; at most {} are allowed.", "已有 {} 个字，最多 {} 个字。", length,
                         field.max_length));
  }
  return check_pattern(field, text);
}

Result<Value> check_bounds(const Field& field, double number, Value value) {
  if ((field.minimum && number < *field.minimum) || (field.maximum && number > *field.maximum)) {
    if (!field.maximum) return expected(both("The number must be at least {}.", "不能小于 {}。", shown(*field.minimum)));
    if (!field.minimum) return expected(both("The number must be at most {}.", "不能大于 {}。", shown(*field.maximum)));
    return expected(both("The number must lie between {} and {}.", "须在 {} 到 {} 之间。", shown(*field.minimum),
                         shown(*field.maximum)));
  }
  return value;
}

Result<Value> check_number(const Field& field, const Value& given) {
  if (const auto* whole = std::get_if<std::int64_t>(&given))
    return check_bounds(field, static_cast<double>(*whole), given);
  const auto* number = std::get_if<double>(&given);
  if (number == nullptr || !std::isfinite(*number)) {
    return field.kind == FieldKind::integer ? not_whole() : expected({"A number is expected.", "请填数字。"});
  }
  constexpr double exact_below = 9007199254740992.0;  // 2^53
  if (std::trunc(*number) == *number && std::abs(*number) <= exact_below) {
    return check_bounds(field, *number, Value{static_cast<std::int64_t>(*number)});
  }
  if (field.kind == FieldKind::integer) return not_whole();
  return check_bounds(field, *number, given);
}

Result<std::string> check_choice(const Field& field, const std::string& choice) {
  if (std::ranges::find(field.choices, choice, &Choice::name) != field.choices.end()) return choice;
  std::string known, titles;
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    const auto& [name, title] = field.choices[i];
    names.push_back(name);
    if (i >= max_shown_choices) continue;
    known += (i == 0 ? "" : ", ") + name;
    titles.append(i == 0 ? "" : "、").append(zh_quoted(title, name));
  }
  if (field.choices.size() > max_shown_choices) {
    known += ", …";
    titles += "等";
  }
  return expected(both("One of these is expected: {0}.{1}", "请从这些选项中选：{2}。", known, did_you_mean(choice, names), titles));
}

Result<Value> check_choices(const Field& field, const Value& given) {
  const auto* chosen = std::get_if<std::vector<std::string>>(&given);
  if (chosen == nullptr) return expected({"A list of choices is expected.", "请选择一项或多项。"});
  for (std::size_t i = 0; i < chosen->size(); ++i) {
    const auto& choice = (*chosen)[i];
    if (auto known = check_choice(field, choice); !known) return std::unexpected(std::move(known.error()));
    if (std::find(chosen->begin(), chosen->begin() + static_cast<std::ptrdiff_t>(i), choice) !=
        chosen->begin() + static_cast<std::ptrdiff_t>(i)) {
      return expected(both("'{}' is chosen twice.", "“{}”选了两次。", choice));
    }
  }
  return given;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t from, std::size_t count) {
    int out = 0;
    for (const char c : text.substr(from, count)) out = is_digit(c) ? out * 10 + (c - '0') : -100'000;
    return out;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 1 || month < 1 || day < 1) return false;
  return std::chrono::year_month_day{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                     std::chrono::day{static_cast<unsigned>(day)}}
      .ok();
}

Result<Value> check_instant(const Value& given) {
  std::optional<Time> at;
  if (const auto* text = std::get_if<std::string>(&given)) at = from_rfc3339(*text);
  if (const auto* micros = std::get_if<std::int64_t>(&given)) at = Time{Duration{*micros}};
  constexpr Time first{std::chrono::sys_days{std::chrono::year{1900} / 1 / 1}};
  constexpr Time end{std::chrono::sys_days{std::chrono::year{2200} / 1 / 1}};
  if (!at) return expected({"An instant such as 2026-02-14T09:30:00+08:00 is expected.", "请填时间，例如 2026-02-14T09:30:00+08:00。"});
  if (*at < first || *at >= end) return expected({"The instant must lie between the years 1900 and 2199.", "时间须在 1900 年到 2199 年之间。"});
  return std::int64_t{at->time_since_epoch().count()};
}

bool is_phone(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto digits = std::ranges::count_if(text, is_digit);
  const bool plain =
      std::ranges::all_of(text, [](char c) { return is_digit(c) || c == ' ' || c == '-' || c == '(' || c == ')'; });
  return plain && digits >= 3 && digits <= 20 && text.size() <= 40;
}

/// Plausible, not deliverable: one @ with something plain on both sides. Quoted local parts are not taken.
bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || text.size() > max_email_bytes) return false;
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  const auto forbidden = [](char c) { return std::string_view("()<>[]:;@\\,\" \t").find(c) != std::string_view::npos; };
  if (std::ranges::any_of(local, forbidden) || local.starts_with('.') || local.ends_with('.')) return false;
  if (std::ranges::any_of(domain, forbidden) || domain.empty() || local.find("..") != std::string_view::npos)
    return false;
  return !domain.starts_with('.') && !domain.ends_with('.') && !domain.starts_with('-') &&
         domain.find("..") == std::string_view::npos;
}

}  // namespace

bool is_empty_value(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return true;
  if (const auto* text = std::get_if<std::string>(&value)) return is_blank(*text);
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  return list != nullptr && list->empty();
}

Result<Value> check_value(const Field& field, const Value& given) {
  if (is_empty_value(given)) return Value{};
  const auto* text = std::get_if<std::string>(&given);
  switch (field.kind) {
    case FieldKind::text:
    case FieldKind::long_text:
      return text == nullptr ? expected({"A text is expected.", "请填文字。"}) : check_text(field, *text);
    case FieldKind::integer:
    case FieldKind::number:
      return check_number(field, given);
    case FieldKind::boolean:
      if (std::holds_alternative<bool>(given)) return given;
      return expected({"true or false is expected.", "请选“是”或“否”（true 或 false）。"});
    case FieldKind::choice: {
      if (text == nullptr) return expected({"A text is expected: the name of a choice.", "请选择一项。"});
      auto choice = check_choice(field, *text);
      return choice ? Result<Value>(std::move(*choice)) : std::unexpected(std::move(choice.error()));
    }
    case FieldKind::choices:
      return check_choices(field, given);
    case FieldKind::date:
      if (text != nullptr && is_date(*text)) return given;
      return expected({"A date such as 2026-02-14 is expected.", "请填日期，例如 2026-02-14。"});
    case FieldKind::instant:
      return check_instant(given);
    case FieldKind::phone:
      if (text != nullptr && is_phone(*text)) return check_text(field, *text);
      return expected({"A telephone number is expected: digits, spaces, hyphens, brackets and a leading +.",
                       "请填电话号码，可用数字、空格、短横线、括号和开头的 +。"});
    case FieldKind::email:
      if (text != nullptr && is_email(*text)) return check_text(field, *text);
      return expected({"An e-mail address such as name@example.com is expected.", "请填邮箱地址，例如 name@example.com。"});
  }
  return expected({"This value can not be kept.", "这个值无法保存。"});
}

}  // namespace docket::domain
