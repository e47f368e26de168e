// SPDX-License-Identifier: Apache-2.0
// The disk did not take a file that somebody asked for.
#pragma once

#include <stdexcept>

namespace docket::desk {

/// Thrown by a TableFile and by what makes one; anything else that is thrown there is a fault of ours.
class FileNotWritten : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace docket::desk
