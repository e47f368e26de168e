// SPDX-License-Identifier: Apache-2.0
// The bytes of an answer: status line, headers that every answer carries, problems in the form of RFC 9457.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/message.hpp"

namespace docket::http {

/// What the transport knows about an answer beside the answer.
struct HeadFacts {
  std::uint64_t content_length = 0;  ///< of the body that GET would send
  std::string_view date;             ///< IMF-fixdate (RFC 9110 §5.6.7)
  std::string_view request_id;
  bool close = false;  ///< announce the end of the connection
};

/// Status line, headers and the empty line, ready to send. Adds Date, Content-Length, X-Request-Id and the security
/// headers; an answer's own Cache-Control and Content-Security-Policy replace the strict defaults.
[[nodiscard]] std::string render_head(const Response& response, const HeadFacts& facts);

/// Whether all header names and values may be written: no CR, LF or NUL, names are tokens, and none is the transport's.
[[nodiscard]] bool is_sendable(const Response& response);

/// Whether an answer of that status has a body at all (RFC 9110 §6.4.1).
[[nodiscard]] bool has_body(int status);

/// An error as `application/problem+json` with `type, title, status, detail, code, request_id` and, where there are
/// some, `fields` (pointer and message) and `allowed`; with Retry-After and Allow headers.
[[nodiscard]] Response render_problem(const Error& error, std::string_view request_id);

}  // namespace docket::http
