// SPDX-License-Identifier: Apache-2.0
#include "store/readers.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <optional>
#include <stop_token>

#include "base/log.hpp"
#include "base/processor.hpp"
#include "store/errors.hpp"

namespace docket::store {
namespace {

Error busy() {
  Error error;
  error.code = ErrorCode::overloaded;
  error.say({"More is being read than this desk can take; try again in a moment.", "服务器正忙，请稍候再试。"});
  error.retry_after_seconds = 1;
  return error;
}

Error stopping_error() {
  Error error;
  error.code = ErrorCode::shutting_down;
  error.say({"The desk is stopping; try again in a moment.", "服务器正在重启，请稍候再试。"});
  error.retry_after_seconds = 5;
  return error;
}

Result<void> run_in_snapshot(Job& job, Session& session) {
  try {
    Transaction snapshot(session, Transaction::Mode::read);
    return run_caught(job, session);
  } catch (const StoreError& error) {
    // A reader has written nothing: no error of its is a reason to end the process.
    log::warning("read_failed", {{"reason", std::string_view(error.what())}});
    return std::unexpected(as_error(error));
  }
}

/// Whether who went last may come back, which asks for RLIMIT_NICE to allow the niceness. Tried by a thread that ends.
bool may_come_back(int niceness) {
  bool back = false;
  std::thread([&] {
    back = ::setpriority(PRIO_PROCESS, 0, niceness) == 0 && put_last(0, true) && put_last(0, false);
  }).join();
  return back;
}

/// Lets the thread that made it have the processor only when nobody else wants it while a job runs, so that who serves a
/// list need not wait for the end of its turn. A job that is not done after `patience` goes on by its niceness alone, so
/// that on a busy machine it ends, and its snapshot with it.
class LastInLine {
 public:
  explicit LastInLine(std::chrono::milliseconds patience)
      : patience_(patience), waiter_([this](const std::stop_token& stop) { wait(stop); }) {}

  void begin() {
    const std::scoped_lock lock(mutex_);
    since_ = std::chrono::steady_clock::now();
    last_ = put_last(thread_, true);
    changed_.notify_one();
  }
  void end() {
    const std::scoped_lock lock(mutex_);
    since_.reset();
    if (last_) last_ = !put_last(thread_, false);
  }

 private:
  void wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return since_.has_value(); })) {
      const auto until = *since_ + patience_;
      if (changed_.wait_until(lock, stop, until, [&] { return !since_ || *since_ + patience_ != until; })) continue;
      if (stop.stop_requested()) return;
      if (last_) last_ = !put_last(thread_, false);
      since_.reset();
    }
  }

  const std::chrono::milliseconds patience_;
  const pid_t thread_ = ::gettid();
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<std::chrono::steady_clock::time_point> since_;  // of a job that has not been waited for in vain
  bool last_ = false;
  std::jthread waiter_;  // last: it uses all of the above
};

}  // namespace

Readers::Readers(SessionOptions session, ReadersOptions options) : options_(options) {
  session.access = Access::read;
  sessions_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) sessions_.push_back(Session::open(session));
  threads_.reserve(options_.threads);
  for (Session& own : sessions_) {
    threads_.emplace_back([this, &own] {
      if (options_.niceness != 0) (void)::setpriority(PRIO_PROCESS, 0, options_.niceness);
      loop(own);
    });
  }
}

Readers::~Readers() {
  stop();
}

void Readers::submit(std::unique_ptr<Job> job) {
  Error error;
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_ && queue_.size() < options_.queue_limit) {
      queue_.push_back(Entry{std::move(job), Steady::now()});
      wake_.notify_one();
      return;
    }
    error = stopping_ ? stopping_error() : busy();
    ++metrics_.refused;
  }
  job->finish(std::unexpected(std::move(error)));
}

void Readers::loop(Session& session) {
  std::optional<LastInLine> last;
  if (options_.niceness > 0 && may_come_back(options_.niceness)) last.emplace(options_.goes_last);
  while (true) {
    Entry entry;
    Result<void> outcome;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      entry = std::move(queue_.front());
      queue_.pop_front();
      if (stopping_) {
        outcome = std::unexpected(stopping_error());
      } else if (Steady::now() - entry.since > options_.queue_deadline) {
        outcome = std::unexpected(busy());
      }
      ++(outcome ? metrics_.jobs : metrics_.refused);
      // Under the lock, so that a cancel() of stop() can not be forgotten by it.
      session.set_deadline(Steady::now() + options_.job_deadline);
    }
    if (last) last->begin();
    if (outcome) outcome = run_in_snapshot(*entry.job, session);
    if (last) last->end();
    entry.job->finish(std::move(outcome));
  }
}

void Readers::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    for (Session& session : sessions_) session.cancel();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

ReadersMetrics Readers::metrics() const {
  const std::scoped_lock lock(mutex_);
  ReadersMetrics now = metrics_;
  now.queued = queue_.size();
  return now;
}

}  // namespace docket::store
