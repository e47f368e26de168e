// SPDX-License-Identifier: Apache-2.0
#include "store/group_commit.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "store/errors.hpp"
#include "store/session.hpp"
#include "store/session_impl.hpp"
#include "store/sqlite_api.hpp"

namespace docket::store {
namespace {

/// Nobody of the group is told success when its transaction is gone.
void fail_successes(std::span<Result<void>> outcomes, const Error& error) {
  for (auto& outcome : outcomes) {
    if (outcome) outcome = std::unexpected(error);
  }
}

bool is_io_error(const StoreError& error) {
  return (error.result() & 0xff) == SQLITE_IOERR;
}

/// Rows that were ever changed here, also by triggers and also where that was undone.
std::int64_t changes_of(Session& session) {
  return sqlite::sqlite3_total_changes64(session.impl().connection());
}

bool ran_out_of_time(const Result<void>& outcome) {
  return !outcome && outcome.error().code == ErrorCode::overloaded;
}

Error lost_transaction() {
  return as_error(
      StoreUnavailable(SQLITE_ABORT_ROLLBACK, "the transaction was rolled back by an error of another job"));
}

/// A group under way.
class Group {
 public:
  Group(Session& session, std::span<const std::unique_ptr<Job>> jobs, std::optional<std::chrono::milliseconds> limit)
      : session_(session),
        jobs_(jobs),
        limit_(limit),
        outcomes_(jobs.size()),
        earlier_(session.deferred()),
        guarded_(session.impl().copied) {}
  /// What earlier groups left stays whatever becomes of this one; what this one adds goes with it.
  ~Group() {
    if (!committed_) session_.drop_deferred(earlier_);
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  std::vector<Result<void>> run(const DeferredWait& wait) {
    start_the_time();
    if (begin() && run_jobs()) commit(wait);
    return std::move(outcomes_);
  }

 private:
  void start_the_time() {
    if (limit_) session_.set_deadline(std::chrono::steady_clock::now() + *limit_);
  }

  bool begin() {
    try {
      session_.begin_immediate();
      return true;
    } catch (const StoreError& error) {
      if (is_fatal(error)) throw;
      log::error("group_begin_failed", {{"reason", std::string_view(error.what())}});
      fail_successes(outcomes_, as_error(error));
      return false;
    }
  }

  /// False = the transaction is gone, and everybody is told.
  bool run_jobs() {
    for (std::size_t at = 0; at < jobs_.size(); ++at) {
      // It failed, and that is all that can be known; or it took all the time there was, and would again.
      if (ran_before_ > at && (!jobs_[at]->repeatable() || ran_out_of_time(outcomes_[at]))) continue;
      const bool wrote_in_vain = run_job(at);
      if (!session_.in_transaction()) return give_up(at);
      if (wrote_in_vain && !begin_anew(at)) return false;
    }
    return true;
  }

  /// True = it failed after it wrote, and its rows are still there.
  bool run_job(std::size_t at) {
    Job& job = *jobs_[at];
    const bool guarded = guarded_;
    const std::size_t deferred = session_.deferred();
    const std::int64_t changes = changes_of(session_);
    outcomes_[at] = {};
    try {
      if (guarded) session_.run("SAVEPOINT job");
      outcomes_[at] = run_caught(job, session_);
      if (!session_.in_transaction()) return false;
      if (!outcomes_[at]) session_.drop_deferred(deferred);
      if (guarded) {
        if (!outcomes_[at]) session_.run("ROLLBACK TO job");
        session_.run("RELEASE job");
      }
    } catch (const StoreError& error) {
      if (is_fatal(error)) throw;
      // The savepoint itself failed, so where this job ends is no longer known: give up the group.
      log::error("group_savepoint_failed", {{"reason", std::string_view(error.what())}});
      session_.rollback();
      outcomes_[at] = std::unexpected(as_error(error));
      return false;
    }
    if (outcomes_[at]) {
      first_success_ = std::min(first_success_, at);
      if (!job.repeatable()) guarded_ = true;
      return false;
    }
    return !guarded && changes_of(session_) != changes;
  }

  /// Puts the group back to where the job `at` did not run. Those before it come again with it, since what it was told
  /// may tell of what they had written; if they all failed, they and it have their answers.
  bool begin_anew(std::size_t& at) {
    session_.rollback();
    if (session_.in_transaction()) throw StoreUnavailable(SQLITE_ABORT_ROLLBACK, "what a job wrote can not be undone");
    if (first_success_ < at) {
      start_the_time();  // once more at most: from here on each job has a savepoint
      session_.drop_deferred(earlier_);
      for (std::size_t ran = 0; ran <= at; ++ran) jobs_[ran]->undone();
      guarded_ = true;
      ran_before_ = at + 1;
      at = static_cast<std::size_t>(-1);  // the next one is the first
    }
    return begin();
  }

  /// Some errors (no space, no memory, I/O) make SQLite roll back the whole transaction: what ran before is undone.
  bool give_up(std::size_t at) {
    fail_successes(outcomes_, outcomes_[at] ? lost_transaction() : Error{outcomes_[at].error()});
    return false;
  }

  void commit(const DeferredWait& wait) {
    try {
      if (session_.deferred() > wait.most || !session_.deferred_may_wait(wait.patience)) session_.run_deferred();
      session_.commit();
      committed_ = true;
    } catch (const StoreError& error) {
      // After an I/O error here the frames may or may not be on disk, and an fsync that is tried again may lie.
      if (is_fatal(error) || is_io_error(error)) throw;
      log::error("group_commit_failed", {{"reason", std::string_view(error.what())}});
      session_.rollback();
      fail_successes(outcomes_, as_error(error));
    }
  }

  Session& session_;
  const std::span<const std::unique_ptr<Job>> jobs_;
  const std::optional<std::chrono::milliseconds> limit_;
  std::vector<Result<void>> outcomes_;
  const std::size_t earlier_;
  std::size_t first_success_ = static_cast<std::size_t>(-1);
  std::size_t ran_before_ = 0;  ///< how many had run when the group began anew
  bool guarded_;  ///< each job has a savepoint from here on
  bool committed_ = false;
};

}  // namespace

std::vector<Result<void>> run_group(Session& session, std::span<const std::unique_ptr<Job>> jobs,
                                    const DeferredWait& wait, std::optional<std::chrono::milliseconds> limit) {
  return Group(session, jobs, limit).run(wait);
}

}  // namespace docket::store
