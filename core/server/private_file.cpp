// SPDX-License-Identifier: Apache-2.0
#include "server/private_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

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
    throw std::runtime_error("The file " + file.string() + " can not be written: " + std::strerror(failed) + ".");
  }
  std::filesystem::rename(temporary, file);
  store::sync_directory(file.parent_path());
}

}  // namespace docket::server
