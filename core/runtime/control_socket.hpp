// SPDX-License-Identifier: Apache-2.0
// The door for `docket` commands on a live desk: a Unix socket in the data directory, for the same person or root only.
#pragma once

#include <filesystem>
#include <atomic>
#include <functional>
#include <list>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/error.hpp"

namespace docket::runtime {

/// One request and one answer a connection, each a text of at most 64 MiB, both ends with a deadline; eight at a time,
/// each on a thread of its own, so that a long one keeps no other waiting. The peer's user id is asked from the kernel;
/// others than the server's own and root are cut off.
class ControlSocket {
 public:
  /// Called on several threads at once. Long work ends early once `stop` is asked for.
  using Answer = std::function<std::string(const std::string& request, const std::stop_token& stop)>;

  /// Replaces a socket that a dead server left behind. Throws std::runtime_error with a sentence for the operator.
  ControlSocket(const std::filesystem::path& path, Answer answer);
  ~ControlSocket();  ///< asks the requests that run to stop, and waits for their answers

  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  struct Visit {
    std::atomic<bool> ended{false};
    std::jthread thread{};
  };
  void run();
  void accept_one();
  void serve(int connection, const std::stop_token& stop);

  const std::filesystem::path path_;
  const Answer answer_;
  int listener_ = -1;
  int stop_event_ = -1;
  int ended_event_ = -1;     ///< a visit ended
  std::list<Visit> visits_;  ///< of the thread that accepts
  std::thread thread_;
};

/// Sends a request to the server that holds the directory. None when no server listens there; an error when it did not
/// answer.
[[nodiscard]] Result<std::optional<std::string>> ask_server(const std::filesystem::path& socket,
                                                            const std::string& request);

}  // namespace docket::runtime
