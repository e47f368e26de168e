// SPDX-License-Identifier: Apache-2.0
// Threads that read: each has a query_only session, every job its own short snapshot and deadline, the queue a bound.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/job.hpp"
#include "store/session.hpp"

namespace docket::store {

struct ReadersOptions {
  std::size_t threads = 2;
  std::size_t queue_limit = 1024;
  std::chrono::milliseconds queue_deadline{5000};  ///< a job that waited longer is not run
  std::chrono::milliseconds job_deadline{
      5000};  ///< a job that runs longer is stopped; bounds how long a snapshot lives
  int niceness = 0;  ///< of its threads; Linux has one for each. More than 0: everybody else goes first
  std::chrono::milliseconds goes_last{1000};  ///< then, for so long, a job has only what nobody else wants
};

struct ReadersMetrics {
  std::uint64_t jobs = 0;
  std::uint64_t refused = 0;
  std::size_t queued = 0;
};

/// Thread-safe. The writer must have opened the database before. finish() of every job is called exactly once, on a
/// reader thread with the snapshot closed, or on the submitting thread if the job is refused at once.
class Readers {
 public:
  /// `session.access` is ignored: these always read. Throws StoreError if a session can not be opened.
  Readers(SessionOptions session, ReadersOptions options);
  ~Readers();  ///< stop()

  void submit(std::unique_ptr<Job> job);
  template <class F, class Done>
  void submit(F work, Done done) {
    submit(make_job(std::move(work), std::move(done)));
  }

  /// Runs `work` on a reader and waits. Not from a job or a finish() of these readers.
  template <class F>
  auto run(F work) {
    using Outcome = std::invoke_result_t<F&, Session&>;
    std::promise<Outcome> promise;
    auto future = promise.get_future();
    submit(make_job(std::move(work), [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); }));
    return future.get();
  }

  /// Takes no more jobs, stops those that run, answers those queued, ends the threads. Idempotent.
  void stop();

  [[nodiscard]] ReadersMetrics metrics() const;

 private:
  using Steady = std::chrono::steady_clock;
  struct Entry {
    std::unique_ptr<Job> job;
    Steady::time_point since;
  };
  void loop(Session& session);

  const ReadersOptions options_;
  std::vector<Session> sessions_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  bool stopping_ = false;
  ReadersMetrics metrics_;
  std::vector<std::thread> threads_;
};

}  // namespace docket::store
