// SPDX-License-Identifier: Apache-2.0
// What a candidate would have done with the tickets of the last weeks, against what today's definitions would have done.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "desk/ports/database.hpp"
#include "domain/backtest/comparison.hpp"

namespace docket::desk {

struct BacktestRequest {
  std::shared_ptr<const domain::Definitions> today{}, candidate{};  ///< neither is null
  Time from{}, to{};  ///< tickets that were created from `from` on and before `to`, with what happened to them until then
};

struct BacktestOutcome {
  domain::Backtest backtest{};
  std::map<UserId, std::string> people{};  ///< logins of those whose loads are told
};

/// Lives the tickets of the period twice, once under each definitions. Dispatch knows the people who work here now, with
/// the shifts and leave of then, and counts the loads of these tickets alone; it takes everybody on shift as present.
/// Reads by pages on the readers for long work, so that no view of the database lives long; memory grows with the tickets
/// that are open at one time. `progress` is told how many tickets were read. Of the calling thread, which must be none of
/// the database or io. Errors: shutting_down once `stop` is asked for, and those of the database.
[[nodiscard]] Result<BacktestOutcome> backtest(Database& database, const BacktestRequest& request, const std::stop_token& stop,
                                               const std::function<void(std::int64_t)>& progress = {});

}  // namespace docket::desk
