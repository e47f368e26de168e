// SPDX-License-Identifier: Apache-2.0
// The configurations between which the simulated desk goes back and forth.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/definitions.hpp"

namespace docket::simulation {

/// Three desks that differ in states, clocks, calendars, triggers, dispatch and automatic moves.
[[nodiscard]] std::vector<std::shared_ptr<const domain::Definitions>> make_bundles();

/// What a careful admin maps when `to` is published after `from`: each state that is gone.
[[nodiscard]] std::map<std::string, std::string> state_mapping(const domain::Definitions& from,
                                                               const domain::Definitions& to);

}  // namespace docket::simulation
