// SPDX-License-Identifier: Apache-2.0
#include "api/credentials.hpp"

#include "api/cursor.hpp"
#include "api/preconditions.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::api;

namespace {

http::Request request(http::Method method, http::Headers headers) {
  http::Request made;
  made.method = method;
  made.path = "/";
  made.headers = std::move(headers);
  return made;
}

ErrorCode refusal(http::Headers headers) {
  const auto found = credentials_of(request(http::Method::get, std::move(headers)));
  REQUIRE_FALSE(found);
  return found.error().code;
}

bool own(http::Method method, http::Headers headers) {
  const auto made = request(method, std::move(headers));
  return check_origin(made, credentials_of(made).value()).has_value();
}

}  // namespace

TEST_CASE("credentials come from a bearer token or our cookie, and from nothing else") {
  using Kind = Credentials::Kind;
  CHECK(credentials_of(request(http::Method::get, {}))->kind == Kind::none);
  const auto token = credentials_of(request(http::Method::get, {{"authorization", "Bearer dkt_abc-1_Z"}}));
  CHECK((token->kind == Kind::token && token->secret == "dkt_abc-1_Z"));
  const auto cookie = credentials_of(request(http::Method::get, {{"cookie", "a=b; __Host-docket=s3; c=d"}}));
  CHECK((cookie->kind == Kind::session && cookie->secret == "s3"));
  CHECK(credentials_of(request(http::Method::get, {{"cookie", "x__Host-docket=s3; __Host-docket2=a"}}))->kind ==
        Kind::none);
  const auto both =
      credentials_of(request(http::Method::get, {{"cookie", "__Host-docket=s3"}, {"authorization", "bearer t"}}));
  CHECK(both->kind == Kind::token);
  // Something in the place of a secret is somebody unknown, never nobody.
  CHECK(credentials_of(request(http::Method::get, {{"cookie", "__Host-docket="}}))->kind == Kind::session);

  CHECK(refusal({{"authorization", "Basic YTpi"}}) == ErrorCode::unauthenticated);
  CHECK(refusal({{"authorization", "Bearer "}}) == ErrorCode::unauthenticated);
  CHECK(refusal({{"authorization", "Bearer a b"}}) == ErrorCode::unauthenticated);
  CHECK(refusal({{"authorization", "Bearer " + std::string(200, 'a')}}) == ErrorCode::unauthenticated);
  CHECK(refusal({{"cookie", "__Host-docket=a; __Host-docket=b"}}) == ErrorCode::unauthenticated);
}

TEST_CASE("a cookie alone never moves anything: the request must come from our own pages") {
  using enum http::Method;
  const http::Headers base{{"host", "desk.example:8443"}, {"cookie", "__Host-docket=s"}};
  const auto with = [&](http::Headers more) {
    more.insert(more.end(), base.begin(), base.end());
    return more;
  };
  CHECK(own(get, with({})));
  CHECK_FALSE(own(post, with({})));
  CHECK_FALSE(own(del, with({})));
  CHECK(own(post, with({{"sec-fetch-site", "same-origin"}})));
  CHECK_FALSE(own(post, with({{"sec-fetch-site", "same-site"}})));
  CHECK_FALSE(own(post, with({{"sec-fetch-site", "none"}})));
  CHECK_FALSE(own(post, with({{"sec-fetch-site", "cross-site"}, {"origin", "https://desk.example:8443"}})));
  CHECK(own(post, with({{"origin", "https://desk.example:8443"}})));
  CHECK_FALSE(own(post, with({{"origin", "https://desk.example"}})));
  // Who answers on port 80 of the name is somebody else.
  CHECK_FALSE(own(post, with({{"origin", "http://desk.example:8443"}})));
  CHECK_FALSE(own(post, with({{"sec-fetch-site", "same-origin"}, {"origin", "http://desk.example:8443"}})));
  CHECK_FALSE(own(post, with({{"origin", "null"}})));
  CHECK_FALSE(own(post, with({{"sec-fetch-site", "same-origin"}, {"origin", "https://evil.example"}})));
  CHECK(own(post, {{"host", "desk.example"}, {"authorization", "Bearer t"}}));
}

TEST_CASE("the session cookie can not be read, set or sent by others") {
  CHECK(session_cookie_value("x") == "__Host-docket=x; Path=/; Secure; HttpOnly; SameSite=Strict");
  CHECK(ended_session_cookie().find("Max-Age=0") != std::string::npos);
}

TEST_CASE("entity tags name versions") {
  CHECK(entity_tag(7) == "\"v7\"");
  CHECK(parse_if_match("")->has_value() == false);
  CHECK(parse_if_match("*")->has_value() == false);
  CHECK(parse_if_match("\"v7\"").value() == std::optional<std::int64_t>{7});
  for (const auto* never : {"W/\"v7\"", "\"7\"", "\"v\"", "\"v7x\"", "\"v-1\"", "\"v99999999999999999999\"", "\"\""}) {
    CHECK(parse_if_match(never).value() == std::optional<std::int64_t>{-1});
  }
  for (const auto* bad : {"v7", "\"v7", "\"v7\", \"v8\"", "\"a\"b\"", "\""}) {
    const auto parsed = parse_if_match(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::invalid_header);
  }
  CHECK(none_match_hits("\"v1\", W/\"v2\"", "\"v2\""));
  CHECK(none_match_hits("*", "\"v2\""));
  CHECK_FALSE(none_match_hits("\"v1\"", "\"v2\""));
}

TEST_CASE("idempotency keys are short and visible") {
  CHECK(parse_idempotency_key("")->has_value() == false);
  CHECK(parse_idempotency_key(std::string(128, 'k'))->has_value());
  for (const auto& bad : {std::string(129, 'k'), std::string{"a b"}, std::string{"\xc3\xa9"}}) {
    CHECK(parse_idempotency_key(bad).error().code == ErrorCode::invalid_header);
  }
}

TEST_CASE("a cursor opens only where it was made") {
  const Cursors cursors{"key"};
  const std::string position{"\0\1\xff", 3};
  const auto cursor = cursors.make("tickets?team=a", position);
  CHECK(cursors.open("tickets?team=a", cursor) == position);
  CHECK(cursors.open("tickets?team=b", cursor).error().code == ErrorCode::unknown_parameter);
  CHECK_FALSE(Cursors{"other"}.open("tickets?team=a", cursor));
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    auto forged = cursor;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(cursors.open("tickets?team=a", forged));
  }
  CHECK_FALSE(cursors.open("x", ""));
  CHECK_FALSE(cursors.open("x", std::string(10'000, 'A')));
  CHECK_FALSE(cursors.open("ab", cursors.make("a", "b")));
}
