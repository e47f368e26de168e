// SPDX-License-Identifier: Apache-2.0
// A scenario's door to the use cases over a desk in memory: the rules of the house without network and disk.
#pragma once

#include <memory>

#include "scenario_door.hpp"

namespace docket::tests {

/// One thread.
[[nodiscard]] std::unique_ptr<ScenarioDoor> open_desk_door();

}  // namespace docket::tests
