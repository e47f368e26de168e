// SPDX-License-Identifier: Apache-2.0
// What a macro asks of the person who uses it.
#pragma once

#include <vector>

#include "domain/definitions.hpp"

namespace docket::domain {

/// Each once: for what it says and for each of its actions.
[[nodiscard]] std::vector<Right> rights_for(const Macro& macro);

/// Whether one of the principal's roles on tickets of that team is among those that may use something; no roles:
/// everybody may.
[[nodiscard]] bool has_one_of(const Principal& principal, const std::vector<std::string>& roles, const std::string& team);

}  // namespace docket::domain
