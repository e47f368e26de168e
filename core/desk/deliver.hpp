// SPDX-License-Identifier: Apache-2.0
// Deliveries on their way out: what is due, what came of a try, when it is tried again, where it goes instead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/enum.hpp"
#include "base/error.hpp"
#include "desk/ports/unit.hpp"
#include "domain/channel/plugin_use.hpp"

namespace docket::desk {

/// Takes the words away that may tell fields which are hidden from who reads. Their own notices were written for them.
void hide_words(Delivery& delivery, const Reading& reading, const domain::Principal& principal);

/// What a destination said of one try.
struct TryOutcome {
  enum class Kind { accepted, delivered, retry_later, rejected, failed };
  BOOST_DESCRIBE_NESTED_ENUM(Kind, accepted, delivered, retry_later, rejected, failed)
  Kind kind = Kind::failed;
  std::string vendor_id{};
  std::string error{};     ///< safe to show to an admin
  Duration retry_after{};  ///< for retry_later: at least this long
  bool halt = false;       ///< nothing more until an admin has looked
  Duration took{};
};

/// A way out of the house. Called outside of any transaction; must return within its own deadline.
class Destination {
 public:
  virtual ~Destination() = default;
  [[nodiscard]] virtual TryOutcome attempt(const Delivery& delivery) = 0;
  /// Several messages to one person as one. The first leads; the outcome is that of all.
  [[nodiscard]] virtual TryOutcome attempt_together(const std::vector<Delivery>& deliveries) {
    return attempt(deliveries.front());
  }
};

/// How a destination is sent to.
struct LaneRules {
  domain::SendingLimits limits{};
  std::optional<domain::QuietHours> quiet{};
  Duration gather{};
  std::string fallback{};
  std::optional<Duration> fallback_after{};
  bool receipts = true;     ///< of what it accepts it says later that it arrived; otherwise accepted is as good as that
  bool keeps_story = true;  ///< each try is recorded, also one that went well at once
  bool operator==(const LaneRules&) const = default;
};

/// Waiting time before try number `tries` + 1: 1 s doubled each time up to 1 h, spread by `jitter` in [0, 1) over the
/// upper half.
[[nodiscard]] Duration back_off(int tries, double jitter);

/// How long a delivery is tried before it is dead.
inline constexpr Duration delivery_lifetime = std::chrono::hours{72};

/// Writes down what came of a try; what is dead then goes by the fallback, if there is one.
void record_try(Unit& unit, const Delivery& delivery, const TryOutcome& outcome, double jitter,
                const LaneRules& rules = {});

/// What a vendor says later of a message that it had accepted. What did not arrive goes by the fallback.
void record_receipt(Unit& unit, const Delivery& delivery, bool arrived, const std::string& error,
                    const std::string& fallback);

/// A dead delivery begins again. Needs delivery_manage; not_found when it is not visible, already_done when it is not
/// dead.
[[nodiscard]] Result<void> replay_delivery(Unit& unit, const domain::Principal& principal, DeliveryId id);

/// The end of the quiet hours that `now` lies in; none when it lies in none. `offset` is the zone's from UTC then.
[[nodiscard]] std::optional<Time> quiet_until(const domain::QuietHours& quiet, Time now, Duration offset);

}  // namespace docket::desk
