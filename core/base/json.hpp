// SPDX-License-Identifier: Apache-2.0
// JSON text in and out without types: a strict parser into Boost.JSON values, and the primitives that write text.
// Typed values are read by json_decode.hpp and written by json_encode.hpp; only files that convert include those two.
#pragma once

#include "base/error.hpp"

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace docket::json {

struct Limits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t depth = 32;
};

/// JSON that is already text and is passed on as it is, for example a stored event's payload.
struct RawJson {
  std::string text = "null";
  bool operator==(const RawJson&) const = default;
};

/// A parsed text. Stricter than RFC 8259: no repeated name in an object, no U+0000, valid UTF-8, finite numbers, and
/// exactly rounded doubles. Holds the memory of its value; neither copied nor moved. One thread.
class Document {
 public:
  Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// Fails with malformed_json (and line and column), too_large, or invalid_field (repeated name, U+0000). Once only.
  [[nodiscard]] Result<void> parse(std::string_view text, const Limits& limits = {});
  [[nodiscard]] const boost::json::value& root() const { return *root_; }

 private:
  std::array<unsigned char, 8192> buffer_;  // most bodies and events fit, so that parsing allocates nothing
  boost::json::monotonic_resource memory_;
  boost::json::value* root_ = nullptr;  // lives in memory_, which needs no destructor
};

/// Adds `text`, which is valid UTF-8, as a JSON string with its quotes.
void append_string(std::string& out, std::string_view text);
void append_integer(std::string& out, std::int64_t value);
void append_unsigned(std::string& out, std::uint64_t value);
/// Shortest text that reads back as the same double; always with a point or exponent, so that it stays a double.
/// Throws std::domain_error for infinities and NaN, which JSON does not have.
void append_double(std::string& out, double value);
/// Adds a Boost.JSON value; names of objects keep their order.
void append_value(std::string& out, const boost::json::value& value);

/// Adds one reference token of a JSON pointer (RFC 6901), with its slash and escapes.
void append_pointer(std::string& pointer, std::string_view name);

}  // namespace docket::json
