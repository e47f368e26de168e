// SPDX-License-Identifier: Apache-2.0
// One piece of database work and what to do with its outcome; the currency of the writer and the readers.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.hpp"

namespace docket::store {

class Session;

/// run() is called at most once, or as often as a group begins anew if the job is repeatable(); finish() exactly once
/// and after it. finish() must only hand the outcome on.
class Job {
 public:
  virtual ~Job() = default;
  /// An error, or an exception, undoes everything that this job wrote.
  [[nodiscard]] virtual Result<void> run(Session& session) = 0;
  /// Whether run() may be called again after undone(): it uses nothing up and leaves nothing behind but rows.
  [[nodiscard]] virtual bool repeatable() const { return false; }
  /// What run() wrote is gone for the failure of another job, and run() comes again: forget what came of it.
  virtual void undone() noexcept {}
  /// `outcome` is final: a success is on disk.
  virtual void finish(Result<void> outcome) noexcept = 0;
};

namespace detail {

template <class F, class Done>
class FunctionJob final : public Job {
 public:
  using Outcome = std::invoke_result_t<F&, Session&>;
  using Value = typename Outcome::value_type;

  FunctionJob(F work, Done done, bool repeatable)
      : work_(std::move(work)), done_(std::move(done)), repeatable_(repeatable) {}

  Result<void> run(Session& session) override {
    Outcome outcome = work_(session);
    if (!outcome) return std::unexpected(std::move(outcome).error());
    if constexpr (!std::is_void_v<Value>) value_.emplace(*std::move(outcome));
    return {};
  }

  [[nodiscard]] bool repeatable() const override { return repeatable_; }

  void finish(Result<void> outcome) noexcept override {
    if (!outcome) {
      done_(Outcome(std::unexpected(std::move(outcome).error())));
    } else if constexpr (std::is_void_v<Value>) {
      done_(Outcome{});
    } else {
      done_(Outcome(*std::move(value_)));
    }
  }

 private:
  struct Nothing {};
  F work_;
  Done done_;
  bool repeatable_;
  std::optional<std::conditional_t<std::is_void_v<Value>, Nothing, Value>> value_;
};

}  // namespace detail

/// `work`: Result<T>(Session&), on the database thread. `done`: void(Result<T>), quick and without exceptions.
template <class F, class Done>
[[nodiscard]] std::unique_ptr<Job> make_job(F work, Done done) {
  return std::make_unique<detail::FunctionJob<F, Done>>(std::move(work), std::move(done), false);
}
/// The same, for work that may run again.
template <class F, class Done>
[[nodiscard]] std::unique_ptr<Job> make_repeatable_job(F work, Done done) {
  return std::make_unique<detail::FunctionJob<F, Done>>(std::move(work), std::move(done), true);
}

/// Runs a job and turns what it throws into an error: a StoreError by its kind, anything else into `internal` with a
/// log line that names only its type. Throws StoreError on where is_fatal() holds.
[[nodiscard]] Result<void> run_caught(Job& job, Session& session);

}  // namespace docket::store
