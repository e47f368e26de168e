// SPDX-License-Identifier: Apache-2.0
#include "store/data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "store/errors.hpp"

namespace docket::store {
namespace {

[[noreturn]] void refuse(const std::string& sentence) {
  throw StoreUnavailable(0, sentence);
}

std::string reason() {
  return std::generic_category().message(errno);
}

std::string holder_of(int lock) {
  std::array<char, 32> text{};
  const ssize_t got = ::pread(lock, text.data(), text.size() - 1, 0);
  std::string pid;
  for (ssize_t i = 0; i < got && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9';
       ++i) {
    pid += text[static_cast<std::size_t>(i)];
  }
  return pid.empty() ? "another process" : "process " + pid;
}

void sync(const std::filesystem::path& path, int flags, const char* what) {
  const int opened = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = opened >= 0 && ::fsync(opened) == 0;
  const std::string why = synced ? "" : reason();
  if (opened >= 0) ::close(opened);
  if (!synced) refuse("can not sync the " + std::string(what) + " " + path.string() + ": " + why);
}

}  // namespace

const char* network_file_system(long magic) {
  // From linux/magic.h and the file systems' own sources; what is not listed there has no header to take it from.
  switch (static_cast<unsigned long>(magic) & 0xffffffffUL) {
    case 0x6969:
      return "NFS";
    case 0xff534d42:
      return "CIFS";
    case 0xfe534d42:
      return "SMB2";
    case 0x517b:
      return "SMB";
    case 0x5346414f:
      return "AFS";
    case 0x00c36400:
      return "Ceph";
    case 0x01021997:
      return "9P";
    case 0x7461636f:
      return "OCFS2";
    case 0x01161970:
      return "GFS2";
    case 0x0bd00bd0:
      return "Lustre";
    case 0x47504653:
      return "GPFS";
    default:
      return "";
  }
}

DataDirectory DataDirectory::open(const std::filesystem::path& path) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path().empty() ? "." : path.parent_path(), failed);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    refuse("can not create the data directory " + path.string() + ": " + reason());
  }
  struct statfs about {};
  if (::statfs(path.c_str(), &about) != 0) refuse("can not read the data directory " + path.string() + ": " + reason());
  if (const char* name = network_file_system(about.f_type); *name != '\0') {
    refuse("the data directory " + path.string() + " is on a network file system (" + name +
           "), where locks and shared memory are not dependable; choose a local disk");
  }
  const int lock = ::open((path / "docket.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) refuse("can not open the lock file in " + path.string() + ": " + reason());
  DataDirectory directory(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) refuse("can not lock the data directory " + path.string() + ": " + reason());
    refuse("the data directory " + path.string() + " is in use by " + holder_of(lock) +
           "; stop it, or talk to it with the docket command");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    // Only a courtesy for the message above; a full disk must not keep the desk from starting and serving reads.
    return directory;
  }
  return directory;
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

std::uint64_t free_bytes(const std::filesystem::path& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0)
    refuse("can not ask for the free space of " + path.string() + ": " + reason());
  return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
}

void sync_file(const std::filesystem::path& path) {
  sync(path, O_RDONLY, "file");
}

void sync_directory(const std::filesystem::path& path) {
  sync(path, O_RDONLY | O_DIRECTORY, "directory");
}

}  // namespace docket::store
