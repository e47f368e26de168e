// SPDX-License-Identifier: Apache-2.0
// Long work in slices: bulk jobs of people, and taking tickets over to newly published definitions.
#pragma once

#include <atomic>
#include <map>

#include "desk/bulk_job.hpp"
#include "desk/patience.hpp"
#include "desk/ports/database.hpp"
#include "runtime/loop.hpp"

namespace docket::runtime {

/// Readers choose the tickets; between two slices the writer serves people first. What was running when the process
/// ended goes on at the next start.
class Jobs {
 public:
  explicit Jobs(desk::Database& database);
  void wake() { loop_.wake(); }
  void stop() { loop_.stop(); }
  /// Adoption begins again from the first ticket: called when definitions were published.
  void published();

 private:
  std::chrono::milliseconds step();
  bool bulk_slice();
  /// One slice of one job: whose turn it is, how it is to be done, and what came of it.
  struct Turn {
    std::optional<JobId> job{};  ///< empty: the next one
    int limit = 0;
    desk::OnTicket on = desk::OnTicket::act;
    std::optional<desk::Job> wants{};  ///< it goes on when a reader has picked its tickets
  };
  Result<bool> run(Turn& turn);
  /// False: not now, and the next step had better wait.
  bool pick(const desk::Job& job);
  bool adoption_slice();

  desk::Database& database_;
  std::atomic<bool> adopting_{true};
  TicketId adopted_up_to_{};  ///< of the loop's thread
  std::atomic<bool> restart_adoption_{true};
  JobId last_turn_{};  ///< of the loop's thread
  /// What readers found for jobs that are running, of the loop's thread; the writer looks at it while that waits.
  struct Picked {
    desk::BulkPicks picks{};
    desk::Patience patience{};
  };
  std::map<JobId, Picked> picked_{};
  Loop loop_;
};

}  // namespace docket::runtime
