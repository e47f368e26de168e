// SPDX-License-Identifier: Apache-2.0
// The bytes of a desk's definitions: what is compiled, kept in the database and named by its digest.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/error.hpp"

namespace docket::definition {

/// Relative paths with forward slashes, and the bytes of each file.
struct Bundle {
  std::map<std::string, std::string> files{};

  /// Hex SHA-256 over the sorted (path, bytes); any thread.
  [[nodiscard]] std::string digest() const;
};

constexpr std::size_t max_bundle_files = 500;
constexpr std::size_t max_bundle_file_bytes = std::size_t{1} << 20;
constexpr std::size_t max_bundle_bytes = std::size_t{8} << 20;

/// Whether a file of that relative path belongs to a bundle: *.yaml anywhere, *.json in a folder `holidays`; not what
/// is hidden, and not the folder `samples` of the top, which holds desks of its own.
[[nodiscard]] bool belongs_to_bundle(const std::string& path);

/// Reads the definitions below a directory. Each file is read once; nothing outside the directory is read, whatever its
/// symbolic links say. Fails with invalid_definition for what is not there, too large or not a regular file, and with
/// conflict when files kept changing while they were read (three tries).
[[nodiscard]] Result<Bundle> load_bundle(const std::filesystem::path& directory);

}  // namespace docket::definition
