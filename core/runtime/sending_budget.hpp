// SPDX-License-Identifier: Apache-2.0
// How much a vendor takes, kept on our side: what would be one too many waits instead of being dropped there in silence.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "domain/channel/plugin_use.hpp"

namespace docket::runtime {

/// Counts sendings in sliding windows. One thread.
class SendingBudget {
 public:
  explicit SendingBudget(domain::SendingLimits limits) : limits_(limits) {}

  /// Takes one sending to `recipient` (empty: nobody's in particular) and gives nothing; or, when that would be one too
  /// many, the instant at which it may be asked again.
  [[nodiscard]] std::optional<Time> take(const std::string& recipient, Time now);

 private:
  struct Window {
    std::deque<Time> at{};
    [[nodiscard]] bool idle(Time since) const { return at.empty() || at.back() <= since; }
    /// Empty when there is room.
    [[nodiscard]] std::optional<Time> full(std::int64_t most, Duration length, Time now);
  };
  domain::SendingLimits limits_;
  Window second_, minute_, day_;
  std::map<std::string, std::pair<Window, Window>> recipients_;  // minute, hour
};

}  // namespace docket::runtime
