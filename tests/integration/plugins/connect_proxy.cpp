// SPDX-License-Identifier: Apache-2.0
#include "connect_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace docket::test {
namespace {

sockaddr loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr out{};
  std::memcpy(&out, &address, sizeof out);
  return out;
}

bool say(int socket, std::string_view bytes, bool byte_by_byte = false) {
  while (!bytes.empty()) {
    const auto n = ::send(socket, bytes.data(), byte_by_byte ? 1 : bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

ConnectProxy::ConnectProxy(Manner manner, std::string login)
    : manner_(manner), login_(std::move(login)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), stop_(::eventfd(0, EFD_CLOEXEC)) {
  auto address = loopback_address(0);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), &address, size) != 0 || ::listen(listener_.get(), 64) != 0 || ::getsockname(listener_.get(), &address, &size) != 0)
    throw std::runtime_error("the proxy cannot listen");
  sockaddr_in bound{};
  std::memcpy(&bound, &address, sizeof bound);
  port_ = ntohs(bound.sin_port);
  door_ = std::jthread([this] { listen(); });
}
ConnectProxy::~ConnectProxy() {
  const std::uint64_t one = 1;
  (void)!::write(stop_.get(), &one, sizeof one);
  door_.join();
  threads_.clear();  // joins
}

void ConnectProxy::know(const std::string& host, std::uint16_t port) {
  const std::scoped_lock lock(mutex_);
  names_[host] = port;
}
std::vector<std::string> ConnectProxy::asked() const {
  const std::scoped_lock lock(mutex_);
  return asked_;
}

/// Waits until one of both can be read; false when stopping.
bool ConnectProxy::ready(int socket, int other) const {
  std::array<pollfd, 3> watched{pollfd{stop_.get(), POLLIN, 0}, pollfd{socket, POLLIN, 0}, pollfd{other, POLLIN, 0}};
  return ::poll(watched.data(), other < 0 ? 2 : 3, -1) > 0 && watched[0].revents == 0;
}

void ConnectProxy::listen() {
  while (ready(listener_.get())) {
    plugin::Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) continue;
    const std::scoped_lock lock(mutex_);
    threads_.emplace_back([this, client = std::move(client)]() mutable { serve(std::move(client)); });
  }
}

std::string ConnectProxy::answer_of(Manner manner) const {
  switch (manner) {
    case Manner::refuses:
      return "HTTP/1.1 403 Forbidden by policy\r\nContent-Length: 0\r\n\r\n";
    case Manner::asks_name:
      return "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"edge\"\r\n\r\n";
    case Manner::asks_else:
      return "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\n\r\n";
    case Manner::babbles:
      return "HTTP/1.1 200 OK\r\nX-Long: " + std::string(100'000, 'x');
    case Manner::eager:
      return "HTTP/1.1 200 OK\r\n\r\n" + std::string(first_words);
    default:
      return "HTTP/1.0 200 Connection established\r\nVia: 1.1 edge\r\n\r\n";
  }
}

void ConnectProxy::serve(plugin::Descriptor client) {
  if (manner_ == Manner::cuts) return;
  std::string head;
  std::array<char, 4096> piece{};
  while (head.find("\r\n\r\n") == std::string::npos) {
    if (!ready(client.get())) return;
    const auto n = ::recv(client.get(), piece.data(), piece.size(), 0);
    if (n <= 0) return;
    head.append(piece.data(), static_cast<std::size_t>(n));
  }
  const auto line = head.substr(0, head.find("\r\n"));
  const auto target = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
  std::uint16_t port = 0;
  {
    const std::scoped_lock lock(mutex_);
    asked_.push_back(line);
    const auto known = names_.find(target.substr(0, target.rfind(':')));
    if (known != names_.end()) port = known->second;
  }
  if (manner_ == Manner::silent) {
    (void)ready(client.get());
    return;
  }
  if (!login_.empty() && head.find("\r\nProxy-Authorization: " + login_ + "\r\n") == std::string::npos) {
    (void)say(client.get(), answer_of(Manner::asks_name));
    return;
  }
  if (manner_ == Manner::honest || manner_ == Manner::slow) {
    const plugin::Descriptor far(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = loopback_address(port);
    if (port == 0 || ::connect(far.get(), &address, sizeof address) != 0) {
      (void)say(client.get(), "HTTP/1.1 502 No such host\r\n\r\n");
    } else if (say(client.get(), answer_of(manner_), manner_ == Manner::slow)) {
      relay(client.get(), far.get());
    }
    return;
  }
  if (say(client.get(), answer_of(manner_)) && manner_ == Manner::eager) (void)ready(client.get());  // until it is closed
}

void ConnectProxy::relay(int client, int far) const {
  std::array<char, 65536> piece{};
  while (ready(client, far)) {
    for (const auto& [from, to] : {std::pair{client, far}, std::pair{far, client}}) {
      const auto n = ::recv(from, piece.data(), piece.size(), MSG_DONTWAIT);
      if (n < 0) continue;
      if (n == 0 || !say(to, {piece.data(), static_cast<std::size_t>(n)})) return;
    }
  }
}

}  // namespace docket::test
