// SPDX-License-Identifier: Apache-2.0
#include "docket/emulator.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <optional>
#include <stdexcept>
#include <thread>

namespace docket::sdk {
namespace {

constexpr std::size_t kMostHead = 64 * 1024;
constexpr std::size_t kMostBody = std::size_t{64} << 20;
constexpr std::size_t kKept = 20'000;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}
std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

const char* reason(int status) {
  return status < 300 ? "OK" : status < 400 ? "Moved" : status < 500 ? "Refused" : "Broken";
}

std::string rendered(const EmulatorAnswer& answer) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " " + reason(answer.status) + "\r\n";
  for (const auto& [name, value] : answer.headers) out += name + ": " + value + "\r\n";
  if (!answer.media_type.empty()) out += "Content-Type: " + answer.media_type + "\r\n";
  out += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
  return out + answer.body;
}

}  // namespace

struct Emulator::State {
  Answer answer;
  int listener = -1;
  int stop = -1;  // an eventfd: readable from the moment of stopping on
  mutable std::mutex lock{};
  std::deque<EmulatorRequest> seen{};
  std::vector<std::jthread> threads{};
  std::jthread door{};

  /// False when stopping, or when `wait_ms` are over.
  [[nodiscard]] bool ready(int socket, short events, int wait_ms = -1) const {
    std::array<pollfd, 2> both{pollfd{socket, events, 0}, pollfd{stop, POLLIN, 0}};
    return ::poll(both.data(), both.size(), wait_ms) > 0 && both[1].revents == 0;
  }
  [[nodiscard]] bool read_more(int socket, std::string& buffer) const {
    std::array<char, 65536> piece{};
    if (!ready(socket, POLLIN)) return false;
    const auto n = ::recv(socket, piece.data(), piece.size(), 0);
    if (n <= 0) return false;
    buffer.append(piece.data(), static_cast<std::size_t>(n));
    return true;
  }
  [[nodiscard]] bool write_all(int socket, std::string_view bytes, bool slowly) const {
    while (!bytes.empty()) {
      if (slowly && !ready(socket, 0, 50)) {
        pollfd stopping{stop, POLLIN, 0};
        if (::poll(&stopping, 1, 0) > 0) return false;
      }
      if (!ready(socket, POLLOUT)) return false;
      const auto n = ::send(socket, bytes.data(), slowly ? 1 : bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  [[nodiscard]] std::optional<EmulatorRequest> read_request(int socket, std::string& buffer) const {
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (buffer.size() > kMostHead || !read_more(socket, buffer)) return std::nullopt;
    }
    EmulatorRequest out;
    std::string_view head(buffer.data(), end);
    const auto line = head.substr(0, std::min(head.find("\r\n"), head.size()));
    const auto first = line.find(' ');
    const auto second = line.rfind(' ');
    if (first == std::string_view::npos || second <= first) return std::nullopt;
    out.method = line.substr(0, first);
    const auto target = line.substr(first + 1, second - first - 1);
    const auto mark = std::min(target.find('?'), target.size());
    out.path = target.substr(0, mark);
    if (mark < target.size()) out.query = target.substr(mark + 1);
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    std::size_t length = 0;
    while (!head.empty()) {
      const auto one = head.substr(0, std::min(head.find("\r\n"), head.size()));
      const auto colon = one.find(':');
      if (colon != std::string_view::npos) {
        const auto name = lower(one.substr(0, colon));
        const auto value = trimmed(one.substr(colon + 1));
        if (name == "content-length") std::from_chars(value.data(), value.data() + value.size(), length);
        out.headers.emplace_back(name, value);
      }
      head.remove_prefix(std::min(one.size() + 2, head.size()));
    }
    if (length > kMostBody) return std::nullopt;
    buffer.erase(0, end + 4);
    while (buffer.size() < length) {
      if (!read_more(socket, buffer)) return std::nullopt;
    }
    out.body = buffer.substr(0, length);
    buffer.erase(0, length);
    return out;
  }

  void serve(int socket) {
    std::string buffer;
    while (auto request = read_request(socket, buffer)) {
      EmulatorAnswer said;
      {
        const std::lock_guard guard(lock);
        said = answer(*request);
        seen.push_back(std::move(*request));
        if (seen.size() > kKept) seen.pop_front();
      }
      using Fault = EmulatorAnswer::Fault;
      if (said.fault == Fault::cut) break;
      if (said.fault == Fault::hang) {
        (void)ready(socket, 0);  // until the end
        break;
      }
      const auto bytes = said.fault == Fault::broken ? std::string("\x16\x03 nonsense\n") : rendered(said);
      if (!write_all(socket, bytes, said.fault == Fault::slow) || said.fault == Fault::broken) break;
    }
    ::close(socket);
  }

  void listen() {
    while (ready(listener, POLLIN)) {
      const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      const std::lock_guard guard(lock);
      threads.emplace_back([this, socket] { serve(socket); });
    }
  }
};

std::string EmulatorRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}
std::string EmulatorRequest::parameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const auto pair = rest.substr(0, std::min(rest.find('&'), rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (unescaped(pair.substr(0, equals)) == name)
      return unescaped(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{});
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
  }
  return {};
}

Emulator::Emulator(Answer answer, std::uint16_t port) : state_(std::make_shared<State>()) {
  auto& state = *state_;
  state.answer = std::move(answer);
  state.stop = ::eventfd(0, EFD_CLOEXEC);
  state.listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(state.listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof generic);
  socklen_t size = sizeof generic;
  if (::bind(state.listener, &generic, size) != 0 || ::listen(state.listener, 128) != 0 ||
      ::getsockname(state.listener, &generic, &size) != 0) {
    ::close(state.listener);
    ::close(state.stop);
    throw std::runtime_error("the emulator cannot listen on port " + std::to_string(port));
  }
  std::memcpy(&address, &generic, sizeof address);
  port_ = ntohs(address.sin_port);
  state.door = std::jthread([&state] { state.listen(); });
}
Emulator::~Emulator() {
  const std::uint64_t one = 1;
  (void)!::write(state_->stop, &one, sizeof one);
  state_->door.join();
  state_->threads.clear();  // joins
  ::close(state_->listener);
  ::close(state_->stop);
}
std::vector<EmulatorRequest> Emulator::requests() const {
  const std::lock_guard guard(state_->lock);
  return {state_->seen.begin(), state_->seen.end()};
}
void Emulator::locked(const std::function<void()>& work) const {
  const std::lock_guard guard(state_->lock);
  work();
}

namespace {
volatile std::sig_atomic_t stopping = 0;
}

std::uint16_t emulator_port(int count, char** arguments) {
  std::uint16_t port = 0;
  if (count > 1) {
    const std::string_view text(arguments[1]);
    std::from_chars(text.data(), text.data() + text.size(), port);
  }
  return port;
}

void tell_until_stopped(const std::function<void()>& tell) {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stopping = 1; });
  while (stopping == 0) {
    tell();
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}

}  // namespace docket::sdk
