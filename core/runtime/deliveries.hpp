// SPDX-License-Identifier: Apache-2.0
// Carries the outbox out: one loop a destination, so that a slow or dead one delays nobody else.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "desk/deliver.hpp"
#include "desk/ports/database.hpp"
#include "runtime/loop.hpp"

namespace docket::runtime {

/// Tries each due delivery, in order per ticket and destination, and writes down what came of it.
class Deliveries {
 public:
  /// Destinations by name; they outlive this.
  Deliveries(desk::Database& database, const Clock& clock,
             const std::map<std::string, desk::Destination*>& destinations);
  ~Deliveries();
  void wake();
  void stop();

 private:
  class Lane;
  std::map<std::string, std::unique_ptr<Lane>> lanes_;
};

/// The built-in destination "log": one log line a delivery, without its text.
class LogDestination final : public desk::Destination {
 public:
  [[nodiscard]] desk::TryOutcome attempt(const desk::Delivery& delivery) override;
};

}  // namespace docket::runtime
