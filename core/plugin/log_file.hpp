// SPDX-License-Identifier: Apache-2.0
// The file with what a plugin says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace docket::plugin {

/// Lines at the end of a file, and the ones before in a second file once there are many. A disk that was full has room
/// again some time: each line is tried anew. Not thread-safe.
class LogFile {
 public:
  LogFile() = default;  ///< keeps nothing
  LogFile(std::filesystem::path file, std::int64_t most_bytes);
  void write(std::string_view line);

 private:
  void open(std::ios::openmode how);

  std::filesystem::path file_{};
  std::int64_t most_bytes_ = 0;
  std::ofstream out_{};
  std::int64_t bytes_ = 0;  ///< of the file
};

}  // namespace docket::plugin
