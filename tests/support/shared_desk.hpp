// SPDX-License-Identifier: Apache-2.0
// The desk in memory behind a lock, for lanes and plugins, which have threads of their own; and waiting for what they do.
#pragma once

#include "support/memory_desk.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace docket::test {

/// A database for one thread behind a lock, for tests with several. It outlives this.
class LockedDatabase : public desk::Database {
 public:
  explicit LockedDatabase(desk::Database& database) : database_(database) {}
  void write(Write work, Done done) override {
    const std::scoped_lock lock(mutex);
    ++writes;
    if (full) return done(fail(ErrorCode::storage_full, {"full", "已满"}));
    database_.write(std::move(work), std::move(done));
  }
  void write_patiently(Write work, Done done) override { write(std::move(work), std::move(done)); }
  void write_slice(Write work, Done done) override {
    const std::scoped_lock lock(mutex);
    ++writes;
    if (full) return done(fail(ErrorCode::storage_full, {"full", "已满"}));
    database_.write_slice(std::move(work), std::move(done));
  }
  void read(Read work, Done done) override {
    const std::scoped_lock lock(mutex);
    ++reads;
    database_.read(std::move(work), std::move(done));
  }
  void read_long(Read work, Done done) override { read(std::move(work), std::move(done)); }

  std::recursive_mutex mutex;
  int writes = 0, reads = 0;  ///< jobs so far; under `mutex`
  bool full = false;          ///< nothing can be written; under `mutex`

 private:
  desk::Database& database_;
};

/// The desk in memory for lanes and plugins. Lock `mutex` to look into `memory`.
class SharedDesk final : public LockedDatabase {
 public:
  SharedDesk(domain::Definitions first, Time now) : LockedDatabase(memory), memory(std::move(first)) { memory.now = now; }

  MemoryDesk memory;
};

/// Looks again and again until it holds; false when it does not within `patience`.
template <class F>
bool eventually(F holds, std::chrono::seconds patience = std::chrono::seconds{60}) {
  const auto ends = std::chrono::steady_clock::now() + patience;
  std::mutex mutex;
  std::condition_variable never;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > ends) return false;
    std::unique_lock lock(mutex);
    never.wait_for(lock, std::chrono::milliseconds{10});
  }
  return true;
}

}  // namespace docket::test
