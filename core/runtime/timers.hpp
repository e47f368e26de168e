// SPDX-License-Identifier: Apache-2.0
// What time does by itself: due tickets, waiting tickets when a shift or a working day begins.
#pragma once

#include <atomic>
#include <optional>

#include "base/clock.hpp"
#include "desk/ports/database.hpp"
#include "runtime/loop.hpp"

namespace docket::runtime {

/// Sleeps until the next due row; the rows are the truth, so a restart loses nothing and a late wake does it late.
class Timers {
 public:
  Timers(desk::Database& database, const Clock& clock);
  /// A timer was set to `at` by a commit.
  void expect(Time at);
  void wake() { loop_.wake(); }
  void stop() {
    stopping_.store(true);
    loop_.stop();
  }

  /// Does all that is due now, on the calling thread; for tests and simulation with a clock that is moved by hand.
  void catch_up();
  /// Dispatches waiting tickets to whoever can take them by now; the same remark.
  void give_out_waiting();

 private:
  std::chrono::milliseconds step();
  void give_out_singly(const std::string& team);
  /// Says the held messages whose time has come. False when it is to be tried again in a while.
  bool say_held();
  /// The earliest due ticket can not go on: a minute later again. False when that could not be written either, or none
  /// is due.
  bool put_off_first();

  desk::Database& database_;
  const Clock& clock_;
  std::atomic<Time::rep> next_due_{0};  ///< microseconds; 0 = ask the database
  Time next_round_{};                   ///< when waiting tickets are looked at again; of the loop's thread
  std::atomic<bool> stopping_{false};
  Loop loop_;
};

}  // namespace docket::runtime
