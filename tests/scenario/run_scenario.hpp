// SPDX-License-Identifier: Apache-2.0
// Walks a scenario through a door and says what is not as expected.
#pragma once

#include <string>
#include <vector>

#include "scenario_door.hpp"

namespace docket::tests {

/// "file:line: expected …, is …", one for each difference; empty when all is as the scenario says. Stops at an act
/// whose outcome is not the expected one.
[[nodiscard]] std::vector<std::string> run_scenario(const Scenario& scenario, const std::filesystem::path& root,
                                                    ScenarioDoor& door);

}  // namespace docket::tests
