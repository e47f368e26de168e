// SPDX-License-Identifier: Apache-2.0
// The way out by an HTTP proxy, with authorities of the company's own: what passes, what is refused, and in which words.
#include <sys/socket.h>

#include "connect_proxy.hpp"
#include "docket/plugin.h"
#include "plugin/egress.hpp"
#include "plugin_house.hpp"
#include "support/door.hpp"

using namespace docket;
using namespace docket::test;
using Manner = ConnectProxy::Manner;

namespace {

struct Exit {
  plugin::Spawner spawner{DOCKET_PROGRAM};
  plugin::Egress egress;
  std::vector<std::string> hosts{"*:*"};
  explicit Exit(std::string proxy, std::filesystem::path login = {}) : egress(spawner, {std::move(proxy), {}, std::move(login)}) {}

  plugin::EgressAnswer connect(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout = 60s) {
    plugin::EgressRequest request;
    request.host = host;
    request.port = port;
    request.manifest = {"*:*"};
    request.hosts = hosts;
    request.timeout = timeout;
    return egress.connect(request);
  }
};

std::string first_bytes(const plugin::Descriptor& socket, std::size_t count) {
  std::string out(count, '\0');
  out.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::recv(socket.get(), out.data(), count, MSG_WAITALL))));
  return out;
}

/// RFC 7617: of "Aladdin:open sesame".
const std::string aladdin = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";

/// As a file of secrets should stand there.
void write_login(const std::filesystem::path& file, const std::string& line) {
  std::ofstream(file) << line;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write | std::filesystem::perms::group_read);
}

std::string hooks_to(const House& house, const std::string& url, const std::string& host) {
  return "plugins:\n  hooks:\n    plugin: webhooks\n    settings: {url: \"" + url + "\", secret: \"" + (house.directory.path() / "secret").string() +
         "\"}\n    hosts: [\"" + host + "\"]\n    events: [created]\n";
}

}  // namespace

TEST_CASE("Through the proxy and TLS with a company's own authority, by a name that only the proxy knows", "[proxy]") {
  const Door far;
  ConnectProxy proxy;
  proxy.know("localhost", far.client().port);  // its certificate is for this name
  House house({proxy.place(), {}}, far.client().ca_file);
  house.publish(hooks_to(house, "https://localhost/echo", "localhost:443"));
  (void)house.create("durch den Tunnel");
  REQUIRE(eventually([&] { return house.in_state(desk::DeliveryState::delivered) == 1; }));
  CHECK(proxy.asked() == std::vector<std::string>{"CONNECT localhost:443 HTTP/1.1"});
}

TEST_CASE("Without the company's authority its certificate is not believed, and nothing is said into the tunnel", "[proxy]") {
  Door far;
  ConnectProxy proxy;
  proxy.know("localhost", far.client().port);
  House house({proxy.place(), {}});
  house.publish(hooks_to(house, "https://localhost/echo", "localhost:443"));
  (void)house.create("eins");
  REQUIRE(eventually([&] { return !house.status("hooks").last_error.empty(); }));
  CHECK_THAT(house.status("hooks").last_error, Catch::Contains("certificate"));
  CHECK(far.program().seen().empty());
}

TEST_CASE("A proxy that asks for a name and password is told those in the file, and nobody else is", "[proxy]") {
  Door far;
  ConnectProxy proxy(Manner::honest, aladdin);
  proxy.know("localhost", far.client().port);
  const TemporaryDirectory directory;
  const auto file = directory.path() / "login";
  write_login(file, "Aladdin:open sesame\n");
  House house({proxy.place(), {}, file}, far.client().ca_file);
  house.publish(hooks_to(house, "https://localhost/echo", "localhost:443"));
  (void)house.create("durch den Tunnel");
  REQUIRE(eventually([&] { return house.in_state(desk::DeliveryState::delivered) == 1; }));
  REQUIRE(far.program().seen().size() == 1);
  CHECK(far.program().last().header("proxy-authorization").empty());
}

TEST_CASE("What a proxy refused is not told it again and again, but at once when the file changes", "[proxy]") {
  Emulator far([](const EmulatorRequest&) { return EmulatorAnswer{.status = 204}; });
  ConnectProxy proxy(Manner::honest, aladdin);
  proxy.know("crm.example", far.port());
  const TemporaryDirectory directory;
  const auto file = directory.path() / "login";
  Exit exit(proxy.place(), file);
  const auto refused = [&](const std::string& words) {
    const auto answer = exit.connect("crm.example", 80);
    CHECK(answer.status == DOCKET_FAILED);
    CHECK_THAT(answer.why, Catch::Contains(words));
    CHECK_THAT(answer.why, !Catch::Contains("sesam"));
  };
  refused("can not be read");
  write_login(file, "Aladdin:open sesame\n");
  std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  refused("is open to all users");
  write_login(file, "Aladdin open sesame\n");
  refused("must hold NAME:PASSWORD");
  CHECK(proxy.asked().empty());
  write_login(file, "Aladdin:close sesame\n");
  refused("refuses the name and password");
  refused(file.string());
  CHECK(proxy.asked().size() == 1);
  write_login(file, "Aladdin:open sesame\r\n");
  CHECK(exit.connect("crm.example", 80).status == DOCKET_OK);
  CHECK(proxy.asked().size() == 2);
}

TEST_CASE("What is to be reached directly does not go by the proxy", "[proxy]") {
  ConnectProxy proxy;
  House house({proxy.place(), {"127.0.0.1:*"}});
  house.publish(house.hooks(loopback));
  (void)house.create("eins");
  REQUIRE(eventually([&] { return house.in_state(desk::DeliveryState::delivered) == 1; }));
  CHECK(proxy.asked().empty());
}

TEST_CASE("A proxy is no way around the lists", "[proxy]") {
  const ConnectProxy proxy;
  Exit exit(proxy.place());
  const auto inside = exit.connect("169.254.169.254", 80);
  CHECK(inside.status == DOCKET_REFUSED);
  CHECK_THAT(inside.why, Catch::Contains("private or local address"));
  exit.hosts = {"other.example:80"};
  CHECK(exit.connect("crm.example", 80).status == DOCKET_REFUSED);
  CHECK(proxy.asked().empty());
}

TEST_CASE("Not one byte of the tunnel is lost, however the proxy's answer comes", "[proxy]") {
  ConnectProxy eager(Manner::eager);
  const auto connected = Exit(eager.place()).connect("mail.example", 25);
  REQUIRE(connected.status == DOCKET_OK);
  CHECK(first_bytes(connected.socket, ConnectProxy::first_words.size()) == ConnectProxy::first_words);
  CHECK(eager.asked() == std::vector<std::string>{"CONNECT mail.example:25 HTTP/1.1"});

  Emulator far([](const EmulatorRequest&) { return EmulatorAnswer{.status = 204}; });
  ConnectProxy slow(Manner::slow);
  slow.know("[2001:4860:4860::8888]", far.port());
  const auto slowly = Exit(slow.place()).connect("2001:4860:4860::8888", 80);
  REQUIRE(slowly.status == DOCKET_OK);
  const std::string_view ask = "GET / HTTP/1.1\r\n\r\n";
  REQUIRE(::send(slowly.socket.get(), ask.data(), ask.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(ask.size()));
  CHECK(first_bytes(slowly.socket, 12) == "HTTP/1.1 204");
}

TEST_CASE("A proxy that does not let out says why, and is waited for no longer than the call", "[proxy]") {
  const std::vector<std::pair<Manner, std::string>> manners{{Manner::honest, "502 No such host"},
                                                            {Manner::refuses, "403 Forbidden by policy"},
                                                            {Manner::asks_name, "407 Proxy Authentication Required"},
                                                            {Manner::asks_name, "--proxy-login"},
                                                            {Manner::asks_else, "Negotiate, NTLM"},
                                                            {Manner::babbles, "answers too much"},
                                                            {Manner::cuts, "closed the connection"}};
  for (const auto& [manner, words] : manners) {
    INFO(words);
    const ConnectProxy proxy(manner);
    const auto refused = Exit(proxy.place()).connect("unknown.example", 443);
    CHECK(refused.status == DOCKET_FAILED);
    CHECK_THAT(refused.why, Catch::Contains("proxy"));
    CHECK_THAT(refused.why, Catch::Contains(words));
  }
  const ConnectProxy silent(Manner::silent);
  const auto began = std::chrono::steady_clock::now();
  const auto late = Exit(silent.place()).connect("unknown.example", 443, 500ms);
  CHECK(late.status == DOCKET_TOO_LATE);
  // Egress says so itself unless it came too late to it (a busy machine): then whoever asked speaks for it.
  CHECK_THAT(late.why, Catch::Contains("The proxy does not answer in time.") || Catch::Contains("was not made in time."));
  CHECK(std::chrono::steady_clock::now() - began < 60s);  // the proxy would be silent for good
}

TEST_CASE("Whoever stops gives up the connections that are being made, and makes none after that", "[proxy]") {
  const ConnectProxy silent(Manner::silent);
  Exit exit(silent.place());
  auto waiting = std::async(std::launch::async, [&] { return exit.connect("unknown.example", 443, 10min); });
  REQUIRE(eventually([&] { return silent.asked().size() == 1; }));
  exit.egress.cut_off();
  const auto given_up = waiting.get();
  CHECK(given_up.status == DOCKET_FAILED);
  CHECK_THAT(given_up.why, Catch::Contains("given up"));
  CHECK_THAT(exit.connect("unknown.example", 443).why, Catch::Contains("given up"));
  CHECK(silent.asked().size() == 1);
}

TEST_CASE("A proxy that is not there is named", "[proxy]") {
  std::string gone;
  {
    const ConnectProxy proxy;
    gone = proxy.place();
  }
  const auto refused = Exit(gone).connect("unknown.example", 443);
  CHECK(refused.status == DOCKET_FAILED);
  CHECK_THAT(refused.why, Catch::Contains(gone));
  CHECK_THAT(refused.why, Catch::Contains("proxy"));
}
