// SPDX-License-Identifier: Apache-2.0
// Refusals that several rooms give in the same words.
#pragma once

#include <string>

#include "base/error.hpp"

namespace docket::domain {

struct Definitions;
enum class Right;

/// forbidden: the right is not held anywhere.
[[nodiscard]] std::unexpected<Error> lacks_right(Right right);
/// forbidden: the right is not held on tickets of the team.
[[nodiscard]] std::unexpected<Error> lacks_right(const Definitions& definitions, Right right, const std::string& team);
/// not_found; the same for what is not there and for what is not visible.
[[nodiscard]] std::unexpected<Error> no_ticket();
/// invalid_field at `pointer`, where the team was named.
[[nodiscard]] std::unexpected<Error> no_team(std::string pointer, const std::string& team);

}  // namespace docket::domain
