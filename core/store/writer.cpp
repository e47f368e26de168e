// SPDX-License-Identifier: Apache-2.0
#include "store/writer.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "base/log.hpp"
#include "store/errors.hpp"
#include "store/group_commit.hpp"

namespace docket::store {
namespace {

constexpr int kExitStorage = 70;
constexpr std::int64_t kFrameBytes = 4096 + 24;
constexpr auto kForever = std::chrono::steady_clock::time_point::max();

Error overloaded() {
  Error error;
  error.code = ErrorCode::overloaded;
  error.say({"More is being written than this desk can take; try again in a moment.", "服务器正忙，没有保存，请稍候再试。"});
  error.retry_after_seconds = 1;
  return error;
}

Error stopping_error() {
  Error error;
  error.code = ErrorCode::shutting_down;
  error.say({"The desk is stopping; try again in a moment.", "服务器正在重启，没有保存，请稍候再试。"});
  error.retry_after_seconds = 5;
  return error;
}

Error dead_error() {
  return as_error(StoreUnavailable(0, "writer ended"));
}

Error full_error() {
  return as_error(StoreFull(0, "reserve"));
}

std::size_t bucket_of(std::uint64_t micros) {
  return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(micros)), WriterMetrics::buckets - 1);
}

}  // namespace

Writer::Writer(Session session, WriterOptions options)
    : session_(std::move(session)), options_(std::move(options)), thread_([this] { loop(); }) {}

Writer::~Writer() {
  stop();
}

void Writer::submit(std::unique_ptr<Job> job) {
  enqueue(queue_, options_.queue_limit, Entry{std::move(job), Steady::now(), true});
}

void Writer::submit_patient(std::unique_ptr<Job> job) {
  enqueue(patient_, options_.queue_limit, Entry{std::move(job), Steady::now(), true});
}

void Writer::submit_slice(std::unique_ptr<Job> job) {
  enqueue(slices_, options_.slice_limit, Entry{std::move(job), Steady::now(), true});
}

void Writer::submit_maintenance(std::unique_ptr<Job> job) {
  enqueue(slices_, options_.slice_limit, Entry{std::move(job), Steady::now(), false});
}

void Writer::enqueue(std::deque<Entry>& queue, std::size_t limit, Entry entry) {
  Error error;
  {
    const std::scoped_lock lock(mutex_);
    if (!dead_ && !stopping_ && queue.size() < limit) {
      if (&queue == &queue_) last_job_ = entry.since;
      queue.push_back(std::move(entry));
      wake_.notify_one();
      return;
    }
    error = dead_ ? dead_error() : stopping_ ? stopping_error() : overloaded();
    ++metrics_.refused;
  }
  entry.job->finish(std::unexpected(std::move(error)));
}

void Writer::refuse(std::unique_ptr<Job> job, Error error) {
  {
    const std::scoped_lock lock(mutex_);
    ++metrics_.refused;
  }
  job->finish(std::unexpected(std::move(error)));
}

/// When the slice that waits may run as far as rest goes. Under the lock.
Writer::Steady::time_point Writer::next_slice() const {
  return stopping_ ? Steady::time_point{} : std::min(rested_, last_job_ + options_.slice_rest_near);
}

/// Waits until there is a group to make, and uses the time in which nothing comes. False = stopped and nothing is left.
bool Writer::await_work(std::unique_lock<std::mutex>& lock) {
  const auto patience = [this] {
    return session_.deferred() > 0 && space_ok_ ? options_.deferred_patience : options_.idle_checkpoint;
  };
  auto idle_at = Steady::now() + patience();
  while (!stopping_ && !dead_ && queue_.empty()) {
    const auto now = Steady::now();
    const auto join_by = std::min(patient_.empty() ? kForever : patient_.front().since + options_.short_patience,
                                  slices_.empty() ? kForever : next_slice());
    if (now >= join_by) return true;
    if (now < idle_at) {
      (void)wake_.wait_until(lock, std::min(idle_at, join_by));
      continue;
    }
    lock.unlock();
    // Without space what was put off has to wait, but the log may hold what would be space.
    session_.deferred() > 0 && space_left() ? run_deferred() : keep_log_short(true);
    lock.lock();
    idle_at = Steady::now() + patience();
  }
  return !dead_ && !(queue_.empty() && patient_.empty() && slices_.empty());
}

/// Fills the next group (or the one piece of work outside of a transaction), and says whether long work is in it. False =
/// stopped and nothing is left.
bool Writer::take(std::vector<Entry>& group, Entry& maintenance, bool& is_long) {
  std::unique_lock lock(mutex_);
  if (!await_work(lock)) return false;

  const auto now = Steady::now();
  const bool slice_may_run = !slices_.empty() && now >= next_slice() &&
                             (queue_.size() <= options_.busy_queue || now - slices_.front().since > options_.slice_patience);
  group.reserve(std::min(queue_.size() + patient_.size(), options_.group_limit) + 1);
  // Last in the group, but not for ever.
  const bool patient_first = !patient_.empty() && Steady::now() - patient_.front().since > options_.short_patience;
  for (auto* const from : {patient_first ? &patient_ : &queue_, patient_first ? &queue_ : &patient_}) {
    for (; !from->empty() && group.size() < options_.group_limit; from->pop_front()) group.push_back(std::move(from->front()));
  }
  is_long = slice_may_run;
  if (slice_may_run) {
    Entry& slice = slices_.front();
    if (slice.transactional) {
      group.push_back(std::move(slice));
    } else {
      maintenance = std::move(slice);
    }
    slices_.pop_front();
    ++metrics_.slices;
    // The next slice's patience starts now, or a long row of them would overtake the jobs.
    if (!slices_.empty()) slices_.front().since = Steady::now();
  }
  return true;
}

void Writer::loop() {
  try {
    std::vector<Entry> group;
    Entry maintenance;
    for (bool is_long = false; take(group, maintenance, is_long);) {
      const auto began = Steady::now();
      if (!group.empty()) run_entries(group);
      if (maintenance.job) run_outside(maintenance);
      if (is_long) {
        const auto now = Steady::now();
        rested_ = now + std::min<Steady::duration>((now - began) * options_.slice_rest, options_.slice_patience);
      }
      group.clear();
      maintenance = {};
      keep_log_short(false);
    }
    if (!dead_) run_deferred();
    if (!dead_) {
      session_.set_deadline(kForever);
      (void)session_.checkpoint(true);
    }
  } catch (const StoreError& error) {
    die(error.what());
  }
}

void Writer::run_entries(std::vector<Entry>& group) {
  const auto now = Steady::now();
  const bool space = space_left();
  std::vector<std::unique_ptr<Job>> jobs;
  jobs.reserve(group.size());
  for (Entry& entry : group) {
    if (now - entry.since > options_.queue_deadline) {
      refuse(std::move(entry.job), overloaded());
    } else if (!space) {
      refuse(std::move(entry.job), full_error());
    } else {
      jobs.push_back(std::move(entry.job));
    }
  }
  if (jobs.empty()) return;

  std::vector<Result<void>> outcomes;
  DeferredWait wait;
  if (jobs.size() > options_.small_group) wait = {options_.deferred_limit, options_.deferred_patience};
  try {
    outcomes = run_group(session_, jobs, wait, options_.job_deadline);
  } catch (const StoreError& error) {
    die(error.what());
    for (auto& job : jobs) job->finish(std::unexpected(dead_error()));
    return;
  }
  const auto micros =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - now).count());
  const bool full = std::ranges::any_of(
      outcomes, [](const auto& outcome) { return !outcome && outcome.error().code == ErrorCode::storage_full; });
  if (full != full_) {
    full_ = full;
    full ? log::error("storage_full") : log::info("storage_has_space_again");
  }
  if (full) full_since_ = Steady::now();
  {
    const std::scoped_lock lock(mutex_);
    metrics_.jobs += jobs.size();
    ++metrics_.groups;
    metrics_.commit_micros += micros;
    ++metrics_.commit_histogram[bucket_of(micros)];
    metrics_.last_group = jobs.size();
    metrics_.wal_frames = session_.wal_frames();
    metrics_.storage_full = full_ || !space_ok_;
  }
  for (std::size_t at = 0; at < jobs.size(); ++at) jobs[at]->finish(std::move(outcomes[at]));
}

/// What groups under load left for later, once nobody waits. Where it fails, as on a full disk, it is tried again.
void Writer::run_deferred() {
  if (session_.deferred() == 0 || !space_left()) return;
  (void)run_group(session_, {}, {}, options_.job_deadline);
}

void Writer::run_outside(Entry& entry) {
  session_.set_deadline(Steady::now() + options_.job_deadline);
  Result<void> outcome;
  try {
    outcome = run_caught(*entry.job, session_);
  } catch (const StoreError& error) {
    die(error.what());
    outcome = std::unexpected(dead_error());
  }
  session_.rollback();
  {
    const std::scoped_lock lock(mutex_);
    ++metrics_.jobs;
  }
  entry.job->finish(std::move(outcome));
}

/// Whether there is room to write. After "disk full" it waits for one interval and then lets a group try again.
bool Writer::space_left() {
  const auto now = Steady::now();
  if (full_ && now - full_since_ < options_.space_interval) return false;
  if (!options_.free_bytes) return true;
  if (space_asked_ != Steady::time_point{} && now - space_asked_ < options_.space_interval) return space_ok_;
  space_asked_ = now;
  bool enough = true;
  try {
    enough = options_.free_bytes() >= options_.reserve_bytes;
  } catch (const StoreError& error) {
    log::warning("free_space_unknown", {{"reason", std::string_view(error.what())}});
  }
  if (enough != space_ok_) {
    space_ok_ = enough;
    enough ? log::info("storage_has_space_again") : log::error("storage_reserve_reached");
    const std::scoped_lock lock(mutex_);
    metrics_.storage_full = full_ || !space_ok_;
  }
  return enough;
}

/// Checkpoints when there is time for it or the log is long. A reader may keep part of the log in use; then it is tried
/// again when it has grown by a quarter of the bound.
void Writer::keep_log_short(bool idle) {
  const int frames = session_.wal_frames();
  if (frames == 0) return;
  if (frames < frames_at_last_checkpoint_) frames_at_last_checkpoint_ = 0;  // the log began anew
  const bool long_log =
      frames >= options_.checkpoint_frames && frames - frames_at_last_checkpoint_ >= options_.checkpoint_frames / 4;
  if (!idle && !long_log) return;
  try {
    session_.set_deadline(kForever);
    (void)session_.checkpoint(idle);
    frames_at_last_checkpoint_ = session_.wal_frames();
  } catch (const StoreError& error) {
    if (is_fatal(error)) throw;
    frames_at_last_checkpoint_ = frames;
    log::warning("checkpoint_failed", {{"reason", std::string_view(error.what())}});
  }
  const bool alarm = session_.wal_frames() * kFrameBytes > options_.wal_alarm_bytes;
  if (alarm && !wal_alarm_) {
    log::warning("wal_is_long", {{"bytes", static_cast<std::int64_t>(session_.wal_frames()) * kFrameBytes}});
  }
  wal_alarm_ = alarm;
  const std::scoped_lock lock(mutex_);
  ++metrics_.checkpoints;
  metrics_.wal_frames = session_.wal_frames();
}

/// Ends the process, or (in tests) the writer: what waits is answered, and nothing is ever written again.
void Writer::die(std::string_view reason) {
  std::deque<Entry> left;
  {
    const std::scoped_lock lock(mutex_);
    dead_ = true;
    left.swap(queue_);
    for (auto* const others : {&patient_, &slices_}) {
      std::ranges::move(*others, std::back_inserter(left));
      others->clear();
    }
  }
  if (options_.on_fatal) {
    options_.on_fatal(reason);
  } else {
    log::error("storage_failed", {{"reason", reason}, {"exit_code", std::int64_t{kExitStorage}}});
    std::_Exit(kExitStorage);
  }
  for (Entry& entry : left) entry.job->finish(std::unexpected(dead_error()));
}

void Writer::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

WriterMetrics Writer::metrics() const {
  const std::scoped_lock lock(mutex_);
  WriterMetrics now = metrics_;
  now.queued = queue_.size();
  return now;
}

}  // namespace docket::store
