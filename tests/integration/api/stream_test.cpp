// SPDX-License-Identifier: Apache-2.0
// The live stream through the real door: opened by token or cookie, told in order, closed with the right to it.
#include <boost/json/parse.hpp>

#include "served_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;

namespace {

boost::json::value next(TlsClient& client) {
  const auto text = client.receive_text();
  REQUIRE(text);
  return boost::json::parse(*text);
}

}  // namespace

TEST_CASE("an open stream tells of visible tickets as they change") {
  ServedDesk desk;
  TlsClient rui{desk.door()};
  REQUIRE(rui.open_websocket("/api/v1/stream", {{"Authorization", "Bearer " + desk.token_of("rui")}}).status == 101);
  rui.send_text("{}");
  const auto start = next(rui);
  CHECK_FALSE(start.at("resync").as_bool());

  desk.ticket("finance");
  const auto ticket = desk.ticket("returns");
  const auto created = next(rui);
  CHECK(created.at("ticket").as_int64() == ticket);
  CHECK(created.at("kind") == "created");
  CHECK(created.at("version").as_int64() == 1);
  auto last = created.at("seq").as_int64();
  CHECK(last > start.at("seq").as_int64());

  // A second client begins where this one began, and hears the same.
  TlsClient again{desk.door()};
  REQUIRE(again.open_websocket("/api/v1/stream", {{"Authorization", "Bearer " + desk.token_of("rui")}}).status == 101);
  again.send_text(R"({"last_seq":)" + std::to_string(start.at("seq").as_int64()) + "}");
  CHECK(next(again).at("seq") == start.at("seq"));
  CHECK(next(again) == created);
}

TEST_CASE("a stream opens only with a good credential and ends with it") {
  ServedDesk desk;
  const auto open = [&](const ClientHeaders& headers) {
    TlsClient client{desk.door()};
    return client.open_websocket("/api/v1/stream", headers).status;
  };
  CHECK(open({}) == 403);  // a browser names where it comes from, a program who it is
  CHECK(open({{"Origin", "https://localhost:" + std::to_string(desk.server.port())}}) == 401);
  CHECK(open({{"Authorization", "Bearer dkt_wrong"}}) == 401);
  CHECK(open({{"Authorization", "Bearer " + desk.token_of("rui")}, {"Origin", "https://evil.example"}}) == 403);

  const auto made = desk.call("boss", "POST", "/api/v1/tokens", R"({"name":"board","scopes":["ticket_read"]})");
  REQUIRE(made.status == 201);
  TlsClient board{desk.door()};
  const auto secret = made.text("secret");
  REQUIRE(board.open_websocket("/api/v1/stream", {{"Authorization", "Bearer " + secret}}).status == 101);
  board.send_text("{}");
  next(board);
  const auto revoke = "/api/v1/tokens/" + std::to_string(made.json().at("token").at("id").as_int64());
  REQUIRE(desk.call("boss", "DELETE", revoke).status == 204);
  CHECK_FALSE(board.receive_text());
  CHECK(board.close_code() == 4401);
}
