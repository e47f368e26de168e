// SPDX-License-Identifier: Apache-2.0
#include "plugin/log_file.hpp"

#include <system_error>

namespace docket::plugin {

LogFile::LogFile(std::filesystem::path file, std::int64_t most_bytes) : file_(std::move(file)), most_bytes_(most_bytes) {
  std::error_code ignored;
  std::filesystem::create_directories(file_.parent_path(), ignored);
  open(std::ios::app);
}

void LogFile::open(std::ios::openmode how) {
  out_ = std::ofstream(file_, how);
  std::error_code unknown;
  const auto size = std::filesystem::file_size(file_, unknown);
  bytes_ = unknown ? 0 : static_cast<std::int64_t>(size);
}

void LogFile::write(std::string_view line) {
  if (file_.empty()) return;
  if (!out_.is_open() || !out_) open(std::ios::app);
  out_ << line << std::endl;
  if (!out_) return;
  bytes_ += static_cast<std::int64_t>(line.size()) + 1;
  if (bytes_ < most_bytes_) return;
  out_.close();
  std::error_code ignored;
  std::filesystem::rename(file_, file_.string() + ".1", ignored);
  open(std::ios::trunc);
}

}  // namespace docket::plugin
