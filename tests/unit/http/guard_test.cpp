// SPDX-License-Identifier: Apache-2.0
#include "http/guard.hpp"

#include <algorithm>
#include <random>

#include "support/catch.hpp"
#include "support/http_corpus.hpp"
#include "support/seed.hpp"

using namespace docket;
using namespace docket::http;
using namespace docket::test;

namespace {

GuardRules rules() {
  GuardRules made;
  made.server_names = {"localhost", "127.0.0.1", "::1"};
  made.stream_path = "/api/v1/stream";
  return made;
}

/// What a server would do with the bytes: find the head, judge it.
Result<Head> read(const std::string& bytes) {
  HeadScanner scanner;
  auto end = scanner.scan(bytes, rules());
  if (!end) return std::unexpected(end.error());
  if (!*end) return fail(ErrorCode::request_timeout, "incomplete");
  return judge(std::string_view(bytes).substr(0, **end), rules());
}

Head accepted(const std::string& bytes) {
  auto head = read(bytes);
  INFO(bytes << (head ? "" : head.error().detail));
  REQUIRE(head);
  return *head;
}

}  // namespace

TEST_CASE("the guard refuses every malformed message with the right status") {
  const auto corpus = malformed_messages();
  CHECK(corpus.size() >= 200);
  for (const CorpusMessage& message : corpus) {
    INFO(message.name);
    const auto head = read(message.bytes);
    if (!message.judged) {
      CHECK(head);
      continue;
    }
    REQUIRE_FALSE(head);
    CHECK(info(head.error().code).http_status == message.status);
    CHECK_FALSE(head.error().detail.empty());
  }
}

TEST_CASE("the guard lets every plain message pass") {
  for (const CorpusMessage& message : plain_messages()) {
    const auto head = read(message.bytes);
    INFO(message.name << ": " << (head ? "" : head.error().detail));
    CHECK(head);
  }
}

TEST_CASE("a head that arrives byte by byte is judged like a whole one") {
  for (const bool malformed : {true, false}) {
    for (const CorpusMessage& message : malformed ? malformed_messages() : plain_messages()) {
      INFO(message.name);
      HeadScanner whole;
      const auto expected = whole.scan(message.bytes, rules());
      HeadScanner slow;
      Result<std::optional<std::size_t>> end = std::optional<std::size_t>();
      for (std::size_t size = 1; size <= message.bytes.size() && end && !*end; ++size) {
        end = slow.scan(std::string_view(message.bytes).substr(0, size), rules());
      }
      REQUIRE(end.has_value() == expected.has_value());
      if (end) CHECK(*end == *expected);
      if (!end) CHECK(end.error().code == expected.error().code);
    }
  }
}

TEST_CASE("an accepted head says what was sent") {
  const Head head = accepted(
      "POST /api/%E5%B7%A5%20x?a=%20b HTTP/1.1\r\nHost: LOCALHOST:8443\r\nX-One:  two  \r\nContent-Length: 12\r\n"
      "Expect: 100-CONTINUE\r\nConnection: keep-alive, close\r\n\r\nrest");
  CHECK(head.method == Method::post);
  CHECK(head.path == "/api/工 x");
  CHECK(head.query == "a=%20b");
  CHECK(head.header("x-one") == "two");
  CHECK(head.header("none").empty());
  CHECK(head.content_length == 12);
  CHECK(head.expects_continue);
  CHECK_FALSE(head.keep_alive);
  CHECK_FALSE(head.upgrade);
  CHECK(accepted("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").keep_alive);
  CHECK_FALSE(accepted("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n").expects_continue);
}

TEST_CASE("a WebSocket may be opened by a page of the server or by a program with a token") {
  const std::string opening =
      "GET /api/v1/stream?last_seq=5 HTTP/1.1\r\nHost: localhost:8443\r\nUpgrade: WebSocket\r\nConnection: keep-alive, "
      "Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const Head page = accepted(opening + "Origin: https://localhost:8443\r\n\r\n");
  CHECK(page.upgrade);
  CHECK(page.query == "last_seq=5");
  CHECK(accepted(opening + "Authorization: Bearer x\r\n\r\n").upgrade);
  CHECK_FALSE(read(opening + "Authorization: Bearer x\r\nOrigin: https://elsewhere\r\n\r\n"));
  CHECK_FALSE(read(opening + "\r\n"));

  const std::string default_port =
      "GET /api/v1/stream HTTP/1.1\r\nHost: localhost:443\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://localhost\r\n\r\n";
  CHECK(accepted(default_port).upgrade);
}

TEST_CASE("a refused method names those that there are") {
  const auto head = read("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  REQUIRE_FALSE(head);
  CHECK(head.error().allowed.size() == 6);
}

TEST_CASE("judge refuses bytes that are not exactly one head") {
  CHECK_FALSE(judge("GET / HTTP/1.1\r\nHost: localhost\r\n", rules()));
  CHECK_FALSE(judge("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nx", rules()));
  CHECK_FALSE(judge("", rules()));
  CHECK(judge("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", rules()));
}

TEST_CASE("whatever mutation of a plain head is accepted, is still plain") {
  const auto seed = test::seed_or(20'260'601);
  INFO("DOCKET_SEED=" << seed);
  std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const auto corpus = plain_messages();
  const std::string alphabet = "\r\n\t :/%.,;-_azAZ019\x00\x7f\x80\xff?#\\\"" + std::string(1, '\0');
  int accepted_count = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string bytes = corpus[below(corpus.size())].bytes;
    if (bytes.size() > 1000) continue;
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(bytes.size());
      const std::size_t length = std::min(bytes.size() - at, 1 + below(8));
      switch (below(4)) {
        case 0:
          bytes[at] = alphabet[below(alphabet.size())];
          break;
        case 1:
          bytes.insert(at, 1, alphabet[below(alphabet.size())]);
          break;
        case 2:
          bytes.erase(at, length);
          break;
        default:
          bytes.insert(at, bytes.substr(below(bytes.size()), length));
          break;
      }
      if (bytes.empty()) bytes = "x";
    }
    const auto head = read(bytes);
    if (!head) continue;
    ++accepted_count;
    CAPTURE(bytes);
    // Looked at from outside, with other means than the guard's.
    const std::string text = bytes.substr(0, bytes.find("\r\n\r\n", 2) + 4);
    std::string lowered = text;
    for (char& c : lowered) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const auto fields_named = [&](const std::string& name) {
      std::size_t count = 0;
      for (std::size_t at = lowered.find("\r\n" + name + ":"); at != std::string::npos;
           at = lowered.find("\r\n" + name + ":", at + 1)) {
        ++count;
      }
      return count;
    };
    REQUIRE(head->path.starts_with('/'));
    REQUIRE(head->path.find("/../") == std::string::npos);
    REQUIRE(std::ranges::none_of(head->path, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F || c == '\\'; }));
    REQUIRE(fields_named("host") == 1);
    REQUIRE(fields_named("transfer-encoding") == 0);
    REQUIRE(fields_named("content-length") <= 1);
    REQUIRE(text.find(" HTTP/1.1\r\n") != std::string::npos);
    REQUIRE(std::ranges::count(text, '\n') == std::ranges::count(text, '\r'));
    const bool takes_body =
        head->method == Method::post || head->method == Method::put || head->method == Method::patch;
    REQUIRE(fields_named("content-length") >= (takes_body ? 1U : 0U));
    REQUIRE((takes_body || head->content_length == 0));
  }
  CHECK(accepted_count > 1000);
}
