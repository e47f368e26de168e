// SPDX-License-Identifier: Apache-2.0
// Requests and responses as plain values, so that no other room ever sees Beast.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::http {

enum class Method { get, head, post, put, patch, del };
[[nodiscard]] std::string_view name(Method method);  ///< "GET", …, "DELETE"

/// Header fields in order of arrival; names in lower case.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request whose framing the guard has accepted. Owned by whoever handles it.
struct Request {
  Method method = Method::get;
  std::string path;    ///< percent-decoded once, normal, starts with '/'; valid UTF-8 without control characters
  std::string query;   ///< raw, without '?'
  Headers headers;
  std::string body;    ///< complete; empty when it went to `body_file`
  std::string body_file;  ///< path of a private temporary file with the body, for routes that take uploads; removed with the request's `body_guard`
  std::shared_ptr<void> body_guard;
  std::string remote_address;  ///< textual IP of the peer (or of the client behind a trusted proxy)
  std::string id;              ///< request id, random, also sent as X-Request-Id

  /// Value of the first field of that name (lower case), or empty. The guard has refused doubles of those that matter.
  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

struct Response {
  int status = 200;
  Headers headers;   ///< without Content-Length, Date and the security headers, which the transport adds
  std::string body;
  std::shared_ptr<const std::string> shared_body;  ///< used instead of `body` when set: static files, cached answers
  std::string body_file;              ///< used instead when set: streamed from disk
  std::shared_ptr<void> body_guard;   ///< kept until the answer is sent
  bool close = false;                 ///< close the connection after it
};

/// Called exactly once, from any thread, with the answer. Dropping it unanswered sends a 500.
using Respond = std::move_only_function<void(Response)>;

}  // namespace docket::http
