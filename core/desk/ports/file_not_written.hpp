// SPDX-License-Identifier: Apache-2.0
// The disk did not take a file that somebody asked for.
#pragma once

#include <stdexcept>

#include "base/error.hpp"

namespace docket::desk {

/// Thrown by a TableFile and by what makes one; anything else that is thrown there is a fault of ours.
class FileNotWritten : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What it is to whoever asked.
[[nodiscard]] inline std::unexpected<Error> refuse_file_not_written() {
  return fail(ErrorCode::storage_full, {"The file could not be written; the operator should look at the disk.", "文件写不进去，请管理员检查磁盘。"});
}

}  // namespace docket::desk
