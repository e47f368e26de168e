// SPDX-License-Identifier: Apache-2.0
// One plugin host as the server sees it: started when needed, called with deadlines, killed when it overruns them.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/frame.hpp"
#include "plugin/spawner.hpp"

namespace docket::plugin {

/// What the server does for a plugin while it is called. On the caller's thread.
class HostServices {
 public:
  virtual ~HostServices() = default;
  /// Answers a question of docket_host: head {status}, body, perhaps a descriptor.
  [[nodiscard]] virtual Frame answer(const boost::json::object& question, std::string body, Descriptor descriptor,
                                     std::chrono::steady_clock::time_point deadline) = 0;
  /// A line of the plugin's log. `level` as in docket/plugin.h.
  virtual void say(int level, std::string line) = 0;
};

/// What starts a host: library, digest, settings.
struct StartOrder {
  std::string library{}, sha256{}, trust_file{};
  int memory_mib = 256;
  std::string settings{};  ///< JSON
};

struct CallAnswer {
  /// `broken`: the process ended, was killed for its lateness, or talked nonsense. `down`: it waits to be restarted.
  enum class Kind { answered, broken, down };
  Kind kind = Kind::down;
  int status = 0;
  std::string text{};  ///< the answer, or why there is none
  std::string body{};
  [[nodiscard]] bool good() const { return kind == Kind::answered && status == 0; }
};

struct ProcessState {
  bool running = false;
  std::int64_t restarts = 0;
  std::string last_error{};
  std::optional<std::chrono::steady_clock::time_point> down_until{};
  std::int64_t calls = 0, broken_calls = 0;
};

/// Calls are made one at a time; whoever comes meanwhile waits, at most as long as its own call may take. Any thread.
class Process {
 public:
  Process(Spawner& spawner, HostServices& services, StartOrder order)
      : spawner_(spawner), services_(services), order_(std::move(order)) {}
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] CallAnswer call(std::string_view name, boost::json::object head, std::string_view body,
                                std::chrono::milliseconds timeout);
  /// Notices an end that happened between calls; starts again when the wait is over. Never waits for a call.
  void look_after(bool keep_running);
  /// Forgets the waiting time, so that the next call starts the process at once.
  void revive();
  /// Ends the process, and the call that is under way with it. Any thread, at any time; nothing is started again.
  void cut_off();
  void stop();
  [[nodiscard]] ProcessState state() const;

 private:
  class Busyness;
  [[nodiscard]] std::optional<CallAnswer> ensure_started();
  [[nodiscard]] CallAnswer converse(boost::json::object head, std::string_view body, std::chrono::milliseconds timeout);
  [[nodiscard]] Frame answer(Frame question, std::chrono::steady_clock::time_point deadline);
  void broke(std::string why);
  bool child_has_ended(int& status);
  void end_the_child();
  void read_errors();

  Spawner& spawner_;
  HostServices& services_;
  const StartOrder order_;
  mutable std::mutex state_mutex_;
  ProcessState state_;
  std::timed_mutex call_mutex_;
  // Written under call_mutex_ and child_mutex_, read under either: cut_off() must not wait for a call.
  std::mutex child_mutex_;
  Child child_;
  std::atomic<bool> stopped_{false};
  // Under call_mutex_:
  std::optional<Channel> channel_;
  int failures_ = 0;  // in a row
  std::chrono::steady_clock::time_point started_at_{};
  std::string errors_;
};

}  // namespace docket::plugin
