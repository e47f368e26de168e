// SPDX-License-Identifier: Apache-2.0
// A thread that does one kind of work whenever there is some: timers, deliveries, jobs, housekeeping.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace docket::runtime {

/// Calls `step` again and again. A step does what is due and says how long nothing will be; wake() cuts that wait
/// short. What a step throws is logged and the step is tried again after a second. Waits are cut to `longest_wait`, so
/// that a jump of the wall clock is noticed by then.
class Loop {
 public:
  using Step = std::function<std::chrono::milliseconds()>;
  static constexpr std::chrono::milliseconds longest_wait{1000};

  Loop(std::string name, Step step);
  ~Loop();  ///< stop()

  /// Thread-safe; never blocks for long. A wake during a step makes it run once more.
  void wake();
  /// Ends after the step that runs. Idempotent; not from the step itself.
  void stop();

 private:
  void run();

  const std::string name_;
  const Step step_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace docket::runtime
