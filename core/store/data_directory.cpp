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

#include "base/both.hpp"
#include "store/errors.hpp"

namespace docket::store {
namespace {

[[noreturn]] void refuse(Said sentence) {
  throw StoreUnavailable(0, std::move(sentence));
}

/// Why the last call failed, and what to do where that is known.
Said reason() {
  const auto why = std::generic_category().message(errno);
  if (errno != EACCES) return {why, why};
  return {why + ". Run it as root (sudo) or as the account of the service", why + "。请用 sudo 或以服务的账号运行"};
}

[[noreturn]] void refuse(const std::filesystem::path& path, const char* en, const char* zh) {
  const auto why = reason();
  refuse(both("can not {0} {2}: {3}", "无法{1} {2}：{4}", std::string_view(en), std::string_view(zh), path.string(), why.en, why.zh));
}

Said holder_of(int lock) {
  std::array<char, 32> text{};
  const ssize_t got = ::pread(lock, text.data(), text.size() - 1, 0);
  std::string pid;
  for (ssize_t i = 0; i < got && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9';
       ++i) {
    pid += text[static_cast<std::size_t>(i)];
  }
  return pid.empty() ? Said{"another process", "另一个进程"} : Said{"process " + pid, "进程 " + pid};
}

void sync(const std::filesystem::path& path, int flags) {
  const int opened = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = opened >= 0 && ::fsync(opened) == 0;
  const Said why = synced ? Said{} : reason();
  if (opened >= 0) ::close(opened);
  if (!synced) refuse(both("can not put {} on disk: {}", "{0} 无法落盘：{2}", path.string(), why.en, why.zh));
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
    refuse(path, "create the data directory", "建立数据目录");
  }
  struct statfs about {};
  if (::statfs(path.c_str(), &about) != 0) refuse(path, "read the data directory", "读取数据目录");
  if (const char* name = network_file_system(about.f_type); *name != '\0') {
    refuse(both("the data directory {} is on a network file system ({}), where locks and shared memory are not dependable; choose a local disk",
                "数据目录 {} 在网络文件系统（{}）上，锁与共享内存不可靠；请改用本地磁盘", path.string(), std::string_view(name)));
  }
  const int lock = ::open((path / "docket.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) refuse(path / "docket.lock", "open the lock", "打开锁文件");
  DataDirectory directory(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) refuse(path, "lock the data directory", "锁定数据目录");
    const auto holder = holder_of(lock);
    refuse(both("the data directory {0} is in use by {1}; stop it, or talk to it with the docket command",
                "数据目录 {0} 正被{2}使用；请先停止它，或用 docket 命令与它通信", path.string(), holder.en, holder.zh));
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
    refuse(path, "ask for the free space of", "查询剩余空间");
  return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
}

void sync_file(const std::filesystem::path& path) {
  sync(path, O_RDONLY);
}

void sync_directory(const std::filesystem::path& path) {
  sync(path, O_RDONLY | O_DIRECTORY);
}

}  // namespace docket::store
