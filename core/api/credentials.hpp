// SPDX-License-Identifier: Apache-2.0
// Who a request says it is from, and whether a browser was tricked into sending it.
#pragma once

#include "base/error.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace docket::api {

inline constexpr std::string_view session_cookie = "__Host-docket";

/// The secret that a request carries. A bearer token wins over a cookie.
struct Credentials {
  enum class Kind { none, session, token, link };
  Kind kind = Kind::none;
  std::string secret{};
};

/// unauthenticated for an Authorization header of another scheme or form, and for two session cookies.
[[nodiscard]] Result<Credentials> credentials_of(const http::Request& request);

/// The Set-Cookie value that opens a session, and the one that ends it.
[[nodiscard]] std::string session_cookie_value(std::string_view secret);
[[nodiscard]] std::string ended_session_cookie();

/// origin_refused when a request that a browser could have been made to send (an unsafe method with a session cookie)
/// does not prove that it comes from our own pages: Sec-Fetch-Site must be same-origin, or else Origin must be this
/// host. The guard has checked Host against the server names.
[[nodiscard]] Result<void> check_origin(const http::Request& request, const Credentials& credentials);

}  // namespace docket::api
