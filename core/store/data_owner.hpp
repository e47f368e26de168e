// SPDX-License-Identifier: Apache-2.0
// Whose a data directory is: the service's account, also after root has worked in it.
#pragma once

#include <filesystem>
#include <utility>

namespace docket::store {

/// What root made in a data directory of somebody else's (a restore, a key, while the service was stopped) becomes
/// theirs, or the service could not open it. Does nothing when the caller is not root or the directory is root's own.
/// Links are not followed, other volumes not entered, and a file that has another name somewhere stays whose it is.
void leave_to_owner(const std::filesystem::path& directory);

/// Does so at its end, however that comes. Made before what opens the directory.
class LeaveToOwner {
 public:
  explicit LeaveToOwner(std::filesystem::path directory) : directory_(std::move(directory)) {}
  LeaveToOwner(const LeaveToOwner&) = delete;
  LeaveToOwner& operator=(const LeaveToOwner&) = delete;
  ~LeaveToOwner() { leave_to_owner(directory_); }

 private:
  std::filesystem::path directory_;
};

}  // namespace docket::store
