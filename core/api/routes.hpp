// SPDX-License-Identifier: Apache-2.0
// The route table of the whole API.
#pragma once

#include "api/route.hpp"

#include <vector>

namespace docket::api {

/// All routes, grouped by resource. The same at every call.
[[nodiscard]] std::vector<Route> routes();

}  // namespace docket::api
