// SPDX-License-Identifier: Apache-2.0
// The frame of a vendor's emulator: an HTTP/1.1 server on loopback for tests and for integrators, with the faults that
// real vendors have. Never for anything that faces a network.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::sdk {

struct EmulatorRequest {
  std::string method, path, query;
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case names
  std::string body;
  [[nodiscard]] std::string header(std::string_view name) const;
  /// Decoded value of a query parameter; empty when absent.
  [[nodiscard]] std::string parameter(std::string_view name) const;
};

struct EmulatorAnswer {
  enum class Fault {
    none,
    cut,    ///< the request was taken, the connection closes without an answer
    hang,   ///< no answer until the server stops
    slow,   ///< one byte at a time, 20 a second
    broken  ///< not HTTP
  };
  int status = 200;
  std::string body{};
  std::string media_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers{};
  Fault fault = Fault::none;
};

/// Listens from construction to destruction. `answer` is called from one thread at a time, with a lock held, so that an
/// emulator's state needs none.
class Emulator {
 public:
  using Answer = std::function<EmulatorAnswer(const EmulatorRequest&)>;
  /// `port` 0 takes a free one. Throws std::runtime_error when it cannot listen.
  explicit Emulator(Answer answer, std::uint16_t port = 0);
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// All requests so far, oldest first; at most the last 20,000.
  [[nodiscard]] std::vector<EmulatorRequest> requests() const;
  /// Runs `work` while no request is being answered, to look at or change what `answer` uses.
  void locked(const std::function<void()>& work) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::uint16_t port_ = 0;
};

/// For an emulator that is a program of its own: the port that its command line asks for, 0 for any free one.
[[nodiscard]] std::uint16_t emulator_port(int count, char** arguments);
/// Calls `tell` five times a second, and shows what it printed, until SIGINT or SIGTERM.
void tell_until_stopped(const std::function<void()>& tell);

}  // namespace docket::sdk
