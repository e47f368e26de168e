// SPDX-License-Identifier: Apache-2.0
// A value that a form takes, for what nobody gave: simulations and backtests go on with it.
#pragma once

#include "base/clock.hpp"
#include "domain/ticket/form.hpp"

namespace docket::domain {

/// Within the field's bounds and choices; a pattern may still refuse it. None for a choice without choices.
[[nodiscard]] Value sample_value(const Field& field, Time now);

}  // namespace docket::domain
