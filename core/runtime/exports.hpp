// SPDX-License-Identifier: Apache-2.0
// Writes the exports that people asked for, one after another, apart from everything that somebody waits for.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "desk/export_job.hpp"
#include "runtime/loop.hpp"

namespace docket::runtime {

class Exports {
 public:
  /// `files` and `clock` outlive it.
  Exports(desk::Database& database, desk::ExportFiles& files, const Clock& clock);
  ~Exports() { stop(); }
  void wake();
  /// Ends after the slice that runs; what was not finished begins again at the next start.
  void stop();

 private:
  std::chrono::milliseconds step();
  bool stops_within(std::chrono::milliseconds wait);

  desk::Database& database_;
  desk::ExportFiles& files_;
  const Clock& clock_;
  std::atomic<bool> waiting_{true};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< under mutex_
  Time next_clearing_{};  ///< of the loop's thread
  Loop loop_;
};

}  // namespace docket::runtime
