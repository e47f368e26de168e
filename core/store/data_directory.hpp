// SPDX-License-Identifier: Apache-2.0
// The directory that a desk's data lives in, held by one process at a time.
#pragma once

#include <cstdint>
#include <filesystem>

namespace docket::store {

/// Holds the lock from open() to destruction; the kernel lets go of it when the process ends, however it ends.
class DataDirectory {
 public:
  /// Creates the directory (mode 0700) if need be, refuses network file systems, and takes the lock.
  /// Throws StoreUnavailable whose what() is a sentence for the operator, with the process that holds the lock.
  [[nodiscard]] static DataDirectory open(const std::filesystem::path& path);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&& other) noexcept;
  ~DataDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path database() const { return path_ / "docket.db"; }
  [[nodiscard]] std::filesystem::path blobs() const { return path_ / "blobs"; }
  [[nodiscard]] std::filesystem::path control_socket() const { return path_ / "control.sock"; }

 private:
  DataDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_ = -1;
};

/// Bytes that an unprivileged process may still write on the volume of `path`. Throws StoreUnavailable.
[[nodiscard]] std::uint64_t free_bytes(const std::filesystem::path& path);

/// The name of the network file system with this statfs magic ("NFS"), or an empty string for a local one.
[[nodiscard]] const char* network_file_system(long magic);

/// Makes a file's bytes durable. Throws StoreUnavailable.
void sync_file(const std::filesystem::path& path);

/// Makes the names in a directory durable. Throws StoreUnavailable.
void sync_directory(const std::filesystem::path& path);

}  // namespace docket::store
