// SPDX-License-Identifier: Apache-2.0
// A backtest as a person reads it.
#pragma once

#include "base/said.hpp"
#include "desk/backtest.hpp"

namespace docket::definition {

/// Lines in both languages, each ended; days are those of the candidate's desk and tickets have their numbers. What is the
/// same under both definitions is told as one figure, or not at all.
[[nodiscard]] Said render_backtest(const desk::BacktestOutcome& outcome, const domain::Definitions& candidate);

}  // namespace docket::definition
