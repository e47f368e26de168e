// SPDX-License-Identifier: Apache-2.0
// Starts and ends child processes of this program, from one thread that lives as long as they may.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "plugin/descriptor.hpp"

namespace docket::plugin {

struct Child {
  pid_t pid = -1;
  Descriptor channel{};  ///< ours of the pair; theirs is descriptor 3
  Descriptor errors{};   ///< what it writes to its standard error; non-blocking
};

/// A child is told to die with the *thread* that made it, so all are made by one. Any thread may ask.
class Spawner {
 public:
  /// `executable` is this program: "/proc/self/exe", or the docket binary under test.
  explicit Spawner(std::string executable);
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  /// `docket <subcommand>` with a clean environment, at niceness 10. Throws std::system_error.
  [[nodiscard]] Child start(const std::string& subcommand);

 private:
  void run();
  [[nodiscard]] Child spawn(const std::string& subcommand) const;

  const std::string executable_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::packaged_task<Child()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

/// Kills and reaps.
void end_child(Child& child);
/// Whether it has ended by itself; reaps it then. `status` gets what wait() says.
[[nodiscard]] bool has_ended(Child& child, int& status);

/// What it has used of the processor until now, with all its threads; zero when that can not be told.
[[nodiscard]] std::chrono::nanoseconds processor_of(const Child& child);
/// put_last() (base/processor.hpp) for it: where RLIMIT_NICE of this process does not allow the way back, as the unit of a
/// service does, the child stays last until it ends. Of its threads, all that this process may see, and in any case the first. False when
/// that could not be told.
bool go_last(const Child& child, bool last);

}  // namespace docket::plugin
