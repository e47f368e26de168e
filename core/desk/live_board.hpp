// SPDX-License-Identifier: Apache-2.0
// What burns now, for everybody who leads: counted for the whole desk at most every few seconds, shown team by team.
#pragma once

#include <memory>
#include <mutex>

#include "desk/ports/unit.hpp"

namespace docket::desk {

struct Board {
  Time as_of{};
  std::vector<TeamNow> teams;  ///< in the order of their names
};

/// Thread-safe. One for a process.
class LiveBoard {
 public:
  /// Teams of which the principal sees every ticket and may read reports; not older than four seconds.
  [[nodiscard]] Result<Board> read(const Reading& reading, const domain::Principal& principal);

 private:
  std::mutex mutex_;
  std::shared_ptr<const Board> last_;
};

}  // namespace docket::desk
