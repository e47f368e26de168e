// SPDX-License-Identifier: Apache-2.0
// Long work with progress and cancel, and the memory of answered requests.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"
#include "desk/people.hpp"

namespace docket::desk {

enum class JobState { running, done, cancelled, failed };
BOOST_DESCRIBE_ENUM(JobState, running, done, cancelled, failed)

struct Job {
  JobId id{};
  std::string kind{};  ///< "bulk", "adopt", "backup"
  JobState state = JobState::running;
  UserId by{};
  std::int64_t total = 0, done = 0, failed = 0;
  std::string input{};   ///< JSON, for the kind to read
  std::string cursor{};  ///< where the next slice begins
  Time created_at{};
  std::optional<Time> ended_at{};
  std::string error{};
};
BOOST_DESCRIBE_STRUCT(Job, (), (id, kind, state, by, total, done, failed, created_at, ended_at, error))

struct JobResult {
  std::int64_t item = 0;  ///< ticket
  std::string outcome{};  ///< "done", or an error code
  std::string detail{};
};
BOOST_DESCRIBE_STRUCT(JobResult, (), (item, outcome, detail))

/// Which jobs somebody may know of, and stop.
struct JobSight {
  std::optional<UserId> by{};  ///< only those of this person; none: everybody's
  bool on_tickets = false;     ///< of those only "bulk" and "undo"
  [[nodiscard]] bool covers(const Job& job) const {
    return (!by || job.by == *by) && (!on_tickets || job.kind == "bulk" || job.kind == "undo");
  }
};

class JobReader {
 public:
  virtual ~JobReader() = default;
  /// Without regard to rights.
  [[nodiscard]] virtual std::optional<Job> find_job(JobId id) const = 0;
  /// Newest first; `before` 0 begins at the newest.
  [[nodiscard]] virtual std::vector<Job> jobs(const JobSight& sight, JobId before, int limit) const = 0;
  [[nodiscard]] virtual std::vector<Job> running() const = 0;
  [[nodiscard]] virtual std::vector<JobResult> results(JobId id, std::int64_t after_item, int limit) const = 0;
};

class JobStore : public JobReader {
 public:
  virtual JobId add_job(const Job& job) = 0;
  virtual void save_job(const Job& job) = 0;
  virtual void add_result(JobId id, const JobResult& result) = 0;
};

/// What came of a request with an Idempotency-Key.
struct RememberedAnswer {
  Digest request{};  ///< over method, path and body
  int status = 0;
  std::string outcome{};  ///< what the route needs to answer the same again, e.g. the id of what it made
};

class IdempotencyStore {
 public:
  virtual ~IdempotencyStore() = default;
  [[nodiscard]] virtual std::optional<RememberedAnswer> recall(const std::string& principal,
                                                               const std::string& key) const = 0;
  /// False when the principal has as many keys as it may have in this period.
  virtual bool remember(const std::string& principal, const std::string& key, const RememberedAnswer& answer,
                        Time now) = 0;
  /// Forgets whole periods that ended more than 24 h before now.
  virtual void forget_old(Time now) = 0;
};

}  // namespace docket::desk
