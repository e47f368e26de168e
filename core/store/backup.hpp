// SPDX-License-Identifier: Apache-2.0
// A copy of a desk's data that is made while it serves, and put back with every byte checked.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/writer.hpp"

namespace docket::store {

struct BackupFile {
  std::string path{};  ///< relative to the backup's directory, with '/'
  std::int64_t size = 0;
  std::string sha256{};  ///< hex
};
BOOST_DESCRIBE_STRUCT(BackupFile, (), (path, size, sha256))

/// `manifest.json` of a backup, written last: a backup without it is not complete.
struct BackupManifest {
  int format = 1;
  Time created_at{};
  int schema = 0;                  ///< number of the last migration
  std::int64_t feed_position = 0;  ///< the newest event in it
  std::vector<BackupFile> files{};
  /// Attachments that were damaged or missing in the desk when the backup was made, by digest; not in the file.
  std::vector<std::string> unsound{};
};
BOOST_DESCRIBE_STRUCT(BackupManifest, (), (format, created_at, schema, feed_position, files))

/// Pages copied so far and pages in all.
using BackupProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Copies the database in slices through the writer, then the blobs, into `destination`, which must be empty or not
/// there. What is answered before the call is in it. Blocks; not from a thread of the database. `conflict` if the
/// directory is not empty, storage_full if there is not room for all of it. Throws StoreError on I/O. Whatever goes wrong,
/// nothing stays in the directory.
[[nodiscard]] Result<BackupManifest> make_backup(Writer& writer, const std::filesystem::path& blobs,
                                                 const std::filesystem::path& destination, Time now,
                                                 const BackupProgress& progress = {});

/// For the operator: which attachments were unsound; empty when none was.
[[nodiscard]] Said about_unsound(const BackupManifest& made);

/// Reads the manifest and every file. invalid_field with a line for each that is missing or altered.
[[nodiscard]] Result<BackupManifest> check_backup(const std::filesystem::path& backup);

/// Puts a checked backup into a data directory that has no database yet, which nobody else may hold meanwhile. What the
/// desk sends from then on has other keys than what it had sent since the backup was made.
/// `conflict` if there is a database. All of it or nothing: an interrupted restore leaves no database.
[[nodiscard]] Result<BackupManifest> restore_backup(const std::filesystem::path& backup,
                                                    const std::filesystem::path& data_directory);

}  // namespace docket::store
