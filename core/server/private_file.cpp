// SPDX-License-Identifier: Apache-2.0
#include "server/private_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/both.hpp"
#include "base/failure.hpp"
#include "store/data_directory.hpp"

namespace docket::server {

void write_private(const std::filesystem::path& file, std::string_view bytes) {
  const auto temporary = file.string() + ".new";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = descriptor >= 0 &&
                       ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
                       ::fsync(descriptor) == 0;
  const int failed = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!written) {
    throw Failure(both("The file {} can not be written: {}.", "文件 {} 无法写入：{}。", file.string(), std::string_view(std::strerror(failed))));
  }
  std::filesystem::rename(temporary, file);
  store::sync_directory(file.parent_path());
}

}  // namespace docket::server
