// SPDX-License-Identifier: Apache-2.0
// What the server and its plugin hosts say to each other: a JSON head, raw bytes, perhaps a descriptor, over a socket pair.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "plugin/descriptor.hpp"

namespace docket::plugin {

inline constexpr std::size_t most_frame_bytes = std::size_t{4} << 20;

struct Frame {
  boost::json::object head{};
  std::string body{};
  Descriptor descriptor{};
};

/// The other side is gone, was too slow, or said what no one says.
class ChannelError : public std::runtime_error {
 public:
  enum class Kind { closed, late, garbage };
  ChannelError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// One end of the pair. One thread at a time; every wait has a deadline. Throws ChannelError.
class Channel {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  explicit Channel(Descriptor socket) : socket_(std::move(socket)) {}

  /// `descriptor` -1: none. A frame that is too large throws std::length_error and sends nothing.
  void send(const boost::json::object& head, std::string_view body, int descriptor, Deadline deadline);
  [[nodiscard]] Frame receive(Deadline deadline);
  /// Whether bytes are there, or the other side is gone, before the deadline. `also` is watched too: see `also_ready`.
  [[nodiscard]] bool wait(Deadline deadline, int also = -1, bool* also_ready = nullptr);
  [[nodiscard]] int descriptor() const { return socket_.get(); }

 private:
  void read_exactly(char* to, std::size_t size, Deadline deadline, Descriptor* received);
  Descriptor socket_;
};

/// A connected pair of stream sockets, both closed on exec.
struct SocketPair {
  Descriptor ours, theirs;
};
[[nodiscard]] SocketPair make_socket_pair();

}  // namespace docket::plugin
