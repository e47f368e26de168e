// SPDX-License-Identifier: Apache-2.0
#include "http/render.hpp"

#include <boost/json/parse.hpp>

#include "http/address_set.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::http;

namespace {

HeadFacts facts() {
  HeadFacts made;
  made.content_length = 7;
  made.date = "Sun, 22 Nov 2026 00:00:00 GMT";
  made.request_id = "id.1";
  return made;
}

int count(const std::string& text, std::string_view part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("a head carries the strict defaults unless the answer has its own") {
  Response response;
  std::string head = render_head(response, facts());
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\nX-Request-Id: id.1\r\n"));
  CHECK(head.ends_with("Content-Length: 7\r\n\r\n"));
  CHECK(count(head, "Cache-Control: no-store\r\n") == 1);
  CHECK(count(head, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n") == 1);
  CHECK(count(head, "Connection") == 0);

  response.headers = {{"cache-control", "max-age=1"}, {"CONTENT-SECURITY-POLICY", "default-src 'self'"}};
  HeadFacts closing = facts();
  closing.close = true;
  head = render_head(response, closing);
  CHECK(count(head, "no-store") == 0);
  CHECK(count(head, "'none'") == 0);
  CHECK(count(head, "Connection: close\r\n") == 1);
}

TEST_CASE("answers without body announce none") {
  Response response;
  for (const int status : {204, 304}) {
    response.status = status;
    CHECK(count(render_head(response, facts()), "Content-Length") == 0);
  }
}

TEST_CASE("headers that would break the framing are not sendable") {
  Response response;
  CHECK(is_sendable(response));
  for (const auto& [name, value] : Headers{{"X", "a\r\nb"},
                                           {"X", "a\n"},
                                           {"X", std::string("a\0", 2)},
                                           {"X Y", "a"},
                                           {"", "a"},
                                           {"X\r\n", "a"},
                                           {"Content-Length", "1"},
                                           {"transfer-encoding", "chunked"},
                                           {"Connection", "close"},
                                           {"Date", "x"}}) {
    response.headers = {{name, value}};
    INFO(name << ": " << value);
    CHECK_FALSE(is_sendable(response));
  }
  response.headers = {{"X-Name", "v\xC3\xA4lue; with=\"anything\""}};
  CHECK(is_sendable(response));
  response.status = 99;
  CHECK_FALSE(is_sendable(response));
}

TEST_CASE("a problem says code, pointers, what is allowed and when to come back") {
  Error error;
  error.code = ErrorCode::method_not_allowed;
  error.detail = "Not \"here\".";
  error.fields = {{"/a/0", "expected a number"}};
  error.allowed = {"GET", "HEAD"};
  error.retry_after_seconds = 3;
  const Response response = render_problem(error, "id.1");
  CHECK(response.status == 405);
  CHECK(response.headers ==
        Headers{{"Content-Type", "application/problem+json"}, {"Retry-After", "3"}, {"Allow", "GET, HEAD"}});
  const auto problem = boost::json::parse(response.body).as_object();
  CHECK(problem.at("code") == "method_not_allowed");
  CHECK(problem.at("status") == 405);
  CHECK(problem.at("detail") == "Not \"here\".");
  CHECK(problem.at("request_id") == "id.1");
  CHECK(problem.at("fields").at(0).at("pointer") == "/a/0");
  CHECK(problem.at("allowed").as_array().size() == 2);
}

TEST_CASE("address sets take addresses and networks of both families") {
  const auto set = AddressSet::parse({"10.0.0.0/8", "192.0.2.7", "::1", "2001:db8::/32"});
  REQUIRE(set);
  using boost::asio::ip::make_address;
  for (const char* inside : {"10.255.0.1", "192.0.2.7", "::1", "2001:db8:1::5"})
    CHECK(set->contains(make_address(inside)));
  for (const char* outside : {"11.0.0.1", "192.0.2.8", "::2", "2001:db9::1"})
    CHECK_FALSE(set->contains(make_address(outside)));
  CHECK(plain_address(make_address("::ffff:10.1.2.3")) == make_address("10.1.2.3"));
  for (const char* wrong : {"10.0.0.0/33", "x", "", "10.0.0", "::1/129", "localhost"})
    CHECK_FALSE(AddressSet::parse({wrong}));
}

TEST_CASE("the client is the last address that no trusted proxy vouches for itself") {
  const auto trusted = *AddressSet::parse({"10.0.0.0/8"});
  using boost::asio::ip::make_address;
  CHECK(client_address(make_address("192.0.2.1"), "198.51.100.1", trusted) == "192.0.2.1");
  CHECK(client_address(make_address("10.0.0.1"), "", trusted) == "10.0.0.1");
  CHECK(client_address(make_address("10.0.0.1"), "198.51.100.1", trusted) == "198.51.100.1");
  CHECK(client_address(make_address("10.0.0.1"), "203.0.113.1, 198.51.100.1, 10.0.0.2", trusted) == "198.51.100.1");
  CHECK(client_address(make_address("10.0.0.1"), "forged, 10.0.0.2", trusted) == "10.0.0.2");
  CHECK(client_address(make_address("10.0.0.1"), "10.0.0.3,10.0.0.2", trusted) == "10.0.0.3");
}

TEST_CASE("places are counted by address and given back") {
  using boost::asio::ip::make_address;
  ConnectionCap cap(2);
  auto first = cap.enter(make_address("192.0.2.1"));
  auto second = cap.enter(make_address("192.0.2.1"));
  CHECK_FALSE(cap.enter(make_address("192.0.2.1")));
  CHECK(cap.enter(make_address("192.0.2.2")));
  second.reset();
  CHECK(cap.enter(make_address("192.0.2.1")));
  auto one = cap.enter(make_address("2001:db8::1"));
  auto two = cap.enter(make_address("2001:db8::2"));
  CHECK_FALSE(cap.enter(make_address("2001:db8::3")));
  CHECK(cap.enter(make_address("2001:db8:0:1::3")));
}
