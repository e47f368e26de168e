// SPDX-License-Identifier: Apache-2.0
// Many jobs, one transaction, one fsync: each job succeeds or fails alone, and none succeeds before the COMMIT did.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "store/job.hpp"

namespace docket::store {

/// How much of what Session::defer() lets wait may be left to a later group, and for how long. Default: nothing.
struct DeferredWait {
  std::size_t most = 0;
  std::chrono::milliseconds patience{0};
};

/// Runs the jobs in order in one BEGIN IMMEDIATE, commits, and returns an outcome for each of them. It does not call
/// finish(). A job that fails after it wrote makes the group begin anew, with a savepoint for each job; none is made
/// before that unless a job can not run again or a backup is under way, since SQLite copies every page that is written
/// under one. `limit`: the session's deadline, counted from the begin and, where it begins anew, once more. Throws
/// StoreError only where is_fatal() holds, the COMMIT met an I/O error or a rollback failed: then whether the group is on
/// disk is unknown and the process must end without answering.
[[nodiscard]] std::vector<Result<void>> run_group(Session& session, std::span<const std::unique_ptr<Job>> jobs,
                                                  const DeferredWait& wait = {},
                                                  std::optional<std::chrono::milliseconds> limit = {});

}  // namespace docket::store
