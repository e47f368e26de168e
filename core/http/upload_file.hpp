// SPDX-License-Identifier: Apache-2.0
// A request body on its way to disk: a private file with a random name that disappears with its last user.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/descriptor.hpp"

namespace docket::http {

/// Confined to one thread; the guard may be released on any.
class UploadFile {
 public:
  /// What stays free on the disk whatever is sent in: the desk itself has to go on writing.
  static constexpr std::uint64_t kept_free = std::uint64_t{200} << 20;

  /// Creates the file, mode 0600. storage_full when there is no space, internal for other faults (logged).
  [[nodiscard]] static Result<UploadFile> create(const std::string& directory, std::uint64_t keep_free = kept_free);

  [[nodiscard]] Result<void> append(std::string_view bytes);
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Ends writing and hands over the file: it is removed when the result goes.
  [[nodiscard]] std::shared_ptr<void> release();

 private:
  UploadFile(Descriptor descriptor, std::string path, std::uint64_t keep_free);
  [[nodiscard]] Result<void> check_room() const;

  Descriptor descriptor_;
  std::string path_;
  std::uint64_t keep_free_;
  std::uint64_t unlooked_ = 0;  ///< bytes since room was looked for
  std::shared_ptr<void> guard_;
};

/// Removes what a crash left behind in `directory`: files named like uploads, and nothing else.
void remove_stale_uploads(const std::string& directory);

}  // namespace docket::http
