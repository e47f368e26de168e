// SPDX-License-Identifier: Apache-2.0
// WebSockets over real TLS: opening, echo, order, limits, pings, slow readers, stopping.
#include <thread>

#include "support/catch.hpp"
#include "support/door.hpp"

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

namespace {

const std::string path = "/api/v1/stream";

TlsClient open(Door& door) {
  TlsClient client = door.connect();
  const ClientResponse response = client.open_websocket(path, {{"Origin", door.origin()}});
  if (response.status != 101) throw std::runtime_error("not opened: " + std::to_string(response.status));
  return client;
}

}  // namespace

TEST_CASE("a stream opens, echoes and closes") {
  Door door;
  TlsClient client = door.connect();
  const ClientResponse opened = client.open_websocket(path, {{"Origin", door.origin()}});
  REQUIRE(opened.status == 101);
  CHECK(opened.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK_FALSE(opened.header("x-request-id").empty());
  for (const std::string& text : {std::string("hello"), std::string("工单"), std::string(), std::string(60'000, 'x')}) {
    client.send_text(text);
    CHECK(client.receive_text() == text);
  }
  CHECK(door.server().counters().streams_open == 1);
  door.program().senders().front().close(1000);
  CHECK_FALSE(client.receive_text());
  CHECK(client.close_code() == 1000);
  CHECK(client.ended());
  CHECK(eventually([&] { return door.program().streams_closed() == 1; }));
  CHECK(eventually([&] { return door.server().counters().connections_open == 0; }));
  CHECK(door.server().counters().streams_open == 0);
  CHECK_FALSE(door.program().senders().front().send(std::string("too late")));
}

TEST_CASE("a refused stream is an ordinary answer") {
  Door door;
  TlsClient client = door.connect();
  CHECK(client.open_websocket(path + "?refuse", {{"Origin", door.origin()}}).status == 401);
  CHECK(client.request("GET", "/echo").status == 200);
  TlsClient foreign = door.connect();
  CHECK(foreign.open_websocket(path, {{"Origin", "https://elsewhere"}}).status == 403);
  CHECK(foreign.ended());
}

TEST_CASE("messages from many threads arrive whole, those of one thread in order") {
  Door door;
  TlsClient client = open(door);
  client.send_text("ready");
  CHECK(client.receive_text() == "ready");
  const http::StreamSender sender = door.program().senders().front();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([sender, thread] {
      for (int i = 0; i < 200; ++i) sender.send(std::to_string(thread) + ":" + std::to_string(i));
    });
  }
  std::vector<int> next(4, 0);
  for (int i = 0; i < 800; ++i) {
    const auto text = client.receive_text();
    REQUIRE(text);
    const auto thread = static_cast<std::size_t>((*text)[0] - '0');
    CHECK(text->substr(2) == std::to_string(next[thread]++));
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("a client that does not read is dropped and holds nobody up") {
  Door door;
  TlsClient slow = open(door);
  CHECK(eventually([&] { return door.program().senders().size() == 1; }));
  TlsClient quick = open(door);
  quick.send_text("ready");
  CHECK(quick.receive_text() == "ready");
  CHECK(eventually([&] { return door.program().senders().size() == 2; }));
  auto senders = door.program().senders();
  const auto text = std::make_shared<const std::string>(60'000, 'x');
  bool open_still = true;
  for (int i = 0; i < 2000 && open_still; ++i) open_still = senders[0].send(text);
  CHECK_FALSE(open_still);
  CHECK(eventually([&] { return door.server().counters().streams_dropped == 1; }));
  quick.send_text("still here");
  CHECK(quick.receive_text() == "still here");
  CHECK(eventually([&] { return door.program().streams_closed() == 1; }));
}

TEST_CASE("a message over the limit, binary ones and faults of the program close the stream") {
  Door door([](http::ServerOptions& options) { options.stream.max_message_bytes = 100; });
  TlsClient large = open(door);
  large.send_text(std::string(101, 'x'));
  CHECK_FALSE(large.receive_text());
  CHECK(large.close_code() == 1009);
  TlsClient binary = open(door);
  binary.send(std::string_view("\x82\x81\0\0\0\0x", 7));
  CHECK_FALSE(binary.receive_text());
  CHECK(binary.close_code() == 1003);
  TlsClient unmasked = open(door);
  unmasked.send(std::string_view("\x81\x01x", 3));
  CHECK_FALSE(unmasked.receive_text());
  CHECK(unmasked.close_code() == 1002);
  TlsClient broken = open(door);
  broken.send(std::string_view("\x81\x81\0\0\0\0\xff", 7));
  CHECK_FALSE(broken.receive_text());
  CHECK(broken.close_code() == 1007);
  TlsClient faulty = open(door);
  faulty.send_text("throw");
  CHECK_FALSE(faulty.receive_text());
  CHECK(faulty.close_code() == 1011);
  CHECK(eventually([&] { return door.server().counters().streams_open == 0; }));
}

TEST_CASE("silence ends a stream, answers to pings keep it") {
  CHECK(with_patience([](auto patience) {
    Door door([&](http::ServerOptions& options) { options.stream.idle = 2 * patience; });
    TlsClient lively = open(door);
    TlsClient silent = open(door);
    if (!eventually([&] { return door.program().senders().size() == 2; })) return false;
    bool silent_ended = false;
    std::jthread prompter([&] {
      // The lively client answers pings while it waits for this.
      silent_ended = eventually([&] { return door.program().streams_closed() > 0; });
      for (const http::StreamSender& sender : door.program().senders()) sender.send(std::string("still there"));
    });
    const auto heard = lively.receive_text();
    prompter.join();
    return heard == "still there" && silent_ended;
  }));
}

TEST_CASE("stopping tells open streams that the server goes away") {
  Door door;
  TlsClient client = open(door);
  std::thread stopper([&] { door.server().stop(60s); });
  CHECK_FALSE(client.receive_text());
  CHECK(client.close_code() == 1001);
  stopper.join();
  CHECK(door.program().streams_closed() == 1);
}
