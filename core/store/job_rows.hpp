// SPDX-License-Identifier: Apache-2.0
// Jobs, their results, and the memory of answered requests in SQL.
#pragma once

#include "desk/ports/job_store.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time.
class JobRows final : public desk::JobStore {
 public:
  explicit JobRows(Session& session) : session_(session) {}

  [[nodiscard]] std::optional<desk::Job> find_job(JobId id) const override;
  [[nodiscard]] std::vector<desk::Job> jobs(const desk::JobSight& sight, JobId before, int limit) const override;
  [[nodiscard]] std::vector<desk::JobResult> results(JobId id, std::int64_t after_item, int limit) const override;
  JobId add_job(const desk::Job& job) override;
  void save_job(const desk::Job& job) override;
  void add_result(JobId id, const desk::JobResult& result) override;
  [[nodiscard]] std::vector<desk::Job> running() const override;

 private:
  Session& session_;
};

/// Keys of a day stand in one of three tables, used in turn, so that forgetting a day empties a table whole.
class AnsweredRows final : public desk::IdempotencyStore {
 public:
  /// `most_keys`: how many one principal may use in a day.
  AnsweredRows(Session& session, std::int64_t most_keys) : session_(session), most_keys_(most_keys) {}

  [[nodiscard]] std::optional<desk::RememberedAnswer> recall(const std::string& principal,
                                                             const std::string& key) const override;
  bool remember(const std::string& principal, const std::string& key, const desk::RememberedAnswer& answer,
                Time now) override;
  void forget_old(Time now) override;

 private:
  Session& session_;
  const std::int64_t most_keys_;
};

}  // namespace docket::store
