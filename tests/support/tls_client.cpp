// SPDX-License-Identifier: Apache-2.0
#include "support/tls_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>

namespace docket::test {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error("test client: " + what);
}

/// One context for all clients that check alike.
SSL_CTX* context_for(const std::string& ca_file) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<SSL_CTX>> contexts;
  const std::lock_guard lock(mutex);
  std::shared_ptr<SSL_CTX>& kept = contexts[ca_file];
  if (!kept) {
    // OpenSSL's socket BIO writes with write().
    std::signal(SIGPIPE, SIG_IGN);
    kept.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX* const context = kept.get();
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (!ca_file.empty()) {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
      if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1) give_up("cannot read " + ca_file);
    }
  }
  return kept.get();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

int connect_to(const ClientOptions& options) {
  sockaddr_storage to{};
  socklen_t size = 0;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&to);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&to);
  if (inet_pton(AF_INET, options.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(options.port);
    size = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, options.host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(options.port);
    size = sizeof(sockaddr_in6);
  } else {
    give_up(options.host + " is no address");
  }
  const int descriptor = ::socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) give_up("no socket: " + std::string(std::strerror(errno)));
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (!options.source_address.empty()) {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    inet_pton(AF_INET, options.source_address.c_str(), &from.sin_addr);
    ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) != 0) {
      ::close(descriptor);
      give_up("cannot bind to " + options.source_address);
    }
  }
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), size) != 0 && errno != EINPROGRESS) {
    const std::string reason = std::strerror(errno);
    ::close(descriptor);
    give_up("cannot connect: " + reason);
  }
  return descriptor;
}

}  // namespace

std::string_view ClientResponse::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

struct TlsClient::State {
  ClientOptions options;
  int descriptor = -1;
  SSL* ssl = nullptr;
  std::string received;
  Clock::time_point deadline;
  bool over = false;
  int close_code = 0;

  ~State() {
    SSL_free(ssl);
    if (descriptor >= 0) ::close(descriptor);
  }
};

TlsClient::TlsClient(TlsClient&&) noexcept = default;
TlsClient& TlsClient::operator=(TlsClient&&) noexcept = default;
TlsClient::~TlsClient() = default;

TlsClient::TlsClient(const ClientOptions& options) : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->deadline = Clock::now() + options.deadline;
  state_->descriptor = connect_to(options);
  wait(POLLOUT);
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(state_->descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) give_up("cannot connect: " + std::string(std::strerror(error)));
  if (!options.tls) return;
  state_->ssl = SSL_new(context_for(options.ca_file));
  SSL_set_fd(state_->ssl, state_->descriptor);
  // What SSL_set_tlsext_host_name stands for; the macro holds an old cast.
  SSL_ctrl(state_->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(options.server_name.c_str()));
  if (!options.ca_file.empty()) SSL_set1_host(state_->ssl, options.server_name.c_str());
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(state_->ssl);
    if (result == 1) return;
    const int why = SSL_get_error(state_->ssl, result);
    if (why == SSL_ERROR_WANT_READ) {
      wait(POLLIN);
    } else if (why == SSL_ERROR_WANT_WRITE) {
      wait(POLLOUT);
    } else {
      std::array<char, 200> text{};
      ERR_error_string_n(ERR_get_error(), text.data(), text.size());
      give_up(std::string("handshake failed: ") + text.data());
    }
  }
}

void TlsClient::wait(short events) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(state_->deadline - Clock::now());
  pollfd entry{state_->descriptor, events, 0};
  const int ready = left.count() <= 0 ? 0 : ::poll(&entry, 1, static_cast<int>(left.count()));
  if (ready == 0) give_up("deadline passed");
}

void TlsClient::send(std::string_view raw) {
  state_->deadline = Clock::now() + state_->options.deadline;
  while (!raw.empty()) {
    std::size_t sent = 0;
    if (state_->ssl == nullptr) {
      const ssize_t result = ::send(state_->descriptor, raw.data(), raw.size(), MSG_NOSIGNAL);
      if (result < 0 && errno != EAGAIN) give_up("cannot send: " + std::string(std::strerror(errno)));
      if (result < 0) wait(POLLOUT);
      sent = result < 0 ? 0 : static_cast<std::size_t>(result);
    } else {
      ERR_clear_error();
      const int result = SSL_write_ex(state_->ssl, raw.data(), raw.size(), &sent);
      if (result != 1) {
        sent = 0;
        const int why = SSL_get_error(state_->ssl, result);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) give_up("cannot send");
        wait(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT);
      }
    }
    raw.remove_prefix(sent);
  }
}

void TlsClient::shut_write() {
  if (state_->ssl != nullptr) SSL_shutdown(state_->ssl);
  ::shutdown(state_->descriptor, SHUT_WR);
}

/// Appends what comes next; false at the end of the connection.
bool TlsClient::fill() {
  std::array<char, 16 * 1024> piece;
  while (!state_->over) {
    if (state_->ssl == nullptr) {
      const ssize_t result = ::recv(state_->descriptor, piece.data(), piece.size(), 0);
      if (result > 0) {
        state_->received.append(piece.data(), static_cast<std::size_t>(result));
        return true;
      }
      state_->over = result == 0 || errno != EAGAIN;
      if (!state_->over) wait(POLLIN);
      continue;
    }
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(state_->ssl, piece.data(), piece.size(), &got);
    if (result == 1) {
      state_->received.append(piece.data(), got);
      return true;
    }
    const int why = SSL_get_error(state_->ssl, result);
    if (why == SSL_ERROR_WANT_READ) {
      wait(POLLIN);
    } else if (why == SSL_ERROR_WANT_WRITE) {
      wait(POLLOUT);
    } else {
      state_->over = true;
    }
  }
  return false;
}

std::string TlsClient::render(std::string_view method, std::string_view target, const ClientHeaders& headers,
                              std::string_view body) const {
  std::string text = std::string(method) + " " + std::string(target) +
                     " HTTP/1.1\r\nHost: " + state_->options.server_name + ":" + std::to_string(state_->options.port) +
                     "\r\n";
  const bool takes_body = method == "POST" || method == "PUT" || method == "PATCH" || !body.empty();
  if (takes_body) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  text += "\r\n";
  text += body;
  return text;
}

ClientResponse TlsClient::request(std::string_view method, std::string_view target, const ClientHeaders& headers,
                                  std::string_view body) {
  send(render(method, target, headers, body));
  auto response = receive(method == "HEAD");
  if (!response) give_up("no answer");
  return std::move(*response);
}

std::optional<ClientResponse> TlsClient::receive(bool to_head) {
  state_->deadline = Clock::now() + state_->options.deadline;
  std::string& in = state_->received;
  std::size_t end = std::string::npos;
  while ((end = in.find("\r\n\r\n")) == std::string::npos) {
    if (fill()) continue;
    if (in.empty()) return std::nullopt;
    give_up("the connection ended inside a head");
  }
  ClientResponse response;
  std::string_view head = std::string_view(in).substr(0, end + 2);
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 14) give_up("no status line");
  std::from_chars(head.data() + 9, head.data() + 12, response.status);
  head.remove_prefix(head.find("\r\n") + 2);
  std::size_t length = 0;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) give_up("a header without colon");
    response.headers.emplace_back(lower(line.substr(0, colon)), line.substr(colon + 2));
  }
  const std::string_view announced = response.header("content-length");
  std::from_chars(announced.data(), announced.data() + announced.size(), length);
  if (to_head || response.status < 200 || response.status == 204 || response.status == 304) length = 0;
  in.erase(0, end + 4);
  while (in.size() < length) {
    if (!fill()) give_up("the connection ended inside a body");
  }
  response.body = in.substr(0, length);
  in.erase(0, length);
  return response;
}

bool TlsClient::ended() {
  state_->deadline = Clock::now() + state_->options.deadline;
  return state_->received.empty() && !fill();
}

ClientResponse TlsClient::open_websocket(std::string_view target, const ClientHeaders& headers) {
  ClientHeaders all{{"Upgrade", "websocket"},
                    {"Connection", "Upgrade"},
                    {"Sec-WebSocket-Version", "13"},
                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  all.insert(all.end(), headers.begin(), headers.end());
  return request("GET", target, all);
}

void TlsClient::send_frame(unsigned opcode, std::string_view payload) {
  if (payload.size() > 0xFFFF) give_up("frame too large for this client");
  std::string frame(1, static_cast<char>(0x80U | opcode));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80U | payload.size()));
  } else {
    frame.push_back(static_cast<char>(0x80U | 126U));
    frame.push_back(static_cast<char>(payload.size() >> 8U));
    frame.push_back(static_cast<char>(payload.size() & 0xFFU));
  }
  frame.append(4, '\0');  // a mask of zeros masks nothing and is a mask
  frame += payload;
  send(frame);
}

void TlsClient::send_text(std::string_view text) {
  send_frame(1, text);
}

std::optional<std::string> TlsClient::receive_text() {
  state_->deadline = Clock::now() + state_->options.deadline;
  std::string& in = state_->received;
  const auto need = [&](std::size_t bytes) {
    while (in.size() < bytes) {
      if (!fill()) return false;
    }
    return true;
  };
  while (true) {
    if (!need(2)) return std::nullopt;
    const unsigned opcode = static_cast<unsigned char>(in[0]) & 0x0FU;
    std::size_t size = static_cast<unsigned char>(in[1]) & 0x7FU;
    std::size_t head = 2;
    if (size >= 126) {
      const std::size_t more = size == 126 ? 2 : 8;
      if (!need(2 + more)) return std::nullopt;
      size = 0;
      for (std::size_t i = 0; i < more; ++i) size = size << 8U | static_cast<unsigned char>(in[2 + i]);
      head = 2 + more;
    }
    if (!need(head + size)) return std::nullopt;
    const std::string payload = in.substr(head, size);
    in.erase(0, head + size);
    if (opcode == 1) return payload;
    if (opcode == 9) send_frame(10, payload);
    if (opcode == 8) {
      if (payload.size() >= 2) {
        state_->close_code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
      }
      send_frame(8, payload);
      return std::nullopt;
    }
  }
}

int TlsClient::close_code() const {
  return state_->close_code;
}

}  // namespace docket::test
