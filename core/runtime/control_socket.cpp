// SPDX-License-Identifier: Apache-2.0
#include "runtime/control_socket.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "base/both.hpp"
#include "base/failure.hpp"
#include "base/log.hpp"

namespace docket::runtime {
namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;
constexpr int request_seconds = 30;
constexpr std::size_t most_visits = 8;  // at a time

/// A file descriptor that is closed in the end.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    throw Failure(both("The path of the data directory is too long for a socket ({} bytes): {}", "数据目录的路径太长，无法建立套接字（最多 {} 字节）：{}",
                       sizeof address.sun_path - 1, text));
  }
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

/// Of each call; 0 is none.
void set_deadline(int socket, int seconds) {
  timeval limit{};
  limit.tv_sec = seconds;
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Reads until the peer shuts down its side. False on a deadline, an error or too much.
bool read_all(int socket, std::string& text) {
  std::array<char, 65536> piece;
  while (true) {
    const auto count = ::recv(socket, piece.data(), piece.size(), 0);
    if (count == 0) return true;
    if (count < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    if (text.size() + static_cast<std::size_t>(count) > most_bytes) return false;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

bool write_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::shutdown(socket, SHUT_WR) == 0;
}

void tell(int event) {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(event, &one, sizeof one));
}

bool may_connect(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == geteuid();
}

}  // namespace

ControlSocket::ControlSocket(const std::filesystem::path& path, Answer answer)
    : path_(path), answer_(std::move(answer)) {
  const auto address = address_of(path_);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0) throw std::runtime_error("No socket: " + std::string(std::strerror(errno)));
  ::unlink(path_.c_str());  // the data directory is locked by us, so whoever bound it is dead
  const auto mask = ::umask(0077);
  const int bound = ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(mask);
  if (bound != 0 || ::listen(listener_, 8) != 0) {
    const std::string reason = std::strerror(errno);
    ::close(listener_);
    throw Failure(both("The control socket {} can not be made: {}", "无法建立控制套接字 {}：{}", path_.string(), reason));
  }
  stop_event_ = ::eventfd(0, EFD_CLOEXEC);
  ended_event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

ControlSocket::~ControlSocket() {
  tell(stop_event_);
  thread_.join();
  for (auto& visit : visits_) visit.thread.request_stop();
  visits_.clear();  // joins
  ::close(listener_);
  ::close(stop_event_);
  ::close(ended_event_);
  ::unlink(path_.c_str());
}

void ControlSocket::run() {
  while (true) {
    const int listener = visits_.size() < most_visits ? listener_ : -1;  // poll() passes over what is negative
    std::array<pollfd, 3> watched{{{stop_event_, POLLIN, 0}, {ended_event_, POLLIN, 0}, {listener, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[0].revents != 0) return;
    if (watched[1].revents != 0) {
      std::uint64_t many = 0;
      static_cast<void>(!::read(ended_event_, &many, sizeof many));
      visits_.remove_if([](const Visit& visit) { return visit.ended.load(); });
    }
    if (watched[2].revents != 0) accept_one();
  }
}

void ControlSocket::accept_one() {
  const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) {
    if (errno == EMFILE || errno == ENFILE) ::poll(nullptr, 0, 100);  // no descriptors: wait, do not spin
    return;
  }
  auto& visit = visits_.emplace_back();
  try {
    visit.thread = std::jthread([this, connection, &visit](const std::stop_token& stop) {
      serve(connection, stop);
      ::close(connection);
      visit.ended.store(true);
      tell(ended_event_);
    });
  } catch (const std::system_error& none) {
    log::warning("control_refused", {{"reason", std::string_view(none.what())}});
    ::close(connection);
    visits_.pop_back();
  }
}

void ControlSocket::serve(int connection, const std::stop_token& stop) {
  if (!may_connect(connection)) {
    log::warning("control_refused");
    return;
  }
  set_deadline(connection, request_seconds);
  std::string request;
  if (!read_all(connection, request)) return;
  write_all(connection, answer_(request, stop));
}

Result<std::optional<std::string>> ask_server(const std::filesystem::path& socket, const std::string& request) {
  const Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = address_of(socket);
  if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return std::optional<std::string>{};
  set_deadline(connection.get(), request_seconds);
  std::string answer;
  const bool asked = write_all(connection.get(), request);
  set_deadline(connection.get(), 0);  // none: a backup of a large desk takes hours, and a server that ends ends the wait
  if (!asked || !read_all(connection.get(), answer) || answer.empty()) {
    return fail(ErrorCode::internal,
                {"The server ended the connection on its control socket without an answer. Is it stopping, or does it run as another user?",
                 "服务在控制套接字上断开而没有应答。它是否正在停止，或以另一个用户运行？"});
  }
  return std::optional(std::move(answer));
}

}  // namespace docket::runtime
