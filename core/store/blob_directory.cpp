// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "store/attachment_rows.hpp"
#include "store/data_directory.hpp"
#include "store/errors.hpp"

namespace docket::store {
namespace {

/// An open file, closed in the end.
class File {
 public:
  File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// SHA-256 of what the file holds; none when it can not be read to its end.
std::optional<std::string> digest_of(const File& file) {
  Hasher hasher;
  std::array<char, 65536> piece;
  while (true) {
    const auto count = ::read(file.get(), piece.data(), piece.size());
    if (count == 0) return to_hex(hasher.finish());
    if (count < 0) {
      if (errno == EINTR) continue;
      return {};
    }
    hasher.add({piece.data(), static_cast<std::size_t>(count)});
  }
}

bool is_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

BlobDirectory::BlobDirectory(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) throw StoreUnavailable(0, "The directory for attachments can not be made: " + error.message());
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
}

std::filesystem::path BlobDirectory::path_of(const std::string& sha256) const {
  return directory_ / sha256.substr(0, 2) / sha256;
}

std::string BlobDirectory::take(const std::string& temporary_file) {
  const File file(temporary_file, O_RDONLY);
  if (!file.is_open()) throw StoreUnavailable(0, "An upload is gone before it was stored.");
  const auto digest = digest_of(file);
  if (!digest) throw StoreUnavailable(0, "An upload can not be read back.");
  const auto target = path_of(*digest);
  if (::fsync(file.get()) != 0) throw StoreUnavailable(0, "An upload can not be put on disk.");
  std::error_code error;
  const bool made = std::filesystem::create_directory(target.parent_path(), error);
  if (error) throw StoreUnavailable(0, "A directory for attachments can not be made: " + error.message());
  if (made) sync_directory(directory_);
  {
    const std::scoped_lock lock(moving_);
    std::filesystem::rename(temporary_file, target, error);
  }
  if (error) throw StoreUnavailable(0, "An upload can not be moved to its place: " + error.message());
  sync_directory(target.parent_path());
  return *digest;
}

std::optional<std::string> BlobDirectory::verified_path(const std::string& sha256) const {
  if (!is_digest(sha256)) return {};
  const auto path = path_of(sha256).string();
  const File file(path, O_RDONLY);
  if (!file.is_open()) {
    log::error("blob_missing", {{"sha256", sha256}});
    return {};
  }
  if (digest_of(file) != sha256) {
    log::error("blob_damaged", {{"sha256", sha256}});
    return {};
  }
  return path;
}

std::vector<std::string> BlobDirectory::names(int part) const {
  std::vector<std::string> found;
  std::error_code error;
  const auto end = std::filesystem::directory_iterator{};
  const auto digits = to_hex(std::string(1, static_cast<char>(part)));
  for (std::filesystem::directory_iterator at(directory_ / digits, error); !error && at != end; at.increment(error)) {
    auto name = at->path().filename().string();
    if (is_digest(name) && name.starts_with(digits)) found.push_back(std::move(name));
  }
  return found;
}

bool BlobDirectory::drop(const std::string& sha256, std::chrono::system_clock::time_point before) {
  if (!is_digest(sha256)) return false;
  const auto path = path_of(sha256);
  const std::scoped_lock lock(moving_);
  struct stat seen {};
  if (::stat(path.c_str(), &seen) != 0) return errno == ENOENT;
  if (std::chrono::system_clock::from_time_t(seen.st_mtim.tv_sec) >= before) return false;
  return ::unlink(path.c_str()) == 0;
}

}  // namespace docket::store
