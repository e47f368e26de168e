// SPDX-License-Identifier: Apache-2.0
#include "store/group_commit.hpp"

#include "base/log.hpp"
#include "store/errors.hpp"
#include "store/session.hpp"
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

Error lost_transaction() {
  return as_error(
      StoreUnavailable(SQLITE_ABORT_ROLLBACK, "the transaction was rolled back by an error of another job"));
}

}  // namespace

std::vector<Result<void>> run_group(Session& session, std::span<const std::unique_ptr<Job>> jobs,
                                    const DeferredWait& wait) {
  std::vector<Result<void>> outcomes(jobs.size());
  // What earlier groups left stays whatever becomes of this one; what this one adds goes with it.
  struct Added {
    Session& session;
    std::size_t earlier = session.deferred();
    bool kept = false;
    ~Added() {
      if (!kept) session.drop_deferred(earlier);
    }
  } added{session};
  try {
    session.begin_immediate();
  } catch (const StoreError& error) {
    if (is_fatal(error)) throw;
    log::error("group_begin_failed", {{"reason", std::string_view(error.what())}});
    fail_successes(outcomes, as_error(error));
    return outcomes;
  }
  for (std::size_t at = 0; at < jobs.size(); ++at) {
    if (!session.in_transaction()) {
      // Some errors (no space, no memory, I/O) make SQLite roll back the whole transaction: what ran before is undone.
      const Error why = at > 0 && !outcomes[at - 1] ? outcomes[at - 1].error() : lost_transaction();
      fail_successes(outcomes, why);
      return outcomes;
    }
    const std::size_t deferred = session.deferred();
    try {
      session.run("SAVEPOINT job");
      outcomes[at] = run_caught(*jobs[at], session);
      if (!session.in_transaction()) continue;
      if (!outcomes[at]) {
        session.run("ROLLBACK TO job");
        session.drop_deferred(deferred);
      }
      session.run("RELEASE job");
    } catch (const StoreError& error) {
      if (is_fatal(error)) throw;
      // The savepoint itself failed, so where this job ends is no longer known: give up the group.
      log::error("group_savepoint_failed", {{"reason", std::string_view(error.what())}});
      session.rollback();
      outcomes[at] = std::unexpected(as_error(error));
    }
  }
  if (!session.in_transaction()) {
    const Error why = !outcomes.empty() && !outcomes.back() ? outcomes.back().error() : lost_transaction();
    fail_successes(outcomes, why);
    return outcomes;
  }
  try {
    if (session.deferred() > wait.most || !session.deferred_may_wait(wait.patience)) session.run_deferred();
    session.commit();
    added.kept = true;
  } catch (const StoreError& error) {
    // After an I/O error here the frames may or may not be on disk, and an fsync that is tried again may lie.
    if (is_fatal(error) || is_io_error(error)) throw;
    log::error("group_commit_failed", {{"reason", std::string_view(error.what())}});
    session.rollback();
    fail_successes(outcomes, as_error(error));
  }
  return outcomes;
}

}  // namespace docket::store
