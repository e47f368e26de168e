// SPDX-License-Identifier: Apache-2.0
#include "store/data_owner.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

namespace docket::store {
namespace {

constexpr int deepest = 16;  // the deepest of ours is a plugin's folder

/// By descriptors alone: whoever owns the directory may change names meanwhile, and must gain nothing by it. `directory`
/// is closed.
void leave_all(int directory, const struct stat& owner, int depth) {
  DIR* const names = ::fdopendir(directory);
  if (names == nullptr) {
    ::close(directory);
    return;
  }
  while (const auto* entry = ::readdir(names)) {
    const std::string_view name{entry->d_name};
    if (name == "." || name == "..") continue;
    const int one = ::openat(directory, entry->d_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (one < 0) continue;
    struct stat about {};
    if (::fstat(one, &about) == 0 && about.st_dev == owner.st_dev) {
      const bool folder = S_ISDIR(about.st_mode);
      if (about.st_uid == 0 && (folder || about.st_nlink == 1))
        (void)!::fchownat(one, "", owner.st_uid, owner.st_gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
      if (folder && depth < deepest) {
        const int below = ::openat(one, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (below >= 0) leave_all(below, owner, depth + 1);
      }
    }
    ::close(one);
  }
  ::closedir(names);
}

}  // namespace

void leave_to_owner(const std::filesystem::path& directory) {
  if (::geteuid() != 0) return;
  const int open = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (open < 0) return;
  struct stat owner {};
  if (::fstat(open, &owner) != 0 || owner.st_uid == 0) {
    ::close(open);
    return;
  }
  leave_all(open, owner, 0);
}

}  // namespace docket::store
