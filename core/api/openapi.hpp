// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 description of the API, made from the route table and nothing else.
#pragma once

#include "api/route.hpp"

#include <string>
#include <vector>

namespace docket::api {

/// JSON text; the same routes give the same bytes.
[[nodiscard]] std::string openapi_document(const std::vector<Route>& routes);

/// What the rates of routes (`x-docket-rate`) allow, and by what they count.
[[nodiscard]] std::string rates_told();

/// The errors that a route can answer with, sorted by status, as the document lists them.
[[nodiscard]] std::vector<ErrorCode> errors_of(const Route& route);

}  // namespace docket::api
