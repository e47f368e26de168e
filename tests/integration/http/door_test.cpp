// SPDX-License-Identifier: Apache-2.0
// The door under strain: deadlines, slow clients, caps, no descriptors left, stopping in mid-traffic, new certificates.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.hpp"
#include "http/certificate.hpp"
#include "http/tls_identity.hpp"
#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/http_corpus.hpp"

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

namespace {

const std::string half_head = "GET /echo HTTP/1.1\r\nHost: localhost\r\nX-";

/// Impatient in one thing only.
Door door_with(std::chrono::milliseconds http::ServerOptions::*wait, std::chrono::milliseconds patience) {
  return Door([&](http::ServerOptions& options) {
    options.*wait = patience;
    options.min_bytes_per_second = 1024 * 1024 * 1024;
  });
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_empty(Door& door) {
  return eventually([&] { return door.server().counters().connections_open == 0; });
}

}  // namespace

TEST_CASE("every malformed message is answered once, and its connection closed") {
  Door door;
  for (const CorpusMessage& message : malformed_messages()) {
    INFO(message.name);
    TlsClient client = door.connect();
    client.send(message.bytes + "GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto response = client.receive();
    REQUIRE(response);
    CHECK(response->status == message.status);
    CHECK(response->header("connection") == "close");
    CHECK(response->header("content-type") == "application/problem+json");
    CHECK(client.ended());
  }
  CHECK(door.program().seen().empty());
}

TEST_CASE("every plain message is answered, and the next request with it") {
  Door door;
  for (const CorpusMessage& message : plain_messages()) {
    INFO(message.name);
    TlsClient client = door.connect();
    const std::size_t before = door.program().seen().size();
    client.send(message.bytes + "GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.receive(message.bytes.starts_with("HEAD"))->status == 200);
    CHECK(client.receive()->status == 200);
    CHECK(door.program().seen().size() == before + 2);
  }
}

TEST_CASE("each wait for a client ends") {
  using Options = http::ServerOptions;
  SECTION("handshake") {
    CHECK(with_patience([](auto patience) {
      Door door = door_with(&Options::handshake_deadline, patience);
      ClientOptions plain = door.client();
      plain.tls = false;
      TlsClient silent(plain);
      TlsClient half(plain);
      half.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
      return silent.ended() && half.ended() && door.server().counters().handshakes_failed == 2 && is_empty(door);
    }));
  }
  SECTION("first head") {
    CHECK(with_patience([](auto patience) {
      Door door = door_with(&Options::head_deadline, patience);
      return door.connect().ended() && is_empty(door);
    }));
  }
  SECTION("rest of a head") {
    CHECK(with_patience([](auto patience) {
      Door door = door_with(&Options::head_deadline, patience);
      TlsClient client = door.connect();
      client.send(half_head);
      const auto response = client.receive();
      return response && response->status == 408 && client.ended() && door.server().counters().timeouts == 1 && is_empty(door);
    }));
  }
  SECTION("body") {
    CHECK(with_patience([](auto patience) {
      Door door = door_with(&Options::body_deadline, patience);
      TlsClient client = door.connect();
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
      const auto response = client.receive();
      return response && response->status == 408 && client.ended() && is_empty(door);
    }));
  }
  SECTION("answer of the program") {
    CHECK(with_patience([](auto patience) {
      Door door = door_with(&Options::answer_deadline, patience);
      TlsClient client = door.connect();
      const ClientResponse response = client.request("GET", "/later");
      auto late = door.program().take_later(1);
      late.front()(http::Response());
      return response.status == 503 && response.header("retry-after") == "5" && client.ended() && is_empty(door);
    }));
  }
  SECTION("reader of an answer") {
    CHECK(with_patience([](auto patience) {
      Door door = door_with(&Options::write_deadline, patience);
      TlsClient client = door.connect();
      for (int i = 0; i < 10; ++i) client.send(client.render("GET", "/big"));
      return eventually([&] { return door.server().counters().timeouts == 1; }) && is_empty(door);
    }));
  }
  SECTION("next request") {
    CHECK(with_patience([](auto patience) {
      Door door = door_with(&Options::idle_timeout, patience);
      TlsClient client = door.connect();
      return client.request("GET", "/echo").status == 200 && client.ended() && door.server().counters().timeouts == 0 && is_empty(door);
    }));
  }
}

TEST_CASE("a deadline is for the whole, not for each byte") {
  CHECK(with_patience([](auto patience) {
    Door door = door_with(&http::ServerOptions::head_deadline, patience);
    const http::Counters& counters = door.server().counters();
    TlsClient client = door.connect();
    client.send(half_head);
    const auto begin = std::chrono::steady_clock::now();
    // A byte each millisecond: never silent for long, and yet the head is never complete.
    try {
      for (auto next = begin; counters.timeouts == 0 && next < begin + 10 * patience; next += 1ms) {
        while (std::chrono::steady_clock::now() < next) std::this_thread::yield();
        client.send("x");
      }
    } catch (const std::runtime_error&) {
      // Cut off in the middle of it.
    }
    return counters.timeouts == 1 && is_empty(door);
  }));
}

TEST_CASE("slow clients do not delay the others") {
  Door door([](http::ServerOptions& options) {
    // They stay as long as they are wanted here: whoever waited for one of them would wait longer than the client does.
    for (auto* wait : {&options.handshake_deadline, &options.head_deadline, &options.body_deadline, &options.write_deadline})
      *wait = 1h;
  });
  std::vector<TlsClient> slow;
  ClientOptions plain = door.client();
  plain.tls = false;
  for (int i = 0; i < 50; ++i) {
    slow.emplace_back(plain);
    slow.push_back(door.connect());
    slow.back().send(half_head);
    slow.push_back(door.connect());
    slow.back().send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx");
    slow.push_back(door.connect());
    slow.back().send(slow.back().render("GET", "/big") + slow.back().render("GET", "/big"));
  }
  TlsClient client = door.connect();
  for (int i = 0; i < 100; ++i) REQUIRE(client.request("GET", "/echo").status == 200);
}

TEST_CASE("one address may hold so many connections, all together so many") {
  Door door([](http::ServerOptions& options) {
    options.max_connections = 6;
    options.max_connections_per_address = 3;
    options.uncapped_addresses = {"127.0.0.9"};
  });
  ClientOptions options = door.client();
  std::vector<TlsClient> open;
  for (int i = 0; i < 3; ++i) open.emplace_back(options);
  CHECK_THROWS(TlsClient(options));
  options.source_address = "127.0.0.2";
  open.emplace_back(options);
  options.source_address = "127.0.0.9";
  for (int i = 0; i < 2; ++i) open.emplace_back(options);
  CHECK_THROWS(TlsClient(options));
  CHECK(door.server().counters().connections_refused == 2);
  open.clear();
  CHECK(eventually([&] { return door.server().counters().connections_open == 0; }));
  CHECK(TlsClient(options).request("GET", "/echo").status == 200);
}

TEST_CASE("without descriptors the acceptor pauses, and goes on when there are some again") {
  Door door;
  std::vector<TlsClient> open;
  for (int i = 0; i < 5; ++i) open.push_back(door.connect());
  rlimit saved{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &saved) == 0);
  // Client and server share the limit: each connection costs two descriptors, so some number of them fits no more.
  rlimit tight = saved;
  tight.rlim_cur = 256;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  const http::Counters& counters = door.server().counters();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<int> fillers;
  for (int filler = ::dup(0); filler >= 0; filler = ::dup(0)) fillers.push_back(filler);
  ::close(fillers.back());  // one for the client, none for the server
  fillers.pop_back();
  CHECK_THROWS(door.connect());
  CHECK(eventually([&] { return counters.accept_pauses > 0; }));
  CHECK(counters.connections_refused > 0);
  // It does not spin: a tenth of a second for each.
  const auto pauses = counters.accept_pauses.load();
  CHECK(pauses <= static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin) / 100ms) + 1);
  for (TlsClient& client : open) CHECK(client.request("GET", "/echo").status == 200);
  for (const int filler : fillers) ::close(filler);
  CHECK(::setrlimit(RLIMIT_NOFILE, &saved) == 0);
  CHECK(door.connect().request("GET", "/echo").status == 200);
}

TEST_CASE("stopping closes the idle at once and lets the others finish") {
  Door door;
  TlsClient idle = door.connect();
  CHECK(idle.request("GET", "/echo").status == 200);
  TlsClient busy = door.connect();
  busy.send(busy.render("GET", "/later") + busy.render("GET", "/echo"));
  auto owed = door.program().take_later(1);
  std::thread stopper([&] { door.server().stop(60s); });
  CHECK(idle.ended());
  CHECK(eventually([&] {
    try {
      door.connect();
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  }));
  http::Response answer;
  answer.body = "finished";
  owed.front()(answer);
  const auto response = busy.receive();
  REQUIRE(response);
  CHECK(response->body == "finished");
  CHECK(response->header("connection") == "close");
  CHECK(busy.ended());
  stopper.join();
  CHECK(door.server().counters().connections_open == 0);
}

TEST_CASE("half-open handshakes do not hold up a stop") {
  Door door;
  ClientOptions plain = door.client();
  plain.tls = false;
  TlsClient silent(plain);
  TlsClient half(plain);
  half.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  CHECK(eventually([&] { return door.server().counters().connections_open == 2; }));
  const auto begin = std::chrono::steady_clock::now();
  door.server().stop(180s);
  CHECK(std::chrono::steady_clock::now() - begin < 90s);
}

TEST_CASE("a client with many requests on the way leaves room for others") {
  Door door([](http::ServerOptions& options) { options.io_threads = 1; });
  TlsClient greedy = door.connect();
  TlsClient other = door.connect();
  std::string many;
  for (int i = 0; i < 300; ++i) many += greedy.render("GET", "/empty");
  // The other client must get in between in some round; in a single one it may come too late by itself.
  bool between = false;
  for (int round = 0; round < 200 && !between; ++round) {
    const std::size_t before = door.program().seen().size();
    greedy.send(many);
    REQUIRE(other.request("GET", "/echo").status == 200);
    for (int i = 0; i < 300; ++i) REQUIRE(greedy.receive()->status == 204);
    const auto seen = door.program().seen();
    const auto place = std::find(seen.begin() + static_cast<std::ptrdiff_t>(before), seen.end(), "GET /echo");
    between = place - seen.begin() > static_cast<std::ptrdiff_t>(before) && seen.end() - place > 50;
  }
  CHECK(between);
}

TEST_CASE("a second stop cuts what the first still waits for") {
  Door door;
  TlsClient busy = door.connect();
  busy.send(busy.render("GET", "/later"));
  auto owed = door.program().take_later(1);
  const auto begin = std::chrono::steady_clock::now();
  std::thread first([&] { door.server().stop(240s); });
  CHECK(eventually([&] {
    try {
      door.connect();
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  }));
  door.server().stop(0s);
  first.join();
  CHECK(std::chrono::steady_clock::now() - begin < 120s);
  CHECK(busy.ended());
}

TEST_CASE("stopping in mid-traffic loses no accepted request") {
  for (int round = 0; round < 3; ++round) {
    Door door;
    std::atomic<bool> wrong{false};
    std::atomic<int> answered{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        try {
          TlsClient client = door.connect();
          while (true) {
            client.send(client.render("POST", "/echo", {}, "traffic"));
            const auto response = client.receive();
            if (!response) return;  // closed between two requests
            if (response->body != "traffic") wrong = true;
            ++answered;
            if (response->header("connection") == "close") return;
          }
        } catch (const std::runtime_error&) {
          // The connection went while the next request was on its way to the server.
        }
      });
    }
    CHECK(eventually([&] { return answered > 50; }));
    door.server().stop(60s);
    for (std::thread& client : clients) client.join();
    CHECK_FALSE(wrong);
    CHECK(static_cast<std::size_t>(answered) == door.program().seen().size());
  }
}

TEST_CASE("a new certificate serves new connections, a faulty one changes nothing") {
  Door door;
  TlsClient before = door.connect();
  TemporaryDirectory other;
  const auto identity = http::ensure_local_identity(other.path().string(), {}, SystemClock{}.now());
  REQUIRE(identity);
  const auto fresh = http::read_tls_keys(identity->certificate, identity->key);
  REQUIRE(fresh);
  http::TlsKeys mixed = *fresh;
  mixed.certificate_pem =
      http::read_tls_keys(door.directory() + "/server.pem", door.directory() + "/server.key")->certificate_pem;
  const auto refused = door.server().reload_tls(mixed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("does not belong") != std::string::npos);
  CHECK_FALSE(door.server().reload_tls(http::TlsKeys{}));
  CHECK(door.connect().request("GET", "/echo").status == 200);

  CHECK(door.server().reload_tls(*fresh));
  CHECK_THROWS(door.connect());
  ClientOptions options = door.client();
  options.ca_file = identity->ca_certificate;
  CHECK(TlsClient(options).request("GET", "/echo").status == 200);
  CHECK(before.request("GET", "/echo").status == 200);
}

TEST_CASE("an identity is made once, renewed in time, and good for its names only") {
  TemporaryDirectory place;
  const std::string directory = place.path().string();
  const Time now = SystemClock{}.now();
  const auto first = http::ensure_local_identity(directory, {"desk.example", "192.0.2.1"}, now);
  REQUIRE(first);
  CHECK(first->changed);
  for (const char* secret : {"ca.key", "server.key"}) {
    CHECK(std::filesystem::status(place.path() / secret).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  }
  CHECK_FALSE(http::ensure_local_identity(directory, {"desk.example"}, now)->changed);
  CHECK(http::ensure_local_identity(directory, {"desk.example"}, now + std::chrono::days(380))->changed);
  const auto foreign = http::ensure_local_identity(directory, {"bank.example"}, now);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().detail.find("other names") != std::string::npos);
  CHECK_FALSE(http::ensure_local_identity(directory, {"a,DNS:bank.example"}, now));

  std::filesystem::permissions(first->key, std::filesystem::perms::all);
  CHECK_FALSE(http::read_tls_keys(first->certificate, first->key));
  CHECK_FALSE(http::read_tls_keys(directory + "/none", first->key));
}

TEST_CASE("an authority of which half is missing is not replaced") {
  TemporaryDirectory place, aside;
  const std::string directory = place.path().string();
  const Time now = SystemClock{}.now();
  REQUIRE(http::ensure_local_identity(directory, {}, now));
  const auto authority = text_of(place.path() / "ca.pem");
  for (const char* half : {"ca.key", "ca.pem"}) {
    INFO(half);
    std::filesystem::rename(place.path() / half, aside.path() / half);
    // Nothing is needed of the key as long as the certificate is good.
    const auto good = http::ensure_local_identity(directory, {}, now);
    CHECK(good.has_value() == (std::string_view(half) == "ca.key"));
    for (const auto& refused : {http::ensure_local_identity(directory, {}, now + std::chrono::days(380)),
                                http::ensure_local_identity(directory, {"desk.example"}, now)}) {
      REQUIRE_FALSE(refused);
      CHECK(refused.error().detail.starts_with(directory + "/" + half + " is missing"));
    }
    const auto renewed = http::renew_local_identity(directory, now + std::chrono::days(380));
    REQUIRE_FALSE(renewed);
    CHECK(renewed.error().detail.starts_with(directory + "/" + half + " is missing"));
    std::filesystem::rename(aside.path() / half, place.path() / half);
  }
  CHECK(text_of(place.path() / "ca.pem") == authority);
  CHECK(http::ensure_local_identity(directory, {}, now + std::chrono::days(380))->changed);
  CHECK(text_of(place.path() / "ca.pem") == authority);
}

TEST_CASE("a certificate is renewed in its last thirty days, for the names that it has") {
  TemporaryDirectory place;
  const std::string directory = place.path().string();
  const Time now = SystemClock{}.now();
  CHECK_FALSE(http::renew_local_identity(directory, now).value());  // there is none
  REQUIRE(http::ensure_local_identity(directory, {"desk.example", "192.0.2.1", "2001:db8::1"}, now));
  const auto authority = text_of(place.path() / "ca.pem");
  const auto first = text_of(place.path() / "server.pem");
  CHECK_FALSE(http::renew_local_identity(directory, now + std::chrono::days(366)).value());
  CHECK(text_of(place.path() / "server.pem") == first);

  const auto later = now + std::chrono::days(380);
  CHECK(http::renew_local_identity(directory, later).value());
  const auto second = text_of(place.path() / "server.pem");
  CHECK(http::certificate_expiry(second).value() > later + std::chrono::days(395));
  CHECK_FALSE(http::ensure_local_identity(directory, {"desk.example", "192.0.2.1", "2001:db8::1"}, later)->changed);
  CHECK(text_of(place.path() / "ca.pem") == authority);
  CHECK(http::read_tls_keys(directory + "/server.pem", directory + "/server.key"));

  // Never past the authority's end; and where that is near, its admin is told instead.
  const auto ends = http::certificate_expiry(authority).value();
  CHECK(http::renew_local_identity(directory, ends - std::chrono::days(100)).value());
  CHECK(http::certificate_expiry(text_of(place.path() / "server.pem")).value() <= ends);
  const auto made_anew = http::ensure_local_identity(directory, {}, ends - std::chrono::days(90));
  CHECK(made_anew->changed);  // the authority too
  CHECK_FALSE(http::ensure_local_identity(directory, {"desk.example"}, ends - std::chrono::days(90))->changed);
}

TEST_CASE("an authority that ends is not asked for certificates that end as soon") {
  TemporaryDirectory place;
  const std::string directory = place.path().string();
  const Time now = SystemClock{}.now();
  REQUIRE(http::ensure_local_identity(directory, {}, now));
  const auto ends = http::certificate_expiry(text_of(place.path() / "ca.pem")).value();
  CHECK(http::renew_local_identity(directory, ends - std::chrono::days(20)).value());
  const auto refused = http::renew_local_identity(directory, ends - std::chrono::days(10));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("ends itself") != std::string::npos);
}

TEST_CASE("what can not be served is said at start") {
  Program program("/tmp");
  http::ServerOptions options;
  options.address = "0.0.0.0";
  auto server = http::Server::start(options, program);
  REQUIRE_FALSE(server);
  CHECK(server.error().detail.find("loopback") != std::string::npos);
  options.address = "localhost";
  CHECK_FALSE(http::Server::start(options, program));
  options.address = "127.0.0.1";
  options.trusted_proxies = {"nonsense"};
  CHECK_FALSE(http::Server::start(options, program));
  options.trusted_proxies = {};
  options.upload_directory = "/nowhere/at/all";
  server = http::Server::start(options, program);
  REQUIRE_FALSE(server);
  CHECK(server.error().detail.find("/nowhere/at/all") != std::string::npos);
  options.upload_directory.clear();
  auto running = http::Server::start(options, program);
  REQUIRE(running);
  options.port = (*running)->port();
  server = http::Server::start(options, program);
  REQUIRE_FALSE(server);
  CHECK(server.error().detail.find("Address already in use") != std::string::npos);
}

TEST_CASE("plain HTTP is served on loopback, for health and metrics") {
  Door door([](http::ServerOptions& options) {
    options.tls.reset();
    options.io_threads = 1;
  });
  TlsClient client = door.connect();
  CHECK(client.request("POST", "/echo", {}, "plain").body == "plain");
  CHECK(client.request("GET", "/big").body.size() == 4 * 1024 * 1024);
  client.send(half_head + "\n\n");
  CHECK(client.receive()->status == 400);
  CHECK(client.ended());
}

TEST_CASE("IPv6 is served") {
  Door door([](http::ServerOptions& options) { options.address = "::1"; });
  ClientOptions options = door.client();
  options.host = "::1";
  CHECK(TlsClient(options).request("GET", "/echo").status == 200);
  CHECK(door.program().last().remote_address == "::1");
}
