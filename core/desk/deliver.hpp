// SPDX-License-Identifier: Apache-2.0
// Deliveries on their way out: what is due, what came of a try, when it is tried again.
#pragma once

#include <string>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

/// What a destination said of one try.
struct TryOutcome {
  enum class Kind { accepted, delivered, retry_later, rejected, failed };
  Kind kind = Kind::failed;
  std::string vendor_id{};
  std::string error{};     ///< safe to show to an admin
  Duration retry_after{};  ///< for retry_later: at least this long
};

/// A way out of the house. Called outside of any transaction; must return within its own deadline.
class Destination {
 public:
  virtual ~Destination() = default;
  [[nodiscard]] virtual TryOutcome attempt(const Delivery& delivery) = 0;
};

/// Waiting time before try number `tries` + 1: 1 s doubled each time up to 1 h, spread by `jitter` in [0, 1) over the
/// upper half.
[[nodiscard]] Duration back_off(int tries, double jitter);

/// How long a delivery is tried before it is dead.
inline constexpr Duration delivery_lifetime = std::chrono::hours{72};

/// Writes down what came of a try.
void record_try(Unit& unit, const Delivery& delivery, const TryOutcome& outcome, double jitter);

/// A dead delivery begins again. Needs delivery_manage; not_found when it is not visible, already_done when it is not
/// dead.
[[nodiscard]] Result<void> replay_delivery(Unit& unit, const domain::Principal& principal, DeliveryId id);

}  // namespace docket::desk
