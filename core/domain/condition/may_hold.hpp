// SPDX-License-Identifier: Apache-2.0
// Whether a condition can still come to hold when fields that are empty now are filled.
#pragma once

#include <span>
#include <string>

#include "domain/condition/condition.hpp"

namespace docket::domain {

/// True unless the condition fails whatever values the `open` custom fields (named without "field.") are given; a value
/// they will have. Tests are looked at one by one: two that contradict each other are `check`'s to find.
[[nodiscard]] bool may_hold(const Condition& condition, const FieldSource& source, std::span<const std::string> open);

}  // namespace docket::domain
