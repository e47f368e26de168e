// SPDX-License-Identifier: Apache-2.0
// One simulated desk from a seed: customers, agents, leads, an admin who publishes, machines that crash, clocks that
// step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fault/simulation/faults.hpp"

namespace docket::simulation {

struct LifeReport {
  std::uint64_t trace = 0;  ///< equal for equal seeds
  std::int64_t steps = 0, commits = 0, events = 0, tickets = 0, crashes = 0, publications = 0;
  int struck = 0;           ///< how often the planted fault struck
  std::string violation{};  ///< empty: everything held
};

/// Lives `days` simulated days. Never throws for what it is there to find.
[[nodiscard]] LifeReport live(std::uint64_t seed, int days, std::optional<Fault> planted = {});

}  // namespace docket::simulation
