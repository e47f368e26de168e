// SPDX-License-Identifier: Apache-2.0
#include "base/json_decode.hpp"

#include "base/both.hpp"
#include "base/json_encode.hpp"
#include "base/suggest.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <bitset>
#include <stdexcept>

namespace docket::json {
namespace {

constexpr std::size_t most_errors = 100;
constexpr std::size_t most_fields = 128;

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Said outside(const Bounds& bounds, const Said& unit) {
  if (!bounds.has_max()) return both("must be at least {0}{1}", "至少 {0}{2}", bounds.min, unit.en, unit.zh);
  if (!bounds.has_min()) return both("must be at most {0}{1}", "最多 {0}{2}", bounds.max, unit.en, unit.zh);
  if (bounds.min == bounds.max) return both("must be exactly {0}{1}", "须正好 {0}{2}", bounds.min, unit.en, unit.zh);
  return both("must be {0} to {1}{2}", "须为 {0} 到 {1}{3}", bounds.min, bounds.max, unit.en, unit.zh);
}

Said one_of(std::span<const std::string_view> names) {
  return both("must be one of: {}", "须是其中之一：{}", fmt::join(names, ", "));
}

bool within(const Bounds& bounds, std::int64_t number) {
  return number >= bounds.min && number <= bounds.max;
}

// The part of a client's text that is repeated to it.
std::string shortened(std::string_view text) {
  constexpr std::size_t most = 40;
  if (text.size() <= most) return std::string{text};
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string{text.substr(0, end)} + "…";
}

}  // namespace

void append_time(std::string& out, Time time) {
  out.push_back('"');
  out += to_rfc3339(time);
  out.push_back('"');
}

void append_day(std::string& out, std::chrono::year_month_day day) {
  fmt::format_to(std::back_inserter(out), "\"{:04}-{:02}-{:02}\"", static_cast<int>(day.year()),
                 static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

void Decoder::push(Segment segment) {
  if (depth_ < most) path_[depth_] = segment;
  ++depth_;
  if (depth_ == most + 1) fail({"is nested too deeply", "嵌套太深"});
}

std::string Decoder::here() const {
  std::string pointer;
  for (std::size_t i = 0; i < std::min(depth_, most); ++i) {
    if (path_[i].is_name)
      append_pointer(pointer, path_[i].name);
    else
      append_pointer(pointer, std::to_string(path_[i].index));
  }
  return pointer;
}

void Decoder::fail(Said message) {
  if (errors_.size() < most_errors) errors_.push_back(field_error(here(), std::move(message)));
}

Error Decoder::take_error() {
  Error error;
  error.code = ErrorCode::invalid_field;
  error.fields = std::move(errors_);
  if (error.fields.size() == 1) {
    const auto& only = error.fields.front();
    error.say(only.pointer.empty() ? both("The value {0}.", "内容有误：{1}。", only.message, only.said().in(Language::zh))
                                   : both("{0} {1}.", "{0}：{2}。", only.pointer, only.message, only.said().in(Language::zh)));
  } else {
    error.say(both("{} fields are wrong.", "有 {} 处需要修改。", error.fields.size()));
  }
  return error;
}

bool Decoder::read(const value& from, bool& to) {
  if (!from.is_bool()) return fail({"must be true or false", "须为 true 或 false"}), false;
  to = from.get_bool();
  return true;
}

bool Decoder::read_integer(const value& from, std::int64_t min, std::int64_t max, std::int64_t& to) {
  if (from.is_uint64()) return fail(outside({min, max}, {})), false;  // Boost.JSON: only what int64 can not hold
  if (!from.is_int64()) return fail({"must be a whole number", "须为整数"}), false;
  const std::int64_t number = from.get_int64();
  Bounds bounds{min, max};
  if (trust_ == Trust::input) {
    bounds.min = std::max(min, rule_->range.min);
    bounds.max = std::min(max, rule_->range.max);
  }
  if (number < bounds.min || number > bounds.max) return fail(outside(bounds, {})), false;
  to = number;
  return true;
}

bool Decoder::read_unsigned(const value& from, std::uint64_t max, std::uint64_t& to) {
  if (from.is_uint64() && from.get_uint64() <= max) {
    to = from.get_uint64();
    if (trust_ == Trust::stored || !rule_->range.has_max()) return true;
    return fail(outside(rule_->range, {})), false;
  }
  std::int64_t number = 0;
  constexpr auto int_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!read_integer(from, 0, static_cast<std::int64_t>(std::min(max, int_max)), number)) return false;
  to = static_cast<std::uint64_t>(number);
  return true;
}

bool Decoder::read(const value& from, double& to) {
  double number = 0;
  if (from.is_double())
    number = from.get_double();
  else if (from.is_int64())
    number = static_cast<double>(from.get_int64());
  else if (from.is_uint64())
    number = static_cast<double>(from.get_uint64());
  else
    return fail({"must be a number", "须为数字"}), false;
  if (trust_ == Trust::input) {
    const auto& range = rule_->range;
    if ((range.has_min() && number < static_cast<double>(range.min)) ||
        (range.has_max() && number > static_cast<double>(range.max))) {
      return fail(outside(range, {})), false;
    }
  }
  to = number;
  return true;
}

bool Decoder::read(const value& from, std::string& to) {
  if (!from.is_string()) return fail({"must be a text", "须为文字"}), false;
  const std::string_view text{from.get_string()};
  if (trust_ == Trust::input) {
    const auto& length = rule_->length;
    if (length != Bounds{} && !within(length, static_cast<std::int64_t>(code_points(text)))) {
      if (length.min == 1 && text.empty()) return fail({"must not be empty", "不能为空"}), false;
      return fail(outside(length, {" characters", " 个字"})), false;
    }
    if (rule_->matches != nullptr && !rule_->matches(text)) return fail({std::string{rule_->expected}, std::string{rule_->expected_zh}}), false;
  }
  to.assign(text);
  return true;
}

bool Decoder::read(const value& from, Time& to) {
  const auto time = from.is_string() ? from_rfc3339(std::string_view{from.get_string()}) : std::nullopt;
  if (!time) return fail({"must be a time with an offset, for example \"2026-02-14T09:30:00Z\"", "须为带时区的时间，例如 2026-02-14T09:30:00+08:00"}), false;
  to = *time;
  return true;
}

bool Decoder::read(const value& from, std::chrono::year_month_day& to) {
  if (from.is_string() && from.get_string().size() == 10) {
    const auto midnight = from_rfc3339(std::string{from.get_string()} + "T00:00:00Z");
    if (midnight) {
      to = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*midnight)};
      return true;
    }
  }
  return fail({"must be a day, for example \"2026-02-14\"", "须为日期，例如 2026-02-14"}), false;
}

bool Decoder::read(const value& from, Digest& to) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  const std::string_view text = from.is_string() ? std::string_view{from.get_string()} : std::string_view{};
  bool good = text.size() == 2 * to.size();
  for (std::size_t i = 0; good && i < to.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    good = high >= 0 && low >= 0;
    if (good) to[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  if (!good) fail({"must be a SHA-256 digest: 64 digits 0-9 a-f", "须为 SHA-256 摘要（64 位 0-9 a-f）"});
  return good;
}

bool Decoder::read_id(const value& from, std::int64_t& to) {
  if (from.is_null() && trust_ == Trust::stored) {
    to = 0;
    return true;
  }
  const bool is_id = from.is_int64() && (from.get_int64() > 0 || (trust_ == Trust::stored && from.get_int64() == 0));
  if (!is_id) return fail({"must be an id: a whole number above 0", "须为编号（大于 0 的整数）"}), false;
  to = from.get_int64();
  return true;
}

int Decoder::read_name(const value& from, std::span<const std::string_view> names) {
  if (!from.is_string()) {
    fail(one_of(names));
    return -1;
  }
  const std::string_view text{from.get_string()};
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  fail(both("'{0}' is none of: {1}.{2}", "没有“{0}”，须是其中之一：{1}", shortened(text), fmt::join(names, ", "),
            did_you_mean(text, names)));
  return -1;
}

int Decoder::read_kind(const value& from, std::span<const std::string_view> kinds) {
  const auto* object = read_object(from);
  if (object == nullptr) return -1;
  const Step step{*this, std::string_view{"kind"}};
  const auto* tag = object->if_contains("kind");
  if (tag != nullptr) return read_name(*tag, kinds);
  fail(both("is required: one of {}", "必填，须是其中之一：{}", fmt::join(kinds, ", ")));
  return -1;
}

const boost::json::array* Decoder::read_array(const value& from) {
  if (!from.is_array()) fail({"must be a list", "须为列表"});
  return from.if_array();
}

const boost::json::object* Decoder::read_object(const value& from) {
  if (!from.is_object()) fail({"must be an object", "须为对象"});
  return from.if_object();
}

void Decoder::check_items(std::size_t count) {
  if (trust_ == Trust::stored || within(rule_->items, static_cast<std::int64_t>(count))) return;
  if (rule_->items.min == 1 && count == 0) return fail({"must not be empty", "不能为空"});
  fail(outside(rule_->items, {" items", " 项"}));
}

void decode_fields(const value& from, void* object, std::span<const DecodeField> fields, Decoder& decoder,
                   std::string_view tag) {
  const auto* members = decoder.read_object(from);
  if (members == nullptr) return;
  if (fields.size() > most_fields) throw std::logic_error("a described struct has too many members");
  const FieldRule* outer = decoder.rule_;
  std::bitset<most_fields> seen;
  std::size_t next = 0;  // members mostly come in order of declaration
  for (const auto& [key, member] : *members) {
    const std::string_view name{key};
    std::size_t at = next;
    if (at >= fields.size() || fields[at].name != name) {
      for (at = 0; at < fields.size() && fields[at].name != name;) ++at;
    }
    const Decoder::Step step{decoder, name};
    if (!step) break;
    if (at < fields.size()) {
      next = at + 1;
      seen.set(at);
      decoder.rule_ = fields[at].rule;
      fields[at].decode(member, object, decoder);
    } else if (name != tag || tag.empty()) {
      std::vector<std::string_view> known;
      for (const auto& field : fields) known.push_back(field.name);
      decoder.fail(both("is not known here.{0}", "没有这一项", did_you_mean(name, known)));
    }
  }
  decoder.rule_ = outer;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (seen.test(i) || fields[i].optional) continue;
    const Decoder::Step step{decoder, fields[i].name};
    if (decoder.trust_ == Trust::stored) {
      // Stored values may be sparse: an absent Id is none, any other member what it is by default.
      // (A list is in that column as well; it needs nothing, since a fresh one is empty.)
      const auto faults = decoder.errors_.size();
      if (fields[i].optional_if_stored) fields[i].decode(value{}, object, decoder);
      decoder.errors_.resize(faults);
      continue;
    }
    decoder.fail({"is required", "必填"});
  }
}

void throw_unreadable(const Error& error) {
  std::string message = "stored JSON is unreadable";
  if (!error.fields.empty()) message += " at '" + error.fields.front().pointer + "'";
  throw std::runtime_error(message);
}

}  // namespace docket::json
