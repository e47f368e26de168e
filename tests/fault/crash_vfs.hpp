// SPDX-License-Identifier: Apache-2.0
// A disk in memory for SQLite that keeps what was not synced apart, loses power when it is told to, and fails on
// demand.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace docket::test {

/// One file: what survives, what the process sees, and what lies between.
struct CrashFile {
  struct Change {
    bool truncate = false;
    std::size_t at = 0;  ///< offset, or the new size
    std::string bytes{};
  };
  std::string durable{};
  std::string current{};
  std::vector<Change> unsynced{};
  bool durable_name = false;                      ///< its entry in the directory was synced
  std::vector<std::unique_ptr<char[]>> shared{};  ///< the shared memory of a WAL; gone with the power
};

/// The disk behind the VFS "docket_crash". One connection at a time uses it, so locks are always granted. One thread.
class CrashDisk {
 public:
  /// The disk is registered with SQLite as long as it lives; there is one at a time.
  CrashDisk();
  ~CrashDisk();
  CrashDisk(const CrashDisk&) = delete;
  CrashDisk& operator=(const CrashDisk&) = delete;
  static constexpr const char* name = "docket_crash";

  /// Everything on the disk, synced, to start many runs from. Only while no file is open.
  [[nodiscard]] std::map<std::string, std::string> image() const;
  /// Back to an image, with power, without faults, counters at 0.
  void reset(const std::map<std::string, std::string>& image);

  /// What the power goes at: the n-th call that changes something (write, truncate, sync, delete, create), from 1.
  void lose_power_at(std::int64_t call) { crash_at_ = call; }
  /// The power goes at the n-th sync: before it did anything, or when it had done all.
  void lose_power_at_sync(std::int64_t sync, bool done) {
    crash_at_sync_ = sync;
    crash_after_sync_ = done;
  }
  enum class Fault { io_error, no_space };
  /// The n-th changing call fails, once or from then on.
  void fail_at(std::int64_t call, Fault fault, bool from_then_on) {
    fail_at_ = call;
    fault_ = fault;
    fail_on_ = from_then_on;
  }
  void heal() { fail_at_ = 0; }

  /// Power is back: of each 512-byte sector that was not synced, some are as written, some as before, some torn.
  void restore_power(std::mt19937_64& random);

  [[nodiscard]] bool has_power() const { return powered_; }
  [[nodiscard]] std::int64_t calls() const { return calls_; }
  [[nodiscard]] std::int64_t syncs() const { return syncs_; }

  // For the VFS:
  enum class Call { write, truncate, sync, remove, create };
  /// SQLITE_OK, or what the call must return without having done anything.
  [[nodiscard]] int enter(Call call);
  void sync(CrashFile& file);
  std::map<std::string, std::shared_ptr<CrashFile>> files;
  std::map<std::string, std::shared_ptr<CrashFile>> removed;  ///< whose removal was not synced

 private:
  bool powered_ = true;
  std::int64_t calls_ = 0;
  std::int64_t syncs_ = 0;
  std::int64_t crash_at_ = 0;
  std::int64_t crash_at_sync_ = 0;
  bool crash_after_sync_ = false;
  std::int64_t fail_at_ = 0;
  Fault fault_ = Fault::io_error;
  bool fail_on_ = false;
};

}  // namespace docket::test
