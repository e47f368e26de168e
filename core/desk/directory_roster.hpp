// SPDX-License-Identifier: Apache-2.0
// The roster that dispatch asks, answered by the directory.
#pragma once

#include <memory>
#include <utility>

#include "desk/ports/directory_store.hpp"

namespace docket::desk {

/// Members of teams as they are at one instant; borrows the directory.
class DirectoryRoster final : public domain::Roster {
 public:
  DirectoryRoster(const DirectoryReader& directory, std::shared_ptr<const domain::Definitions> active, Time now)
      : directory_(directory), active_(std::move(active)), now_(now) {}

  std::vector<domain::Candidate> members(const std::string& team) const override {
    const auto known = active_->teams.find(team);
    if (known == active_->teams.end()) return {};
    const bool at_work = active_->calendar(known->second.calendar).is_working(now_);
    return directory_.candidates(known->second, at_work, now_);
  }
  std::optional<UserId> find_user(const std::string& login) const override {
    const auto user = directory_.find_user_by_login(login);
    if (!user || !user->active) return {};
    return user->id;
  }

 private:
  const DirectoryReader& directory_;
  const std::shared_ptr<const domain::Definitions> active_;
  const Time now_;
};

}  // namespace docket::desk
