// SPDX-License-Identifier: Apache-2.0
#include "http/request_target.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/text.hpp"

namespace docket::http {
namespace {

std::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorCode::malformed_request, std::move(detail));
}

constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// RFC 3986 pchar without the percent sign, plus '/'.
constexpr bool is_path_character(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("-._~!$&'()*+,;=:@/").find(c) != std::string_view::npos;
}

/// UTF-8 without the controls of C0, DEL and C1, whose UTF-8 is C2 80 to C2 9F.
bool is_clean_text(std::string_view text) {
  if (!is_utf8(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<std::uint8_t>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

Result<std::string> decode_path(std::string_view raw) {
  std::string path;
  path.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%') {
      if (!is_path_character(raw[i])) return malformed("The path holds a character that must be percent-encoded.");
      path.push_back(raw[i]);
      continue;
    }
    const int high = i + 2 < raw.size() ? hex_digit(raw[i + 1]) : -1;
    const int low = i + 2 < raw.size() ? hex_digit(raw[i + 2]) : -1;
    if (high < 0 || low < 0) return malformed("The path holds an incomplete percent sequence.");
    const auto byte = static_cast<char>(high * 16 + low);
    if (byte == '/' || byte == '\\') return malformed("The path holds an encoded slash or backslash.");
    path.push_back(byte);
    i += 2;
  }
  return path;
}

/// No "." or ".." segment, and none empty but the last.
bool is_normal(std::string_view path) {
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const std::size_t slash = path.find('/', begin);
    const bool last = slash == std::string_view::npos;
    const std::string_view segment = path.substr(begin, last ? std::string_view::npos : slash - begin);
    if (segment == "." || segment == "..") return false;
    if (segment.empty() && !last) return false;
    if (last) break;
    begin = slash + 1;
  }
  return true;
}

}  // namespace

Result<RequestTarget> parse_target(std::string_view raw) {
  for (const char c : raw) {
    if (c < 0x21 || c > 0x7E || c == '#') return malformed("The request target holds a character that it may not.");
  }
  if (!raw.starts_with('/')) return malformed("The request target must be a path that starts with a slash.");
  const std::size_t mark = raw.find('?');

  RequestTarget target;
  auto path = decode_path(raw.substr(0, mark));
  if (!path) return std::unexpected(std::move(path.error()));
  target.path = std::move(*path);
  if (!is_clean_text(target.path)) return malformed("The path is not UTF-8 text without control characters.");
  if (!is_normal(target.path)) return malformed("The path holds an empty or a dot segment.");

  if (mark != std::string_view::npos) {
    target.query = raw.substr(mark + 1);
    for (std::size_t i = 0; i < target.query.size(); ++i) {
      if (target.query[i] != '%') continue;
      const bool complete =
          i + 2 < target.query.size() && hex_digit(target.query[i + 1]) >= 0 && hex_digit(target.query[i + 2]) >= 0;
      if (!complete) return malformed("The query holds an incomplete percent sequence.");
      i += 2;
    }
  }
  return target;
}

}  // namespace docket::http
