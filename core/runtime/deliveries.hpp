// SPDX-License-Identifier: Apache-2.0
// Carries the outbox out: one loop a destination, so that a slow or dead one delays nobody else.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "desk/deliver.hpp"
#include "desk/ports/database.hpp"
#include "desk/ports/lanes.hpp"
#include "runtime/loop.hpp"

namespace docket::runtime {

/// Tries each due delivery, in order per ticket and destination, and writes down what came of it. Vendor limits, quiet
/// hours, gathering, breaker and fallback are kept here. Any thread.
class Deliveries final : public desk::Lanes {
 public:
  /// Puts into a delivery what must not stand in the outbox, such as a link's secret, when it is about to leave. Only
  /// those that need it are taken to the writer; all others are found and sent without it.
  struct Completing {
    std::function<bool(const desk::Delivery&)> needed;
    std::function<void(desk::Unit&, desk::Delivery&)> fill;
  };

  /// `built_in` destinations by name; they outlive this. `completing` is for those of plugins only.
  Deliveries(desk::Database& database, const Clock& clock,
             const std::map<std::string, desk::Destination*>& built_in, std::optional<Completing> completing = {});
  ~Deliveries() override;

  /// The lanes of plugins, instead of those before. A lane that stays keeps what it knows.
  void set_lanes(const std::map<std::string, desk::LaneSpec>& lanes) override;
  [[nodiscard]] std::map<std::string, desk::LaneState> lane_states() const override;
  void release(const std::string& name) override;
  /// These have new rows. A lane whose breaker is open looks when it closes again, and not before.
  void wake(const std::set<std::string>& destinations);
  void stop();

 private:
  class Lane;
  void end_those_taken_away();
  desk::Database& database_;
  const Clock& clock_;
  const std::optional<Completing> completing_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Lane>> built_in_, lanes_;
  std::vector<std::shared_ptr<Lane>> ending_;  ///< taken away; perhaps a try is under way
};

/// The built-in destination "log": one log line a delivery, without its text.
class LogDestination final : public desk::Destination {
 public:
  [[nodiscard]] desk::TryOutcome attempt(const desk::Delivery& delivery) override;
};

}  // namespace docket::runtime
