// SPDX-License-Identifier: Apache-2.0
// Pages of the manual that are made from the tables of the code: routes and errors.
#pragma once

#include "api/route.hpp"

#include <string>
#include <vector>

namespace docket::api {

/// Markdown; the same table gives the same bytes.
[[nodiscard]] std::string routes_page(const std::vector<Route>& routes);
[[nodiscard]] std::string errors_page();

}  // namespace docket::api
