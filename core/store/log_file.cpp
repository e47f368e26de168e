// SPDX-License-Identifier: Apache-2.0
#include "store/log_file.hpp"

#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "store/errors.hpp"
#include "store/sqlite_api.hpp"

namespace docket::store {
namespace {

using sqlite::sqlite3_file;
using sqlite::sqlite3_int64;
using sqlite::sqlite3_io_methods;
using sqlite::sqlite3_vfs;

constexpr std::size_t kMostGathered = 120 * 1024;  // SQLite's own VFS takes 17 bits of a length and no more
constexpr int kFrameHead = 24;

/// The VFS over another. SQLite hands back the first member.
struct Shim {
  sqlite3_vfs vfs;
  sqlite3_vfs* beneath;
  std::string name;
};

struct Gathered {
  sqlite3_int64 at = 0;  ///< where in the file they begin
  std::vector<std::byte> bytes{};
  bool commits = false;  ///< the page that comes next ends a transaction
  // After bytes could not be written: where they would have begun, and why not.
  sqlite3_int64 lost_at = 0;
  int lost = SQLITE_OK;
};

/// Lies in memory that SQLite gives; the file beneath follows it.
struct LogFile {
  sqlite3_file base;
  Gathered* gathered;
};
static_assert(sizeof(LogFile) % alignof(std::max_align_t) == 0);

LogFile& log_file(sqlite3_file* file) {
  return *reinterpret_cast<LogFile*>(file);
}
sqlite3_file* beneath(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) + sizeof(LogFile));
}

int flush(sqlite3_file* file) {
  Gathered& gathered = *log_file(file).gathered;
  if (gathered.bytes.empty()) return SQLITE_OK;
  auto* const under = beneath(file);
  const int result =
      under->pMethods->xWrite(under, gathered.bytes.data(), static_cast<int>(gathered.bytes.size()), gathered.at);
  if (result != SQLITE_OK) {
    // SQLite was told before that they are written. One that is told of an error while it reads may undo a statement
    // and commit the rest, so the frames that are not there stay an error until their place is written anew.
    gathered.lost = result;
    gathered.lost_at = gathered.at;
  }
  gathered.bytes.clear();
  gathered.commits = false;
  return result;
}

/// SQLITE_OK, or why frames are missing that what is done to this part of the file would build upon.
int missing(Gathered& gathered, int size, sqlite3_int64 at) {
  return gathered.lost != SQLITE_OK && at + size > gathered.lost_at ? gathered.lost : SQLITE_OK;
}

/// A transaction was undone where its frames begin anew at or before those that are missing; only a commit that has
/// come as far writes heads again in the middle of its own, and it has appended its last page before.
bool begins_anew(const Gathered& gathered, int size, sqlite3_int64 at) {
  return (size == kFrameHead || at == 0) && at <= gathered.lost_at;
}

bool ends_transaction(const void* bytes, int size) {
  constexpr std::byte nothing[4]{};
  return size == kFrameHead && std::memcmp(static_cast<const std::byte*>(bytes) + 4, nothing, sizeof nothing) != 0;
}

int log_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  Gathered& gathered = *log_file(file).gathered;
  if (begins_anew(gathered, size, at)) gathered.lost = SQLITE_OK;
  if (gathered.lost != SQLITE_OK) return gathered.lost;
  const auto count = static_cast<std::size_t>(size);
  const bool follows = at == gathered.at + static_cast<sqlite3_int64>(gathered.bytes.size());
  if (!gathered.bytes.empty() && (!follows || gathered.bytes.size() + count > kMostGathered)) {
    // A head that waits for its page goes out before it, and the page still ends the transaction.
    const bool commits = gathered.commits && follows;
    if (const int failed = flush(file); failed != SQLITE_OK) return failed;
    gathered.commits = commits;
  }
  const bool last = gathered.commits && size != kFrameHead;
  const bool begins = gathered.bytes.empty();
  try {
    if (begins) gathered.at = at;
    const auto* const from = static_cast<const std::byte*>(bytes);
    gathered.bytes.insert(gathered.bytes.end(), from, from + count);
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  const bool commits = ends_transaction(bytes, size);
  // After a savepoint was undone, SQLite writes heads again without their pages; the last of them may be all that comes.
  const bool may_be_all = commits && begins;
  const int result = last || may_be_all ? flush(file) : SQLITE_OK;
  gathered.commits = commits;
  return result;
}

int log_close(sqlite3_file* file) {
  // What still waits was never committed, and somebody else may write there by now.
  delete std::exchange(log_file(file).gathered, nullptr);
  return beneath(file)->pMethods->xClose(beneath(file));
}

/// What all the rest does: the file first becomes what SQLite takes it for.
template <class Call>
int after_flush(sqlite3_file* file, Call call) {
  if (const int failed = flush(file); failed != SQLITE_OK) return failed;
  return call(beneath(file));
}

int log_read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
  return after_flush(file, [&](sqlite3_file* under) {
    if (const int why = missing(*log_file(file).gathered, size, at); why != SQLITE_OK) return why;
    return under->pMethods->xRead(under, bytes, size, at);
  });
}
int log_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return after_flush(file, [&](sqlite3_file* under) { return under->pMethods->xTruncate(under, size); });
}
int log_sync(sqlite3_file* file, int flags) {
  return after_flush(file, [&](sqlite3_file* under) { return under->pMethods->xSync(under, flags); });
}
int log_size(sqlite3_file* file, sqlite3_int64* size) {
  return after_flush(file, [&](sqlite3_file* under) { return under->pMethods->xFileSize(under, size); });
}
int log_lock(sqlite3_file* file, int level) {
  return beneath(file)->pMethods->xLock(beneath(file), level);
}
int log_unlock(sqlite3_file* file, int level) {
  return beneath(file)->pMethods->xUnlock(beneath(file), level);
}
int log_check_lock(sqlite3_file* file, int* held) {
  return beneath(file)->pMethods->xCheckReservedLock(beneath(file), held);
}
int log_control(sqlite3_file* file, int what, void* argument) {
  return beneath(file)->pMethods->xFileControl(beneath(file), what, argument);
}
int log_sector_size(sqlite3_file* file) {
  return beneath(file)->pMethods->xSectorSize(beneath(file));
}
int log_characteristics(sqlite3_file* file) {
  return beneath(file)->pMethods->xDeviceCharacteristics(beneath(file));
}

// Version 1: nobody asks a log for shared memory or for a mapping.
constexpr sqlite3_io_methods log_methods = {.iVersion = 1,
                                            .xClose = log_close,
                                            .xRead = log_read,
                                            .xWrite = log_write,
                                            .xTruncate = log_truncate,
                                            .xSync = log_sync,
                                            .xFileSize = log_size,
                                            .xLock = log_lock,
                                            .xUnlock = log_unlock,
                                            .xCheckReservedLock = log_check_lock,
                                            .xFileControl = log_control,
                                            .xSectorSize = log_sector_size,
                                            .xDeviceCharacteristics = log_characteristics,
                                            .xShmMap = nullptr,
                                            .xShmLock = nullptr,
                                            .xShmBarrier = nullptr,
                                            .xShmUnmap = nullptr,
                                            .xFetch = nullptr,
                                            .xUnfetch = nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* const under = reinterpret_cast<Shim*>(vfs)->beneath;
  if ((flags & SQLITE_OPEN_WAL) == 0) return under->xOpen(under, name, file, flags, out_flags);
  LogFile& log = log_file(file);
  log.base.pMethods = nullptr;
  log.gathered = new (std::nothrow) Gathered;
  if (log.gathered == nullptr) return SQLITE_NOMEM;
  const int result = under->xOpen(under, name, beneath(file), flags, out_flags);
  if (result != SQLITE_OK) {
    if (beneath(file)->pMethods != nullptr) beneath(file)->pMethods->xClose(beneath(file));
    delete std::exchange(log.gathered, nullptr);
    return result;
  }
  log.base.pMethods = &log_methods;
  return SQLITE_OK;
}

}  // namespace

std::string gathered_log_vfs(const std::string& beneath) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Shim>> made;
  const std::scoped_lock lock(mutex);
  auto& shim = made[beneath];
  if (shim) return shim->name;
  auto* const under = sqlite::sqlite3_vfs_find(beneath.empty() ? nullptr : beneath.c_str());
  if (under == nullptr) throw StoreMisuse("SQLite has no VFS " + beneath);
  // All but opening a file is the other's own: its functions look at what is copied only.
  shim = std::make_unique<Shim>(Shim{*under, under, "docket_log_over_" + std::string{under->zName}});
  shim->vfs.pNext = nullptr;
  shim->vfs.zName = shim->name.c_str();
  shim->vfs.szOsFile = static_cast<int>(sizeof(LogFile)) + under->szOsFile;
  shim->vfs.xOpen = open_file;
  if (sqlite::sqlite3_vfs_register(&shim->vfs, 0) != SQLITE_OK) throw StoreMisuse("SQLite refuses a VFS");
  return shim->name;
}

}  // namespace docket::store
