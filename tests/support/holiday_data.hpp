// SPDX-License-Identifier: Apache-2.0
// The holiday data that ships in config/, for tests that compute with real years.
#pragma once

#include <string>
#include <vector>

#include "domain/calendar/calendar.hpp"

namespace docket::tests {

/// Reads config/holidays/NAME-YEAR.json of each year; throws when one is missing or malformed.
[[nodiscard]] domain::HolidaySet shipped_holidays(const std::string& name, const std::vector<int>& years);

}  // namespace docket::tests
