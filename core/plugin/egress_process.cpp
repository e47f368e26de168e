// SPDX-License-Identifier: Apache-2.0
// The only process that opens connections to the outside: resolves, checks, connects, hands the socket over.
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>
#include <variant>

#include "docket/plugin.h"
#include "plugin/egress_rules.hpp"
#include "plugin/frame.hpp"
#include "plugin/host_process.hpp"
#include "plugin/sandbox.hpp"

namespace docket::plugin {
namespace {

namespace bj = boost::json;

constexpr int kChannel = 3;
constexpr int kMostAtOnce = 128;
constexpr std::size_t kMostProxyAnswer = 8192;

std::string text_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}
std::int64_t number_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}
std::vector<std::string> texts_in(const bj::object& from, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_array()) return out;
  for (const auto& item : value->get_array()) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

struct Refusal {
  std::int32_t status;
  std::string why;
  bool login = false;  ///< the proxy wants another name and password, or wants one
};
using Connected = std::variant<Descriptor, Refusal>;

struct Request {
  std::string host;
  std::uint16_t port = 0;
  EgressRules rules;
  std::string proxy;  // host:port; empty: none, or none for this host
  std::string login;  // for the proxy: the value of Proxy-Authorization, or nothing
  Channel::Deadline deadline{};
};

int milliseconds_until(Channel::Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 600'000));
}

AddressBytes bytes_of(const addrinfo& info) {
  AddressBytes out{};
  if (info.ai_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, info.ai_addr, sizeof address);
    std::memcpy(out.data(), &address.sin6_addr, out.size());
  } else {
    sockaddr_in address{};
    std::memcpy(&address, info.ai_addr, sizeof address);
    out[10] = out[11] = 0xFF;
    std::memcpy(out.data() + 12, &address.sin_addr, 4);
  }
  return out;
}

bool connect_to(int socket, const addrinfo& info, Channel::Deadline deadline) {
  if (::connect(socket, info.ai_addr, info.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd watched{socket, POLLOUT, 0};
  if (::poll(&watched, 1, milliseconds_until(deadline)) <= 0) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

/// `check` false for the proxy, which the machine's admin named.
Connected reach(const std::string& host, std::uint16_t port, const EgressRules* rules, Channel::Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int answer = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (answer != 0) return Refusal{DOCKET_FAILED, "The name " + host + " does not resolve: " + ::gai_strerror(answer) + "."};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  std::optional<std::string> refused;
  bool tried = false;
  int left = 0;
  for (const auto* info = found; info != nullptr; info = info->ai_next) ++left;
  for (const auto* info = found; info != nullptr; info = info->ai_next, --left) {
    if (info->ai_family != AF_INET && info->ai_family != AF_INET6) continue;
    // The address that is checked is the one that is connected to: nothing resolves a second time.
    if (rules != nullptr) {
      if (auto why = refuse_address(*rules, host, bytes_of(*info))) {
        refused = std::move(why);
        continue;
      }
    }
    tried = true;
    Descriptor made(::socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) continue;
    const auto share = std::chrono::steady_clock::now() + std::chrono::milliseconds{milliseconds_until(deadline) / std::max(left, 1)};
    if (!connect_to(made.get(), *info, std::max(share, std::min(deadline, std::chrono::steady_clock::now() + std::chrono::seconds{2})))) continue;
    const int yes = 1;
    ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return made;
  }
  if (!tried && refused) return Refusal{DOCKET_REFUSED, *refused};
  if (milliseconds_until(deadline) == 0) return Refusal{DOCKET_TOO_LATE, "Nobody answered at " + host + ":" + std::to_string(port) + " in time."};
  return Refusal{DOCKET_FAILED, "Nobody answers at " + host + ":" + std::to_string(port) + "."};
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// The ways to sign in that the head of a 407 offers, as in "Negotiate, NTLM".
std::string offered_by(std::string_view head) {
  constexpr std::string_view name = "proxy-authenticate:";
  std::string out;
  while (!head.empty()) {
    auto line = head.substr(0, std::min(head.find("\r\n"), head.size()));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    if (line.size() < name.size() || !same_word(line.substr(0, name.size()), name)) continue;
    line.remove_prefix(std::min(line.find_first_not_of(' ', name.size()), line.size()));
    const auto scheme = line.substr(0, std::min({line.find(' '), line.size(), std::size_t{40}}));
    if (same_word(scheme, "basic")) return "Basic";
    out += (out.empty() ? "" : ", ") + std::string(scheme);
  }
  return out;
}

/// `head` is the whole of its answer.
Refusal refusal_of_proxy(const std::string& head, bool with_login) {
  const auto first = head.substr(0, std::min<std::size_t>(head.find('\r'), 100));
  if (!head.starts_with("HTTP/1.") || head.size() < 12 || head.substr(9, 3) != "407") return {DOCKET_FAILED, "The proxy refuses: " + first + "."};
  const auto offered = offered_by(head);
  std::string why = with_login ? "The proxy refuses the name and password that it was told (" : "The proxy asks for a name and password, see docket serve --proxy-login (";
  why += first;
  why += ").";
  if (!offered.empty() && offered != "Basic") why += " It offers " + offered + ", of which Docket knows none: it signs in by Basic.";
  return {DOCKET_FAILED, std::move(why), true};
}

/// HTTP CONNECT. Read byte by byte up to the empty line, so that not one byte of the tunnel is taken.
std::optional<Refusal> open_tunnel(int socket, const Request& request) {
  const bool v6 = request.host.find(':') != std::string::npos;
  const auto target = (v6 ? "[" + request.host + "]" : request.host) + ":" + std::to_string(request.port);
  std::string ask = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!request.login.empty()) ask += "Proxy-Authorization: " + request.login + "\r\n";
  ask += "\r\n";
  std::string_view rest = ask;
  while (!rest.empty()) {
    pollfd watched{socket, POLLOUT, 0};
    if (::poll(&watched, 1, milliseconds_until(request.deadline)) <= 0) return Refusal{DOCKET_TOO_LATE, "The proxy does not take the request in time."};
    const auto n = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n <= 0) return Refusal{DOCKET_FAILED, "The proxy closed the connection."};
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  std::string answer;
  while (!answer.ends_with("\r\n\r\n")) {
    pollfd watched{socket, POLLIN, 0};
    if (::poll(&watched, 1, milliseconds_until(request.deadline)) <= 0) return Refusal{DOCKET_TOO_LATE, "The proxy does not answer in time."};
    char one = 0;
    if (::recv(socket, &one, 1, 0) != 1) return Refusal{DOCKET_FAILED, "The proxy closed the connection."};
    answer += one;
    if (answer.size() > kMostProxyAnswer) return Refusal{DOCKET_FAILED, "The proxy answers too much."};
  }
  if (answer.starts_with("HTTP/1.") && answer.size() > 12 && answer.substr(9, 1) == "2") return std::nullopt;
  return refusal_of_proxy(answer, !request.login.empty());
}

Connected connect_as_asked(const Request& request) {
  if (auto why = refuse_host(request.rules, request.host, request.port)) return Refusal{DOCKET_REFUSED, *why};
  if (request.proxy.empty()) return reach(request.host, request.port, &request.rules, request.deadline);
  if (const auto literal = parse_address(request.host)) {
    if (auto why = refuse_address(request.rules, request.host, *literal)) return Refusal{DOCKET_REFUSED, *why};
  }
  const auto proxy = parse_proxy(request.proxy);
  if (!proxy) return Refusal{DOCKET_FAILED, "The proxy " + request.proxy + " is no HOST:PORT."};
  auto reached = reach(proxy->host, proxy->port, nullptr, request.deadline);
  if (auto* failed = std::get_if<Refusal>(&reached)) {
    failed->why.insert(0, "The proxy is not reached. ");
  } else if (auto refused = open_tunnel(std::get<Descriptor>(reached).get(), request)) {
    return std::move(*refused);
  }
  return reached;
}

void answer(Channel channel, const Request& request) {
  auto connected = connect_as_asked(request);
  const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  if (auto* socket = std::get_if<Descriptor>(&connected)) {
    const int flags = ::fcntl(socket->get(), F_GETFL);
    ::fcntl(socket->get(), F_SETFL, flags & ~O_NONBLOCK);
    channel.send({{"status", DOCKET_OK}}, {}, socket->get(), soon);
  } else {
    const auto& refusal = std::get<Refusal>(connected);
    boost::json::object head{{"status", refusal.status}};
    if (refusal.login) head["login_refused"] = true;
    channel.send(head, refusal.why, -1, soon);
  }
}

Request request_of(const bj::object& head) {
  Request out;
  out.host = text_in(head, "host");
  out.port = static_cast<std::uint16_t>(std::clamp<std::int64_t>(number_in(head, "port"), 0, 65535));
  out.rules = {texts_in(head, "manifest"), texts_in(head, "hosts"), texts_in(head, "networks")};
  out.proxy = text_in(head, "proxy");
  out.login = text_in(head, "login");
  out.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{std::clamp<std::int64_t>(number_in(head, "timeout_ms"), 1, 120'000)};
  return out;
}

}  // namespace

int run_egress() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  go_first_for_memory();
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::signal(SIGPIPE, SIG_IGN);
  ::close_range(kChannel + 1, ~0U, 0);
  ::fcntl(kChannel, F_SETFD, FD_CLOEXEC);
  Channel channel{Descriptor(kChannel)};
  static std::atomic<int> under_way{0};
  try {
    while (true) {
      const auto forever = std::chrono::steady_clock::now() + std::chrono::hours{24 * 365};
      if (!channel.wait(forever)) continue;
      auto order = channel.receive(forever);
      Channel reply(std::move(order.descriptor));
      if (under_way.load() >= kMostAtOnce) {
        reply.send({{"status", DOCKET_FAILED}}, "Too many connections are being made at once.", -1, std::chrono::steady_clock::now() + std::chrono::seconds{1});
        continue;
      }
      ++under_way;
      // A resolver has no deadline of its own: whoever asked goes away when theirs has passed, and this thread ends by
      // itself some time. The process is the bound of all of them.
      try {
        std::thread([reply = std::move(reply), request = request_of(order.head)]() mutable {
          try {
            answer(std::move(reply), request);
          } catch (const std::exception&) {
            // Whoever asked is gone; the socket closes.
          }
          --under_way;
        }).detach();
      } catch (const std::system_error&) {
        --under_way;  // the machine has no thread left: that request fails, the others go on
      }
    }
  } catch (const ChannelError&) {
    // The server is gone.
  }
  ::_exit(0);
}

}  // namespace docket::plugin
