// SPDX-License-Identifier: Apache-2.0
// A scenario's door to a whole server: everything is said and seen over TLS, as people and programs would.
#pragma once

#include <memory>

#include "scenario_door.hpp"

namespace docket::tests {

/// One thread.
[[nodiscard]] std::unique_ptr<ScenarioDoor> open_api_door();

}  // namespace docket::tests
