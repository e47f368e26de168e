// SPDX-License-Identifier: Apache-2.0
// The request target: origin-form only, decoded once, so that no two parts of the server see different paths.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace docket::http {

struct RequestTarget {
  std::string path;   ///< decoded, normal, starts with '/'
  std::string query;  ///< raw, without '?', percent triplets checked
};

/// Parses what stands between method and version (RFC 9112 §3.2.1). Any other form, an encoded slash or backslash, dot
/// segments, empty segments, control characters and invalid UTF-8 are malformed_request.
[[nodiscard]] Result<RequestTarget> parse_target(std::string_view raw);

}  // namespace docket::http
