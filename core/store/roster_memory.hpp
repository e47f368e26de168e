// SPDX-License-Identifier: Apache-2.0
// Who is in which team, as the writer last read it, so that a dispatch in a team of hundreds asks for no rows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "desk/people.hpp"
#include "domain/dispatch/dispatch.hpp"

namespace docket::store {

/// Of the writer thread alone. What changes with every ticket (load, turn) is carried along; whatever else changes
/// people, and a job that is undone, empties it.
class RosterMemory {
 public:
  /// Somebody of a team, apart from load and turn.
  struct Member {
    domain::Candidate facts{};
    std::optional<int> capacity{};  ///< the person's own
  };
  struct Team {
    std::vector<Member> members{};
    /// Shifts and leave of its members that end after `from` and begin before `until`: what is said of a time between
    /// these two.
    std::vector<desk::Shift> shifts{};
    Time from{}, until{};
    /// When the last shift ended of those that were over at `from`; who has none of late is not in it.
    std::unordered_map<UserId, Time> last_ended{};
  };
  struct Standing {
    int load = 0;
    std::optional<Time> last_assigned_at{};
  };

  void clear() {
    touched = true;
    teams.clear();
    standing.clear();
  }
  void change_load(UserId user, int by) {
    touched = true;
    if (const auto known = standing.find(user); known != standing.end()) known->second.load += by;
  }
  void assigned(UserId user, Time at) {
    touched = true;
    if (const auto known = standing.find(user); known != standing.end()) known->second.last_assigned_at = at;
  }

  bool touched = false;  ///< by the job that runs: if it is undone, so must this be
  std::map<std::string, Team> teams{};
  std::unordered_map<UserId, Standing> standing{};  ///< of everybody who is in one of `teams`
};

}  // namespace docket::store
