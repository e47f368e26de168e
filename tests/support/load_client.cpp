// SPDX-License-Identifier: Apache-2.0
#include "support/load_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace docket::tests {
namespace {

using Clock = std::chrono::steady_clock;

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct SslCtxFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

bool same_name(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return static_cast<char>(std::tolower(static_cast<unsigned char>(x))) == y;
         });
}

std::string find_header(std::string_view head, std::string_view lower_case_name) {
  std::size_t at = head.find("\r\n");
  while (at != std::string_view::npos && at + 2 < head.size()) {
    const std::size_t begin = at + 2;
    at = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, at == std::string_view::npos ? at : at - begin);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !same_name(line.substr(0, colon), lower_case_name)) continue;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    return std::string{value};
  }
  return {};
}

enum class Phase { closed, connecting, handshaking, idle, writing, reading, finished };

struct Connection {
  int fd = -1;
  std::uint32_t watched = 0;  ///< what epoll was asked for
  std::unique_ptr<SSL, SslFree> ssl{};
  Phase phase = Phase::closed;
  std::string out{};
  std::size_t written = 0;
  std::string in{};
  std::size_t head_size = 0;  ///< 0 until the head is complete
  std::size_t whole_size = 0;
  bool close_after = false;
  Clock::time_point since{};
};

/// Whether the answer in `in` is complete; fills the sizes once the head is there.
bool complete(Connection& connection) {
  if (connection.head_size == 0) {
    const std::size_t end = connection.in.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    connection.head_size = end + 4;
    const std::string_view head = std::string_view{connection.in}.substr(0, connection.head_size);
    std::size_t length = 0;
    const std::string text = find_header(head, "content-length");
    std::from_chars(text.data(), text.data() + text.size(), length);
    connection.whole_size = connection.head_size + length;
    connection.close_after = find_header(head, "connection") == "close";
  }
  return connection.in.size() >= connection.whole_size;
}

}  // namespace

std::string Reply::header(std::string_view lower_case_name) const {
  return find_header(head, lower_case_name);
}

std::string request_text(const Target& target, std::string_view method, std::string_view path, std::string_view headers,
                         std::string_view body) {
  std::string text;
  text.reserve(160 + headers.size() + body.size());
  text.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: ").append(target.name);
  text.append(":").append(std::to_string(target.port)).append("\r\n").append(headers);
  if (!body.empty()) text.append("Content-Type: application/json\r\n");
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  return text.append("\r\n").append(body);
}

struct LoadClient::State {
  Target target;
  std::unique_ptr<SSL_CTX, SslCtxFree> tls{};
  int epoll = -1;
  std::vector<Connection> connections{};
  const Next* next = nullptr;
  const Done* done = nullptr;
  std::size_t busy = 0;  ///< connections that still have something to ask or to hear

  void watch(std::size_t index, std::uint32_t events) {
    // The load shares the machine with the server: no system call that changes nothing.
    if (std::exchange(connections[index].watched, events) == events) return;
    epoll_event event{};
    event.events = events;
    event.data.u64 = index;
    ::epoll_ctl(epoll, EPOLL_CTL_MOD, connections[index].fd, &event);
  }

  void shut(Connection& connection) {
    connection.ssl.reset();
    if (connection.fd >= 0) ::close(connection.fd);
    connection.fd = -1;
    connection.phase = Phase::closed;
    connection.in.clear();
    connection.head_size = 0;
  }

  bool open(std::size_t index) {
    Connection& connection = connections[index];
    connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection.fd < 0) return false;
    const int one = 1;
    ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(target.port));
    ::inet_pton(AF_INET, target.host.c_str(), &address.sin_addr);
    epoll_event event{};
    event.events = EPOLLOUT;
    event.data.u64 = index;
    connection.watched = EPOLLOUT;
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, connection.fd, &event) != 0) return false;
    if (::connect(connection.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS)
      return false;
    connection.ssl.reset(SSL_new(tls.get()));
    SSL_set_fd(connection.ssl.get(), connection.fd);
    // SSL_set_tlsext_host_name() without its old-style cast.
    SSL_ctrl(connection.ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(target.name.c_str()));
    SSL_set1_host(connection.ssl.get(), target.name.c_str());
    SSL_set_connect_state(connection.ssl.get());
    connection.phase = Phase::connecting;
    return true;
  }

  /// Takes the next request of a connection that has nothing in flight.
  void begin(std::size_t index) {
    Connection& connection = connections[index];
    std::optional<std::string> request = (*next)(index);
    if (!request) {
      connection.out.clear();
      connection.phase = connection.fd < 0 ? Phase::closed : Phase::idle;
      --busy;
      return;
    }
    connection.out = std::move(*request);
    connection.written = 0;
    connection.since = Clock::now();
    if (connection.fd < 0) {
      if (!open(index)) fail(index);
    } else {
      connection.phase = Phase::writing;
      advance(index);
    }
  }

  void finish(std::size_t index, Reply reply) {
    reply.latency = Clock::now() - connections[index].since;
    (*done)(index, std::move(reply));
    // A connection in `finished` is begun again by the loop, so that a fast answer never recurses.
    connections[index].phase = Phase::finished;
  }

  void fail(std::size_t index) {
    ERR_clear_error();
    shut(connections[index]);
    if (done) {
      finish(index, {});
    }
  }

  /// What OpenSSL wants before it can go on; false when the connection broke.
  bool wait_for(std::size_t index, int result) {
    switch (SSL_get_error(connections[index].ssl.get(), result)) {
      case SSL_ERROR_WANT_READ:
        watch(index, EPOLLIN);
        return true;
      case SSL_ERROR_WANT_WRITE:
        watch(index, EPOLLOUT);
        return true;
      default:
        return false;
    }
  }

  /// Moves one connection on until it would block or its answer is complete.
  void advance(std::size_t index) {
    Connection& connection = connections[index];
    ERR_clear_error();
    if (connection.phase == Phase::connecting) connection.phase = Phase::handshaking;
    if (connection.phase == Phase::handshaking) {
      const int result = SSL_do_handshake(connection.ssl.get());
      if (result != 1) {
        if (!wait_for(index, result)) fail(index);
        return;
      }
      if (connection.out.empty()) {
        connection.phase = Phase::idle;
        watch(index, EPOLLIN);
        return;
      }
      connection.phase = Phase::writing;
    }
    if (connection.phase == Phase::writing) {
      std::size_t count = 0;
      const int result = SSL_write_ex(connection.ssl.get(), connection.out.data(), connection.out.size(), &count);
      if (result != 1) {
        if (!wait_for(index, result)) fail(index);
        return;
      }
      connection.phase = Phase::reading;
      watch(index, EPOLLIN);
      if (SSL_has_pending(connection.ssl.get()) == 0) return;  // the answer is not here yet: no look costs nothing
    }
    if (connection.phase == Phase::reading || connection.phase == Phase::idle) receive(index);
  }

  void receive(std::size_t index) {
    Connection& connection = connections[index];
    std::array<char, 16384> buffer;
    for (;;) {
      std::size_t count = 0;
      const int result = SSL_read_ex(connection.ssl.get(), buffer.data(), buffer.size(), &count);
      if (result != 1) {
        if (wait_for(index, result)) return;
        if (connection.phase == Phase::idle) {
          shut(connection);  // the server let go of a quiet connection; it is opened again when needed
        } else {
          fail(index);
        }
        return;
      }
      connection.in.append(buffer.data(), count);
      if (connection.phase != Phase::reading || !complete(connection)) continue;
      Reply reply;
      reply.head = connection.in.substr(0, connection.head_size);
      reply.body = connection.in.substr(connection.head_size, connection.whole_size - connection.head_size);
      if (reply.head.size() > 12) std::from_chars(reply.head.data() + 9, reply.head.data() + 12, reply.status);
      const bool close = connection.close_after;
      connection.in.erase(0, connection.whole_size);
      connection.head_size = 0;
      if (close) shut(connection);
      finish(index, std::move(reply));
      return;
    }
  }

  /// One round of events; gives whether there were any.
  bool poll(std::chrono::milliseconds patience) {
    std::array<epoll_event, 256> events;
    const int count =
        ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), static_cast<int>(patience.count()));
    for (int i = 0; i < count; ++i) advance(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
    for (int i = 0; i < count; ++i) restart(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
    return count > 0;
  }

  void restart(std::size_t index) {
    while (next && connections[index].phase == Phase::finished) begin(index);
  }
};

LoadClient::LoadClient(Target target, std::size_t connections) : state_(std::make_unique<State>()) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL; a server that was killed is an answer here
  state_->target = std::move(target);
  state_->tls.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(state_->tls.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(state_->tls.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(state_->tls.get(), SSL_SESS_CACHE_OFF);
  // The load shares the machine with the server: one system call an answer, and no buffer made anew for each.
  SSL_CTX_set_read_ahead(state_->tls.get(), 1);
  if (SSL_CTX_load_verify_locations(state_->tls.get(), state_->target.ca_file.c_str(), nullptr) != 1) {
    throw std::runtime_error("no certificate authority in " + state_->target.ca_file);
  }
  state_->epoll = ::epoll_create1(EPOLL_CLOEXEC);
  state_->connections.resize(connections);
}

LoadClient::~LoadClient() {
  close_all();
  ::close(state_->epoll);
}

std::size_t LoadClient::open_all(std::chrono::milliseconds patience) {
  State& state = *state_;
  state.next = nullptr;
  state.done = nullptr;
  const auto end = Clock::now() + patience;
  for (std::size_t i = 0; i < state.connections.size(); ++i) {
    state.connections[i].out.clear();
    if (state.connections[i].fd < 0 && !state.open(i)) state.shut(state.connections[i]);
  }
  const auto standing = [&] {
    return static_cast<std::size_t>(std::count_if(state.connections.begin(), state.connections.end(),
                                                  [](const Connection& c) { return c.phase == Phase::idle; }));
  };
  while (Clock::now() < end && standing() < state.connections.size()) state.poll(std::chrono::milliseconds{50});
  return standing();
}

void LoadClient::run(const Next& next, const Done& done, std::chrono::milliseconds deadline,
                     const std::function<bool()>& stop) {
  State& state = *state_;
  state.next = &next;
  state.done = &done;
  state.busy = state.connections.size();
  const auto end = Clock::now() + deadline;
  for (std::size_t i = 0; i < state.connections.size(); ++i) {
    state.begin(i);
    state.restart(i);
  }
  while (state.busy > 0 && Clock::now() < end && !(stop && stop())) state.poll(std::chrono::milliseconds{20});
  state.next = nullptr;
  for (std::size_t i = 0; i < state.connections.size() && state.busy > 0; ++i) {
    if (state.connections[i].phase != Phase::idle && state.connections[i].phase != Phase::closed) state.fail(i);
  }
  for (Connection& connection : state.connections) {
    if (connection.phase == Phase::finished) connection.phase = connection.fd < 0 ? Phase::closed : Phase::idle;
  }
  state.done = nullptr;
}

void LoadClient::close_all() {
  for (Connection& connection : state_->connections) state_->shut(connection);
}

Reply ask(const Target& target, const std::string& request, std::chrono::milliseconds patience) {
  LoadClient client{target, 1};
  Reply answer;
  bool asked = false;
  client.run(
      [&](std::size_t) -> std::optional<std::string> {
        if (std::exchange(asked, true)) return std::nullopt;
        return request;
      },
      [&](std::size_t, Reply reply) { answer = std::move(reply); }, patience);
  return answer;
}

std::chrono::nanoseconds percentile(std::vector<std::chrono::nanoseconds> sample, double rank) {
  if (sample.empty()) return {};
  std::sort(sample.begin(), sample.end());
  const auto at = static_cast<std::size_t>(std::ceil(rank * static_cast<double>(sample.size())));
  return sample[std::clamp<std::size_t>(at, 1, sample.size()) - 1];
}

}  // namespace docket::tests
