// SPDX-License-Identifier: Apache-2.0
#include "fault/crash_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace docket::test {
namespace {

constexpr std::size_t kSector = 512;
constexpr int kShmRegion = 32768;

CrashDisk* the_disk = nullptr;

struct Handle {
  sqlite3_file base;
  std::shared_ptr<CrashFile>* file;
};

CrashFile& file_of(sqlite3_file* handle) {
  return **reinterpret_cast<Handle*>(handle)->file;
}

void change_bytes(std::string& bytes, const CrashFile::Change& change) {
  if (change.truncate) {
    bytes.resize(change.at);
    return;
  }
  if (bytes.size() < change.at + change.bytes.size()) bytes.resize(change.at + change.bytes.size());
  std::memcpy(bytes.data() + change.at, change.bytes.data(), change.bytes.size());
}

int do_close(sqlite3_file* handle) {
  auto* mine = reinterpret_cast<Handle*>(handle);
  delete mine->file;
  mine->file = nullptr;
  return SQLITE_OK;
}

int do_read(sqlite3_file* handle, void* to, int amount, sqlite3_int64 offset) {
  if (!the_disk->has_power()) return SQLITE_IOERR_READ;
  const auto& bytes = file_of(handle).current;
  const auto size = static_cast<std::size_t>(amount);
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t there = at >= bytes.size() ? 0 : std::min(size, bytes.size() - at);
  if (there > 0) std::memcpy(to, bytes.data() + at, there);
  if (there == size) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, size - there);
  return SQLITE_IOERR_SHORT_READ;
}

int do_write(sqlite3_file* handle, const void* from, int amount, sqlite3_int64 offset) {
  if (const int refused = the_disk->enter(CrashDisk::Call::write); refused != SQLITE_OK) return refused;
  auto& file = file_of(handle);
  file.unsynced.push_back({false, static_cast<std::size_t>(offset),
                           std::string(static_cast<const char*>(from), static_cast<std::size_t>(amount))});
  change_bytes(file.current, file.unsynced.back());
  return SQLITE_OK;
}

int do_truncate(sqlite3_file* handle, sqlite3_int64 size) {
  if (const int refused = the_disk->enter(CrashDisk::Call::truncate); refused != SQLITE_OK) return refused;
  auto& file = file_of(handle);
  file.unsynced.push_back({true, static_cast<std::size_t>(size), {}});
  change_bytes(file.current, file.unsynced.back());
  return SQLITE_OK;
}

int do_sync(sqlite3_file* handle, int) {
  if (const int refused = the_disk->enter(CrashDisk::Call::sync); refused != SQLITE_OK) return refused;
  the_disk->sync(file_of(handle));
  return the_disk->has_power() ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

int do_size(sqlite3_file* handle, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(file_of(handle).current.size());
  return SQLITE_OK;
}

int do_lock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int do_unlock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int do_check_lock(sqlite3_file*, int* held) {
  *held = 0;
  return SQLITE_OK;
}
int do_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int do_sector_size(sqlite3_file*) {
  return static_cast<int>(kSector);
}
// As the system's own VFS: a write never harms bytes beside its own, though its own may be torn.
int do_characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int do_shm_map(sqlite3_file* handle, int region, int size, int extend, void volatile** memory) {
  auto& shared = file_of(handle).shared;
  if (size != kShmRegion) return SQLITE_IOERR_SHMMAP;
  while (shared.size() <= static_cast<std::size_t>(region)) {
    if (extend == 0) {
      *memory = nullptr;
      return SQLITE_OK;
    }
    shared.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  }
  *memory = shared[static_cast<std::size_t>(region)].get();
  return SQLITE_OK;
}
int do_shm_lock(sqlite3_file*, int, int, int) {
  return SQLITE_OK;
}
void do_shm_barrier(sqlite3_file*) {}
int do_shm_unmap(sqlite3_file* handle, int remove) {
  if (remove != 0) file_of(handle).shared.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods methods = {2,
                                    do_close,
                                    do_read,
                                    do_write,
                                    do_truncate,
                                    do_sync,
                                    do_size,
                                    do_lock,
                                    do_unlock,
                                    do_check_lock,
                                    do_control,
                                    do_sector_size,
                                    do_characteristics,
                                    do_shm_map,
                                    do_shm_lock,
                                    do_shm_barrier,
                                    do_shm_unmap,
                                    nullptr,
                                    nullptr};

int do_open(sqlite3_vfs*, const char* name, sqlite3_file* handle, int flags, int* out_flags) {
  auto* mine = reinterpret_cast<Handle*>(handle);
  mine->base.pMethods = nullptr;
  std::shared_ptr<CrashFile> file;
  if (name == nullptr) {
    file = std::make_shared<CrashFile>();  // a temporary file: nobody finds it again
  } else if (const auto found = the_disk->files.find(name); found != the_disk->files.end()) {
    if (!the_disk->has_power()) return SQLITE_CANTOPEN;
    file = found->second;
  } else {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    if (const int refused = the_disk->enter(CrashDisk::Call::create); refused != SQLITE_OK) return SQLITE_CANTOPEN;
    file = std::make_shared<CrashFile>();
    the_disk->files[name] = file;
  }
  mine->file = new std::shared_ptr<CrashFile>(std::move(file));
  mine->base.pMethods = &methods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int do_delete(sqlite3_vfs*, const char* name, int sync_directory) {
  const auto found = the_disk->files.find(name);
  if (found == the_disk->files.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (const int refused = the_disk->enter(CrashDisk::Call::remove); refused != SQLITE_OK) return refused;
  if (sync_directory == 0 && found->second->durable_name) the_disk->removed[name] = found->second;
  the_disk->files.erase(found);
  return SQLITE_OK;
}

int do_access(sqlite3_vfs*, const char* name, int, int* result) {
  const auto found = the_disk->files.find(name);
  *result = found != the_disk->files.end() && !found->second->current.empty() ? 1 : 0;
  return SQLITE_OK;
}

int do_full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

sqlite3_vfs& vfs() {
  static sqlite3_vfs mine = [] {
    const sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    sqlite3_vfs copy = *system;  // randomness, time and sleep are the system's
    copy.iVersion = 1;
    copy.szOsFile = sizeof(Handle);
    copy.pNext = nullptr;
    copy.zName = CrashDisk::name;
    copy.xOpen = do_open;
    copy.xDelete = do_delete;
    copy.xAccess = do_access;
    copy.xFullPathname = do_full_name;
    return copy;
  }();
  return mine;
}

/// What a disk has made of the changes it had not been told to keep: each sector of each of them on its own.
void keep_some(CrashFile& file, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  for (const auto& change : file.unsynced) {
    if (change.truncate) {
      if (below(2) == 0) change_bytes(file.durable, change);
      continue;
    }
    for (std::size_t at = 0; at < change.bytes.size();) {
      const std::size_t offset = change.at + at;
      const std::size_t size = std::min(kSector - offset % kSector, change.bytes.size() - at);
      const auto fate = below(10);
      const std::size_t kept = fate < 4 ? size : fate < 8 ? 0 : below(size);
      if (kept > 0) change_bytes(file.durable, {false, offset, change.bytes.substr(at, kept)});
      at += size;
    }
  }
}

}  // namespace

CrashDisk::CrashDisk() {
  the_disk = this;
  sqlite3_vfs_register(&vfs(), 0);
}

CrashDisk::~CrashDisk() {
  sqlite3_vfs_unregister(&vfs());
  the_disk = nullptr;
}

std::map<std::string, std::string> CrashDisk::image() const {
  std::map<std::string, std::string> out;
  for (const auto& [file_name, file] : files) out[file_name] = file->current;
  return out;
}

void CrashDisk::reset(const std::map<std::string, std::string>& image) {
  files.clear();
  removed.clear();
  for (const auto& [file_name, bytes] : image) {
    auto file = std::make_shared<CrashFile>();
    file->durable = bytes;
    file->current = bytes;
    file->durable_name = true;
    files[file_name] = std::move(file);
  }
  powered_ = true;
  calls_ = 0;
  syncs_ = 0;
  crash_at_ = 0;
  crash_at_sync_ = 0;
  fail_at_ = 0;
}

int CrashDisk::enter(Call call) {
  const int io_error = call == Call::sync       ? SQLITE_IOERR_FSYNC
                       : call == Call::truncate ? SQLITE_IOERR_TRUNCATE
                       : call == Call::remove   ? SQLITE_IOERR_DELETE
                                                : SQLITE_IOERR_WRITE;
  if (!powered_) return io_error;
  ++calls_;
  if (call == Call::sync) ++syncs_;
  if (calls_ == crash_at_ || (call == Call::sync && syncs_ == crash_at_sync_ && !crash_after_sync_)) {
    powered_ = false;
    return io_error;
  }
  if (fail_at_ != 0 && (calls_ == fail_at_ || (fail_on_ && calls_ > fail_at_))) {
    return fault_ == Fault::no_space && (call == Call::write || call == Call::create) ? SQLITE_FULL : io_error;
  }
  return SQLITE_OK;
}

void CrashDisk::sync(CrashFile& file) {
  for (const auto& change : file.unsynced) change_bytes(file.durable, change);
  file.unsynced.clear();
  file.durable_name = true;
  if (syncs_ == crash_at_sync_ && crash_after_sync_) powered_ = false;
}

void CrashDisk::restore_power(std::mt19937_64& random) {
  for (auto& [file_name, file] : removed) {
    if (!files.contains(file_name) && random() % 2 == 0) files[file_name] = file;
  }
  removed.clear();
  std::erase_if(files, [&](const auto& entry) { return !entry.second->durable_name && random() % 2 == 0; });
  for (auto& [file_name, file] : files) {
    keep_some(*file, random);
    file->unsynced.clear();
    file->current = file->durable;
    file->durable_name = true;
    file->shared.clear();
  }
  powered_ = true;
  crash_at_ = 0;
  crash_at_sync_ = 0;
  fail_at_ = 0;
}

}  // namespace docket::test
