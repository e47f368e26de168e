// SPDX-License-Identifier: Apache-2.0
// What a candidate would have done with the tickets of the last weeks, against what today's definitions would have done.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "desk/ports/database.hpp"
#include "domain/backtest/comparison.hpp"

namespace docket::desk {

struct BacktestRequest {
  std::shared_ptr<const domain::Definitions> today{}, candidate{};  ///< neither is null
  Time from{}, to{};  ///< tickets that were created from `from` on and before `to`, with what happened to them until then
  std::int64_t most = 0;  ///< so many of them, the newest; 0: all
};

struct BacktestOutcome {
  domain::Backtest backtest{};  ///< its `from` is later than asked for where there were more than `most`
  std::map<UserId, std::string> people{};  ///< logins of those whose loads are told
};

/// Lives the tickets of the period twice, once under each definitions; and once more without those that one of them does
/// not follow to the end, so that what is compared had the same tickets beside it. Dispatch knows the people who work here now, with
/// the shifts and leave of then, and counts the loads of these tickets alone; it takes everybody on shift as present.
/// Reads by pages on the readers for long work, so that no view of the database lives long; memory grows with the tickets
/// that are open at one time. Of the calling thread, which must be none of the database or io. `go_on` is asked many times
/// a second; its error ends the work. Errors: that, and those of the database.
[[nodiscard]] Result<BacktestOutcome> backtest(Database& database, BacktestRequest request,
                                               const std::function<Result<void>()>& go_on = [] { return Result<void>{}; });

}  // namespace docket::desk
