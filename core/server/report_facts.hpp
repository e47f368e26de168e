// SPDX-License-Identifier: Apache-2.0
// What reports count is kept compact, and at hand: its rows lie all over the file, and the first report after a start would
// wait for the disk.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "runtime/loop.hpp"
#include "server/engine.hpp"
#include "store/fact_rows.hpp"

namespace docket::server {

/// Folds in slices of the writer, looked at once a second; reads all rows after the start and once an hour, so that what a
/// backup or an export has pushed out of the machine's memory comes back. Reading rests as long as it read.
class ReportFacts {
 public:
  explicit ReportFacts(Engine& engine);  ///< `engine` outlives this.
  /// Some ticket changed. Any thread.
  void changed() { changed_.store(true); }
  void stop();

 private:
  using Steady = std::chrono::steady_clock;
  std::chrono::milliseconds step();
  /// Whether there is more to fold now.
  bool fold();
  /// How long to wait before it reads on.
  std::chrono::milliseconds read();

  Engine& engine_;
  std::atomic<bool> changed_{true};
  // Of the loop's thread:
  Steady::time_point next_fold_{}, next_reading_{};
  std::optional<store::FactReading> reading_;
  bool told_ = false;
  runtime::Loop loop_;  // last: its thread uses all of the above
};

}  // namespace docket::server
