// SPDX-License-Identifier: Apache-2.0
#include "http/upload_file.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/hash.hpp"
#include "base/log.hpp"

namespace docket::http {
namespace {

constexpr std::string_view prefix = "upload-";
constexpr std::uint64_t look_every = std::uint64_t{4} << 20;

std::unexpected<Error> disk_failure(int error) {
  const std::string reason = std::generic_category().message(error);
  log::error("upload_failed", {{"reason", reason}});
  if (error == ENOSPC || error == EDQUOT) return fail(ErrorCode::storage_full, {"There is no space left for uploads.", "服务器存储空间已满，附件没有保存，请联系管理员。"});
  return fail(ErrorCode::internal, {"The upload could not be stored.", "附件没有保存，请再试一次。"});
}

}  // namespace

UploadFile::UploadFile(Descriptor descriptor, std::string path, std::uint64_t keep_free)
    : descriptor_(std::move(descriptor)),
      path_(std::move(path)),
      keep_free_(keep_free),
      guard_(nullptr, [name = path_](void*) { ::unlink(name.c_str()); }) {}

Result<void> UploadFile::check_room() const {
  struct statvfs disk {};
  if (::fstatvfs(descriptor_.get(), &disk) != 0 || std::uint64_t{disk.f_bavail} * disk.f_frsize >= keep_free_) return {};
  return disk_failure(ENOSPC);
}

Result<UploadFile> UploadFile::create(const std::string& directory, std::uint64_t keep_free) {
  if (directory.empty()) {
    log::error("upload_failed", {{"reason", "no upload directory is set"}});
    return fail(ErrorCode::internal, {"The upload could not be stored.", "附件没有保存，请再试一次。"});
  }
  std::string path = directory + "/";
  path += prefix;
  path += to_hex(random_bytes(16));
  Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!descriptor) return disk_failure(errno);
  UploadFile file(std::move(descriptor), std::move(path), keep_free);
  if (auto room = file.check_room(); !room) return std::unexpected(std::move(room).error());
  return file;
}

Result<void> UploadFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_failure(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    unlooked_ += static_cast<std::uint64_t>(written);
  }
  if (unlooked_ < look_every) return {};
  unlooked_ = 0;
  return check_room();
}

std::shared_ptr<void> UploadFile::release() {
  descriptor_.reset();
  return std::move(guard_);
}

void remove_stale_uploads(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && entry.is_regular_file(error)) std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace docket::http
