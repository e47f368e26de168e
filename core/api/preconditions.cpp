// SPDX-License-Identifier: Apache-2.0
#include "api/preconditions.hpp"

#include <algorithm>
#include <charconv>

namespace docket::api {
namespace {

constexpr bool is_visible(char c) {
  return c > 0x20 && c < 0x7F;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string entity_tag(std::int64_t version) {
  return "\"v" + std::to_string(version) + "\"";
}

Result<std::optional<std::int64_t>> parse_if_match(std::string_view header) {
  if (header.empty() || header == "*") return std::nullopt;
  const bool weak = header.starts_with("W/");
  const auto tag = weak ? header.substr(2) : header;
  if (tag.size() < 2 || !tag.starts_with('"') || tag.find('"', 1) != tag.size() - 1) {
    return fail(ErrorCode::invalid_header, {"If-Match takes one entity tag, as it stood in ETag, for example \"v3\".", "If-Match 须是读到的 ETag，例如 \"v3\"。"});
  }
  const auto inside = tag.substr(1, tag.size() - 2);
  std::int64_t version = -1;
  if (weak || !inside.starts_with('v')) return -1;
  const auto [end, code] = std::from_chars(inside.data() + 1, inside.data() + inside.size(), version);
  if (code != std::errc{} || end != inside.data() + inside.size() || version < 0) return -1;
  return version;
}

bool none_match_hits(std::string_view header, std::string_view tag) {
  if (header == "*") return true;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    auto one = trimmed(header.substr(0, comma));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return false;
}

Result<std::optional<std::string>> parse_idempotency_key(std::string_view header) {
  if (header.empty()) return std::nullopt;
  if (header.size() > 128 || !std::ranges::all_of(header, is_visible)) {
    return fail(ErrorCode::invalid_header, {"Idempotency-Key takes 1 to 128 visible ASCII characters without spaces.", "Idempotency-Key 须为 1 到 128 个无空格的可见 ASCII 字符。"});
  }
  return std::string{header};
}

}  // namespace docket::api
