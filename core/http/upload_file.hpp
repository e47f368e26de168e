// SPDX-License-Identifier: Apache-2.0
// A request body on its way to disk: a private file with a random name that disappears with its last user.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/descriptor.hpp"

namespace docket::http {

/// Confined to one thread; the guard may be released on any.
class UploadFile {
 public:
  /// Creates the file, mode 0600. storage_full when there is no space, internal for other faults (logged).
  [[nodiscard]] static Result<UploadFile> create(const std::string& directory);

  [[nodiscard]] Result<void> append(std::string_view bytes);
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Ends writing and hands over the file: it is removed when the result goes.
  [[nodiscard]] std::shared_ptr<void> release();

 private:
  UploadFile(Descriptor descriptor, std::string path);

  Descriptor descriptor_;
  std::string path_;
  std::shared_ptr<void> guard_;
};

/// Removes what a crash left behind in `directory`: files named like uploads, and nothing else.
void remove_stale_uploads(const std::string& directory);

}  // namespace docket::http
