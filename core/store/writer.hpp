// SPDX-License-Identifier: Apache-2.0
// The one writer: a thread with the only session that may write, a bounded queue in front of it, grouped commits
// behind.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "store/job.hpp"
#include "store/session.hpp"

namespace docket::store {

struct WriterOptions {
  std::size_t queue_limit = 4096;                    ///< jobs that wait; one more is answered "overloaded"
  std::size_t slice_limit = 64;                      ///< slices of long work that wait
  std::size_t group_limit = 256;                     ///< jobs in one COMMIT
  std::size_t small_group = 8;  ///< a group of at most so many jobs leaves no deferred work behind (search is current) …
  std::size_t deferred_limit = 1024;                 ///< … a larger one may, but never more pieces than this
  std::chrono::milliseconds deferred_patience{100};  ///< … and none for longer than this
  std::size_t busy_queue = 32;                       ///< slices wait while more jobs than this are queued …
  std::chrono::milliseconds slice_patience{1000};    ///< … but not longer than this
  int slice_rest = 3;  ///< after a group with a slice, slices rest so many times as long, at most `slice_patience` …
  std::chrono::milliseconds slice_rest_near{1000};   ///< … and only while the last job came no longer ago than this
  std::chrono::milliseconds short_patience{20};      ///< patient jobs wait so long for a group that they can join
  std::chrono::milliseconds queue_deadline{10'000};  ///< a job that waited longer is not run
  std::chrono::milliseconds job_deadline{10'000};    ///< a job's statements are stopped after this
  int checkpoint_frames = 16'000;                    ///< checkpoint under load from here: 64 MiB
  std::chrono::milliseconds idle_checkpoint{500};    ///< without a job for this long, the log is emptied
  std::int64_t wal_alarm_bytes = 256LL << 20;        ///< a log larger than this is reported
  std::uint64_t reserve_bytes = 50ULL << 20;         ///< with less free space, writes are refused
  std::chrono::milliseconds space_interval{1000};    ///< how often free space is asked for, and a full disk tried again
  /// Asked on the writer thread. Empty = never refuse for space beforehand.
  std::function<std::uint64_t()> free_bytes{};
  /// What is on disk is unknown: must not return in production. Default: log, then end the process with code 70.
  std::function<void(std::string_view reason)> on_fatal{};
};

/// Counters since the start and the state now.
struct WriterMetrics {
  static constexpr std::size_t buckets = 24;
  std::uint64_t jobs = 0;     ///< finished, whatever their outcome
  std::uint64_t refused = 0;  ///< never run: queue full, too late, no space, stopping
  std::uint64_t groups = 0;
  std::uint64_t slices = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t commit_micros = 0;  ///< time in groups, from BEGIN to the end of COMMIT
  /// commit_histogram[i] counts groups that took less than 2^i microseconds and not less than 2^(i-1).
  std::array<std::uint64_t, buckets> commit_histogram{};
  std::size_t queued = 0;
  std::size_t last_group = 0;
  int wal_frames = 0;
  bool storage_full = false;
};

/// Thread-safe. Jobs are run in the order they came. finish() of every job is called exactly once: on the writer thread
/// after the COMMIT, or on the submitting thread if the job is refused at once.
class Writer {
 public:
  Writer(Session session, WriterOptions options);
  ~Writer();  ///< stop()

  void submit(std::unique_ptr<Job> job);
  template <class F, class Done>
  void submit(F work, Done done) {
    submit(make_job(std::move(work), std::move(done)));
  }

  /// For what nobody waits for: joins the next group, or has one with its like after `short_patience`.
  void submit_patient(std::unique_ptr<Job> job);

  /// Long work in small pieces: at most one slice a group, only while few jobs wait, and where jobs come no more than a
  /// part of the time (`slice_rest`), so that arrears of any kind leave people the writer and the processor.
  void submit_slice(std::unique_ptr<Job> job);

  /// Like a slice, but outside of any transaction (a step of a backup).
  void submit_maintenance(std::unique_ptr<Job> job);

  /// Runs `work` on the writer and waits for it. Not from a finish() and not from a job.
  template <class F>
  auto run(F work) {
    return wait([this](std::unique_ptr<Job> job) { submit(std::move(job)); }, std::move(work));
  }
  template <class F>
  auto run_slice(F work) {
    return wait([this](std::unique_ptr<Job> job) { submit_slice(std::move(job)); }, std::move(work));
  }
  template <class F>
  auto run_maintenance(F work) {
    return wait([this](std::unique_ptr<Job> job) { submit_maintenance(std::move(job)); }, std::move(work));
  }

  /// Takes no more jobs, finishes those queued, empties the log and ends the thread. Idempotent.
  void stop();

  [[nodiscard]] WriterMetrics metrics() const;

 private:
  using Steady = std::chrono::steady_clock;
  struct Entry {
    std::unique_ptr<Job> job;
    Steady::time_point since;
    bool transactional = true;
  };

  template <class Submit, class F>
  static auto wait(Submit submit, F work) {
    using Outcome = std::invoke_result_t<F&, Session&>;
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    submit(make_job(std::move(work), [promise](Outcome outcome) { promise->set_value(std::move(outcome)); }));
    return future.get();
  }

  void enqueue(std::deque<Entry>& queue, std::size_t limit, Entry entry);
  void loop();
  bool take(std::vector<Entry>& group, Entry& maintenance, bool& is_long);
  [[nodiscard]] bool await_work(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Steady::time_point next_slice() const;
  void run_entries(std::vector<Entry>& group);
  void run_outside(Entry& entry);
  void run_deferred();
  void refuse(std::unique_ptr<Job> job, Error error);
  [[nodiscard]] bool space_left();
  void keep_log_short(bool idle);
  void die(std::string_view reason);

  Session session_;
  const WriterOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  std::deque<Entry> patient_;
  std::deque<Entry> slices_;
  Steady::time_point last_job_ = Steady::time_point::min();  // not of slices or patient ones
  bool stopping_ = false;
  bool dead_ = false;
  WriterMetrics metrics_;

  // Of the writer thread alone:
  Steady::time_point rested_{};  // when long work has rested from its last slice
  Steady::time_point space_asked_{};
  bool space_ok_ = true;
  Steady::time_point full_since_{};
  bool full_ = false;
  int frames_at_last_checkpoint_ = 0;
  bool wal_alarm_ = false;

  std::thread thread_;
};

}  // namespace docket::store
