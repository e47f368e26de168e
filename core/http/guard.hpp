// SPDX-License-Identifier: Apache-2.0
// The guard: what a request head must look like before anything else of the server sees it. Pure; refuses all that two
// readers of the same bytes could understand differently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "http/message.hpp"

namespace docket::http {

/// What the guard measures a head against. Immutable while a server runs.
struct GuardRules {
  std::vector<std::string> server_names;   ///< lower case, no port, IPv6 without brackets; what Host may say
  std::string stream_path;                 ///< the one path that may be upgraded to a WebSocket; empty = none
  std::size_t max_head_bytes = 16 * 1024;  ///< request line, fields and the empty line
  std::size_t max_target_bytes = 8000;     ///< path and query as sent
  std::size_t max_fields = 100;            ///< header lines
};

/// A head that the guard has accepted. Field names are in lower case, values without white space around them.
struct Head {
  Method method = Method::get;
  std::string path;   ///< percent-decoded once, normal, valid UTF-8 without control characters
  std::string query;  ///< raw, without '?'
  Headers headers;
  std::uint64_t content_length = 0;  ///< exact length of the body that follows
  bool keep_alive = true;            ///< false when the client said `Connection: close`
  bool expects_continue = false;     ///< the client waits for 100 before it sends the body
  bool upgrade = false;              ///< a complete and permitted WebSocket opening

  /// Value of the first field of that name (lower case), or empty.
  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

/// Finds where a head ends while its bytes arrive, and refuses broken lines as soon as they are seen.
class HeadScanner {
 public:
  /// `bytes` is everything received since the last request; it only grows between calls.
  /// Answers the length of the head with its empty line, or nothing while that is still to come.
  [[nodiscard]] Result<std::optional<std::size_t>> scan(std::string_view bytes, const GuardRules& rules);

 private:
  std::size_t seen_ = 0;        // bytes already looked at
  std::size_t line_start_ = 0;  // where the current line begins
  std::size_t lines_ = 0;       // complete lines that are not empty
  bool skipped_empty_ = false;  // RFC 9112 §2.2: one empty line before the request line is tolerated
};

/// Judges one complete head, up to and including its empty line. After an error the connection must be closed: what
/// follows in the stream can not be trusted to be a request.
[[nodiscard]] Result<Head> judge(std::string_view bytes, const GuardRules& rules);

}  // namespace docket::http
