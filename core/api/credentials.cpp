// SPDX-License-Identifier: Apache-2.0
#include "api/credentials.hpp"

#include "desk/access_links.hpp"

#include <algorithm>

namespace docket::api {
namespace {

constexpr std::size_t longest_secret = 128;

bool is_secret(std::string_view text) {
  return !text.empty() && text.size() <= longest_secret && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

Result<Credentials> credentials_of(const http::Request& request) {
  if (const auto header = request.header("authorization"); !header.empty()) {
    constexpr std::string_view scheme = "bearer ";
    const bool bearer = header.size() > scheme.size() && std::equal(scheme.begin(), scheme.end(), header.begin(),
                                                                    [](char a, char b) { return a == lower(b); });
    const auto secret = bearer ? header.substr(scheme.size()) : std::string_view{};
    if (!is_secret(secret)) return fail(ErrorCode::unauthenticated, {"Authorization takes \"Bearer\" and a token.", "Authorization 须为 Bearer 加令牌。"});
    const bool link = secret.starts_with(desk::link_prefix);
    return Credentials{link ? Credentials::Kind::link : Credentials::Kind::token, std::string{secret}};
  }
  Credentials found;
  for (const auto& [name, value] : request.headers) {
    if (name != "cookie") continue;
    for (std::size_t from = 0; from < value.size();) {
      const std::size_t to = std::min(value.find(';', from), value.size());
      auto pair = std::string_view{value}.substr(from, to - from);
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      from = to + 1;
      if (!pair.starts_with(session_cookie) || pair.substr(session_cookie.size(), 1) != "=") continue;
      const auto secret = pair.substr(session_cookie.size() + 1);
      if (found.kind != Credentials::Kind::none) {
        return fail(ErrorCode::unauthenticated, {"The session cookie is given twice.", "会话 Cookie 重复了，请清除本站 Cookie 后重新登录。"});
      }
      // Whatever stands there, it is an attempt to be somebody: never treat it as nobody.
      found.kind = Credentials::Kind::session;
      found.secret = is_secret(secret) ? std::string{secret} : std::string{"-"};
    }
  }
  return found;
}

std::string session_cookie_value(std::string_view secret) {
  return std::string{session_cookie} + "=" + std::string{secret} + "; Path=/; Secure; HttpOnly; SameSite=Strict";
}

std::string ended_session_cookie() {
  return std::string{session_cookie} + "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";
}

Result<void> check_origin(const http::Request& request, const Credentials& credentials) {
  if (credentials.kind != Credentials::Kind::session) return {};
  if (request.method == http::Method::get || request.method == http::Method::head) return {};
  const auto site = request.header("sec-fetch-site");
  const auto origin = request.header("origin");
  const auto host = request.header("host");
  const bool own_origin = !host.empty() && origin == "https://" + std::string{host};
  if (site.empty() ? own_origin : site == "same-origin" && (origin.empty() || own_origin)) return {};
  return fail(ErrorCode::origin_refused, {"A request with a session cookie must come from Docket's own pages.", "请从 Docket 自己的页面操作，请求来自别的网站。"});
}

}  // namespace docket::api
