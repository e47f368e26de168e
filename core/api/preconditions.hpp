// SPDX-License-Identifier: Apache-2.0
// Entity tags and idempotency keys, as they stand in headers.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::api {

/// The strong entity tag of a version: "v7" with its quotes.
[[nodiscard]] std::string entity_tag(std::int64_t version);

/// The version that If-Match asks for: none for an empty header or `*`, -1 (which no version is) for a tag that is not
/// one of ours or is weak. invalid_header when it is not one entity tag.
[[nodiscard]] Result<std::optional<std::int64_t>> parse_if_match(std::string_view header);

/// Whether If-None-Match names the tag (weak comparison, RFC 9110 §13.1.2).
[[nodiscard]] bool none_match_hits(std::string_view header, std::string_view tag);

/// The Idempotency-Key: 1 to 128 visible ASCII characters, or none for an empty header. invalid_header otherwise.
[[nodiscard]] Result<std::optional<std::string>> parse_idempotency_key(std::string_view header);

}  // namespace docket::api
