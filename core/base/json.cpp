// SPDX-License-Identifier: Apache-2.0
#include "base/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <new>
#include <stdexcept>
#include <vector>

#include "base/both.hpp"

namespace docket::json {
namespace {

namespace bj = boost::json;

// Builds the value, and watches for what Boost.JSON would let through: repeated names (it keeps the last), U+0000, and
// doubles that it rounds wrongly in 1.81.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit Handler(bj::storage_ptr memory) : values_({}, stack_.data(), stack_.size()) {
    values_.reset(std::move(memory));
  }

  bj::value release() { return values_.release(); }
  [[nodiscard]] const FieldError& fault() const { return fault_; }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }

  bool on_object_begin(bj::error_code&) {
    open_.push_back({.is_object = true, .first_key = keys_.size(), .first_byte = names_.size()});
    return true;
  }
  bool on_object_end(std::size_t count, bj::error_code& ec) {
    if (const Key* key = repeated()) {
      const Key twice = *key;
      keys_.push_back(twice);  // so that the pointer leads to it
      return refuse({"The name is given twice.", "同一个名称写了两次。"}, ec);
    }
    names_.resize(open_.back().first_byte);
    keys_.resize(open_.back().first_key);
    open_.pop_back();
    values_.push_object(count);
    return done();
  }
  bool on_array_begin(bj::error_code&) {
    open_.push_back({.is_object = false, .first_key = keys_.size(), .first_byte = names_.size()});
    return true;
  }
  bool on_array_end(std::size_t count, bj::error_code&) {
    open_.pop_back();
    values_.push_array(count);
    return done();
  }

  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) {
    names_.append(part.data(), part.size());
    pending_ += part.size();
    values_.push_chars(part);
    return true;
  }
  bool on_key(bj::string_view part, std::size_t, bj::error_code& ec) {
    names_.append(part.data(), part.size());
    const std::size_t size = pending_ + part.size();
    pending_ = 0;
    keys_.push_back({names_.size() - size, size});
    values_.push_key(part);
    if (name(keys_.back()).find('\0') != std::string_view::npos) return refuse({"A name must not contain U+0000.", "名称里不能有 U+0000。"}, ec);
    return true;
  }

  bool on_string_part(bj::string_view part, std::size_t, bj::error_code& ec) {
    values_.push_chars(part);
    return plain(part, ec);
  }
  bool on_string(bj::string_view part, std::size_t, bj::error_code& ec) {
    values_.push_string(part);
    return plain(part, ec) && done();
  }

  bool on_number_part(bj::string_view part, bj::error_code&) {
    number_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, bj::string_view, bj::error_code&) {
    number_.clear();
    values_.push_int64(value);
    return done();
  }
  bool on_uint64(std::uint64_t value, bj::string_view, bj::error_code&) {
    number_.clear();
    values_.push_uint64(value);
    return done();
  }
  bool on_double(double value, bj::string_view part, bj::error_code& ec) {
    number_.append(part.data(), part.size());
    double exact = value;
    const auto [end, code] = std::from_chars(number_.data(), number_.data() + number_.size(), exact);
    number_.clear();
    if (code == std::errc::result_out_of_range && std::abs(value) < 1)
      exact = 0;  // too small to tell from nothing
    else if (code != std::errc{} || !std::isfinite(exact))
      return refuse({"The number is out of range.", "数字超出范围。"}, ec);
    values_.push_double(exact);
    return done();
  }
  bool on_bool(bool value, bj::error_code&) {
    values_.push_bool(value);
    return done();
  }
  bool on_null(bj::error_code&) {
    values_.push_null();
    return done();
  }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

 private:
  struct Key {
    std::size_t offset;
    std::size_t size;
  };
  struct Open {
    bool is_object;
    std::size_t first_key;
    std::size_t first_byte;
    std::size_t elements = 0;
  };

  [[nodiscard]] std::string_view name(Key key) const { return std::string_view{names_}.substr(key.offset, key.size); }

  // The second of two equal names among those of the innermost object, which ends; or null.
  [[nodiscard]] const Key* repeated() {
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(open_.back().first_key);
    constexpr std::ptrdiff_t few = 24;  // up to here comparing all pairs is quicker than sorting
    if (keys_.end() - first <= few) {
      for (auto later = first; later != keys_.end(); ++later) {
        for (auto earlier = first; earlier != later; ++earlier) {
          if (earlier->size == later->size && name(*earlier) == name(*later)) return &*later;
        }
      }
      return nullptr;
    }
    std::sort(first, keys_.end(), [&](Key a, Key b) { return name(a) < name(b); });
    const auto found = std::adjacent_find(first, keys_.end(), [&](Key a, Key b) { return name(a) == name(b); });
    return found == keys_.end() ? nullptr : &*found;
  }

  bool plain(bj::string_view part, bj::error_code& ec) {
    return part.find('\0') == part.npos || refuse({"A text must not contain U+0000.", "文字里不能有 U+0000。"}, ec);
  }
  bool done() {
    if (!open_.empty()) ++open_.back().elements;
    return true;
  }
  bool refuse(Said message, bj::error_code& ec) {
    fault_.pointer.clear();
    for (const Open& open : open_) {
      if (!open.is_object) {
        append_pointer(fault_.pointer, std::to_string(open.elements));
        continue;
      }
      // The name that is being read or whose value is: the last one before the next open object's first.
      const std::size_t last = &open == &open_.back() ? keys_.size() : (&open + 1)->first_key;
      if (last > open.first_key) append_pointer(fault_.pointer, name(keys_[last - 1]));
    }
    fault_.message = std::move(message.en);
    fault_.message_zh = std::move(message.zh);
    ec = bj::make_error_code(bj::error::exception);
    return false;
  }

  std::array<unsigned char, 4096> stack_;
  bj::value_stack values_;
  std::string names_;      // bytes of the names of all open objects
  std::vector<Key> keys_;  // and where each is
  std::vector<Open> open_;
  std::string number_;       // a number that came in parts
  std::size_t pending_ = 0;  // bytes of a name that came in parts
  FieldError fault_;
};

std::string what(const bj::error_code& ec) {
  if (ec == bj::error::too_deep) return "it is nested too deeply";
  if (ec == bj::error::incomplete) return "it ends too early";
  if (ec == bj::error::extra_data) return "something follows the value";
  if (ec == bj::error::illegal_leading_surrogate || ec == bj::error::illegal_trailing_surrogate) {
    return "a surrogate stands alone";
  }
  if (ec == bj::error::exponent_overflow) return "the number is out of range";
  return "the syntax is wrong";
}

Said wrong_at(std::string_view text, std::size_t offset, const bj::error_code& ec) {
  offset = std::min(offset, text.size());
  const auto before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = offset - (start == before.npos ? 0 : start + 1) + 1;
  return both("The JSON text is wrong at line {}, column {}: {}.", "JSON 在第 {} 行第 {} 列有误。", line, column, what(ec));
}

constexpr std::array<std::uint8_t, 256> escapes = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = 1;
  table['"'] = 1;
  table['\\'] = 1;
  return table;
}();

}  // namespace

Document::Document() : memory_(buffer_.data(), buffer_.size()) {}

Result<void> Document::parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::too_large, both("The JSON text has more than {} bytes.", "内容超过 {} 字节，请缩短。", limits.bytes));
  }
  bj::parse_options options;
  options.max_depth = limits.depth;
  bj::basic_parser<Handler> parser{options, bj::storage_ptr{&memory_}};
  bj::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = bj::error::extra_data;
  if (!parser.handler().fault().message.empty()) {
    return fail_field(parser.handler().fault().pointer, parser.handler().fault().said());
  }
  if (ec)
    return fail(ErrorCode::malformed_json, wrong_at(text, used, ec));
  void* memory = memory_.allocate(sizeof(bj::value), alignof(bj::value));
  root_ = new (memory) bj::value(parser.handler().release());
  return {};
}

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (escapes[c] == 0) continue;
    out.append(text, from, i - from);
    from = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default: {
        constexpr std::string_view digits = "0123456789abcdef";
        out += "\\u00";
        out.push_back(digits[c >> 4]);
        out.push_back(digits[c & 15]);
      }
    }
  }
  out.append(text, from);
  out.push_back('"');
}

namespace {
template <class T>
void append_number(std::string& out, T value) {
  std::array<char, 32> text;
  const auto [end, code] = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end);
}
}  // namespace

void append_integer(std::string& out, std::int64_t value) {
  append_number(out, value);
}
void append_unsigned(std::string& out, std::uint64_t value) {
  append_number(out, value);
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) throw std::domain_error("a number that JSON does not have");
  const std::size_t start = out.size();
  append_number(out, value);
  if (out.find_first_of(".e", start) == out.npos) out += ".0";
}

void append_value(std::string& out, const boost::json::value& value) {
  switch (value.kind()) {
    case bj::kind::null:
      out += "null";
      break;
    case bj::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      break;
    case bj::kind::int64:
      append_integer(out, value.get_int64());
      break;
    case bj::kind::uint64:
      append_unsigned(out, value.get_uint64());
      break;
    case bj::kind::double_:
      append_double(out, value.get_double());
      break;
    case bj::kind::string:
      append_string(out, value.get_string());
      break;
    case bj::kind::array: {
      char before = '[';
      for (const auto& element : value.get_array()) {
        out.push_back(before);
        append_value(out, element);
        before = ',';
      }
      out += before == '[' ? "[]" : "]";
      break;
    }
    case bj::kind::object: {
      char before = '{';
      for (const auto& [name, member] : value.get_object()) {
        out.push_back(before);
        append_string(out, name);
        out.push_back(':');
        append_value(out, member);
        before = ',';
      }
      out += before == '{' ? "{}" : "}";
      break;
    }
  }
}

void append_pointer(std::string& pointer, std::string_view name) {
  pointer.push_back('/');
  for (const char c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer.push_back(c);
  }
}

}  // namespace docket::json
