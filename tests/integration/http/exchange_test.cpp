// SPDX-License-Identifier: Apache-2.0
// Requests and answers over real TLS: what every answer carries, order, bodies of all sizes, programs that misbehave.
#include <filesystem>
#include <mutex>
#include <thread>

#include "support/catch.hpp"
#include "support/door.hpp"

using namespace docket;
using namespace docket::test;

TEST_CASE("a connection serves one request after another") {
  Door door;
  TlsClient client = door.connect();
  for (int i = 0; i < 20; ++i) {
    const ClientResponse response = client.request("POST", "/echo?x=1", {}, "hello " + std::to_string(i));
    REQUIRE(response.status == 200);
    REQUIRE(response.body == "hello " + std::to_string(i));
  }
  CHECK(door.server().counters().handshakes == 1);
  CHECK(door.server().counters().requests == 20);
  CHECK(eventually([&] { return door.server().counters().responses[2] == 20; }));
  CHECK(door.program().last().query == "x=1");
  CHECK(door.program().last().remote_address == "127.0.0.1");
}

TEST_CASE("every answer carries the security headers, problems too") {
  Door door;
  TlsClient client = door.connect();
  for (const char* path : {"/echo", "/nowhere", "/silent", "/empty"}) {
    const ClientResponse response = client.request("GET", path);
    INFO(path);
    CHECK(response.header("strict-transport-security") == "max-age=63072000");
    CHECK(response.header("x-content-type-options") == "nosniff");
    CHECK(response.header("referrer-policy") == "no-referrer");
    CHECK(response.header("cross-origin-resource-policy") == "same-origin");
    CHECK(response.header("cross-origin-opener-policy") == "same-origin");
    CHECK(response.header("cache-control") == "no-store");
    CHECK(response.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'");
    CHECK(response.header("date").size() == 29);
    CHECK_FALSE(response.header("x-request-id").empty());
  }
  CHECK(client.request("GET", "/cached").header("cache-control") == "max-age=60");
}

TEST_CASE("pipelined requests are answered in order, one at a time") {
  Door door;
  TlsClient client = door.connect();
  client.send(client.render("GET", "/later") + client.render("POST", "/echo", {}, "second") +
              client.render("GET", "/later") + client.render("POST", "/echo", {}, "fourth"));
  auto first = door.program().take_later(1);
  CHECK(door.program().seen().size() == 1);
  http::Response answer;
  answer.body = "first";
  first.front()(answer);
  CHECK(client.receive()->body == "first");
  CHECK(client.receive()->body == "second");
  auto third = door.program().take_later(1);
  answer.body = "third";
  third.front()(answer);
  CHECK(client.receive()->body == "third");
  CHECK(client.receive()->body == "fourth");
}

TEST_CASE("HEAD tells the length and sends no body") {
  Door door;
  TlsClient client = door.connect();
  const ClientResponse head = client.request("HEAD", "/big");
  CHECK(head.header("content-length") == std::to_string(4 * 1024 * 1024));
  CHECK(head.body.empty());
  CHECK(client.request("HEAD", "/file").header("content-length") == std::to_string(1024 * 1024));
  CHECK(client.request("GET", "/file").body == std::string(1024 * 1024, 'f'));
  CHECK(client.request("GET", "/big").body == std::string(4 * 1024 * 1024, 'b'));
  CHECK(client.request("GET", "/empty").header("content-length").empty());
}

TEST_CASE("a client that expects 100 gets it before the body and an answer after") {
  Door door;
  TlsClient client = door.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.receive()->status == 100);
  client.send("body");
  CHECK(client.receive()->body == "body");

  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.receive()->status == 413);
  CHECK(client.ended());
}

TEST_CASE("an upload becomes a private file that goes away with its request") {
  Door door;
  const auto uploads = [&] {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(door.directory())) {
      if (entry.path().filename().string().starts_with("upload-")) ++count;
    }
    return count;
  };
  {
    TlsClient client = door.connect();
    const ClientResponse response = client.request("PUT", "/upload", {}, std::string(20 * 1024 * 1024, 'u'));
    CHECK(response.body == std::to_string(20 * 1024 * 1024) + " uuuuuuuu");
    CHECK(uploads() == 1);  // the program still holds its last request
    const auto mode = std::filesystem::status(door.program().last().body_file).permissions();
    CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(client.request("GET", "/echo").status == 200);
    CHECK(uploads() == 0);

    client.send("PUT /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf");
    CHECK(eventually([&] { return uploads() == 1; }));
  }
  CHECK(eventually([&] { return uploads() == 0; }));
}

TEST_CASE("a body beyond its limit is refused before it is read") {
  Door door;
  TlsClient client = door.connect();
  const ClientResponse response = client.request("POST", "/echo", {}, std::string(1024 * 1024 + 1, 'x'));
  CHECK(response.status == 413);
  CHECK(response.header("connection") == "close");
  CHECK(response.header("content-type") == "application/problem+json");
  CHECK(response.body.find("\"code\":\"too_large\"") != std::string::npos);
  CHECK(client.ended());
  CHECK(door.program().seen().empty());
  TlsClient exact = door.connect();
  CHECK(exact.request("POST", "/echo", {}, std::string(1024 * 1024, 'x')).status == 200);
}

TEST_CASE("all large bodies together have so much room in memory, and small ones come in all the same") {
  Door door([](http::ServerOptions& options) { options.max_body_bytes = 600 * 1024; });
  const auto large = std::string(512 * 1024, 'x');
  TlsClient first = door.connect();
  const auto whole = first.render("POST", "/echo", {}, large);
  first.send(whole.substr(0, whole.size() - 1));
  CHECK(eventually([&] { return door.server().counters().bytes_in >= 512 * 1024 - 1; }));
  TlsClient second = door.connect();
  const auto refused = second.request("POST", "/echo", {}, large);
  CHECK(refused.status == 503);
  CHECK(refused.body.find("detail_zh") != std::string::npos);
  TlsClient third = door.connect();
  CHECK(third.request("POST", "/echo", {}, std::string(16 * 1024, 'x')).status == 200);
  first.send(whole.substr(whole.size() - 1));
  CHECK(first.receive()->status == 200);
  // What the first had is free again, at the latest when its next request is answered.
  CHECK(first.request("POST", "/echo", {}, "small").status == 200);
  TlsClient fourth = door.connect();
  CHECK(fourth.request("POST", "/echo", {}, large).status == 200);
}

TEST_CASE("a program that throws or forgets to answer gives a 500 and keeps the connection") {
  Door door;
  TlsClient client = door.connect();
  for (const char* path : {"/silent", "/throw", "/throw-early", "/injected", "/lost-file"}) {
    INFO(path);
    const ClientResponse response = client.request("GET", path);
    CHECK(response.status == 500);
    CHECK(response.body.find("\"code\":\"internal\"") != std::string::npos);
    CHECK(response.body.find("as asked") == std::string::npos);
    CHECK(response.header("set-cookie").empty());
  }
  CHECK(client.request("POST", "/echo", {}, "still here").body == "still here");
}

TEST_CASE("an answer may come from any thread, also after its client or its server has gone") {
  auto door = std::make_unique<Door>();
  {
    TlsClient client = door->connect();
    client.send(client.render("GET", "/later"));
    auto owed = door->program().take_later(1);
    http::Response answer;
    answer.body = "from afar";
    std::thread([&] { owed.front()(answer); }).join();
    CHECK(client.receive()->body == "from afar");
  }
  std::vector<http::Respond> client_gone;
  {
    TlsClient client = door->connect();
    client.send(client.render("GET", "/later"));
    client_gone = door->program().take_later(1);
  }
  client_gone.front()(http::Response());
  TlsClient client = door->connect();
  client.send(client.render("GET", "/later"));
  auto server_gone = door->program().take_later(1);
  door.reset();
  CHECK(client.ended());
  server_gone.front()(http::Response());
}

TEST_CASE("a client that says close is answered and left") {
  Door door;
  TlsClient client = door.connect();
  const ClientResponse response = client.request("GET", "/echo", {{"Connection", "close"}});
  CHECK(response.status == 200);
  CHECK(response.header("connection") == "close");
  CHECK(client.ended());
  TlsClient half = door.connect();
  half.send(half.render("POST", "/echo", {}, "last words"));
  half.shut_write();
  CHECK(half.receive()->body == "last words");
  CHECK(half.ended());
}

TEST_CASE("a trusted proxy tells the client's address, nobody else does") {
  const ClientHeaders told{{"X-Forwarded-For", "203.0.113.9, 198.51.100.7"}, {"X-Forwarded-Proto", "http"}};
  {
    Door door;
    TlsClient client = door.connect();
    client.request("GET", "/echo", told);
    CHECK(door.program().last().remote_address == "127.0.0.1");
    CHECK(door.program().last().header("x-forwarded-for").empty());
  }
  Door door([](http::ServerOptions& options) { options.trusted_proxies = {"127.0.0.1", "198.51.100.0/24"}; });
  TlsClient client = door.connect();
  client.request("GET", "/echo", told);
  CHECK(door.program().last().remote_address == "203.0.113.9");
  CHECK(door.program().last().header("x-forwarded-proto").empty());
}

TEST_CASE("the access log has one line a request, refused ones included, and no query") {
  std::mutex mutex;
  std::vector<std::string> lines;
  Door door([&](http::ServerOptions& options) {
    options.access_log = [&](const http::AccessRecord& record) {
      const std::lock_guard lock(mutex);
      // Catch2 asserts on the main thread only: what is wrong shows in the line.
      const bool whole = record.total.count() > 0 && record.bytes_out > 300 && !record.request_id.empty();
      lines.push_back((whole ? "" : "incomplete ") + std::string(record.method) + " " + std::string(record.path) + " " +
                      std::to_string(record.status) + " " + std::to_string(record.bytes_in) + " " +
                      std::string(record.remote_address));
    };
  });
  {
    TlsClient client = door.connect();
    client.request("POST", "/echo?secret=1", {}, "hello");
    client.request("GET", "/nowhere");
    client.send("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.receive()->header("allow") == "GET, HEAD, POST, PUT, PATCH, DELETE");
    CHECK(client.ended());
  }
  const std::lock_guard lock(mutex);
  CHECK(lines ==
        std::vector<std::string>{"POST /echo 200 5 127.0.0.1", "GET /nowhere 404 0 127.0.0.1", "  405 0 127.0.0.1"});
  CHECK(door.server().counters().requests == 2);
  CHECK(door.server().counters().requests_refused == 1);
}
