// SPDX-License-Identifier: Apache-2.0
// Which rows of the outbox, and which notices, follow from events: exactly one for each recipient and destination.
#pragma once

#include <vector>

#include "desk/ports/unit.hpp"

namespace docket::desk {

struct Outgoing {
  std::vector<NewDelivery> deliveries;
  std::vector<Notice> notices;  ///< what goes to the destination in_app, and what is always told inside
};

/// Renders the notification texts in each recipient's language. `ticket` is as after the events. A text's
/// {{portal_link}} and {{guest_link}} are filled in when a delivery leaves, so that no secret is stored; see
/// LinkSecrets.
[[nodiscard]] Outgoing outgoing_of(const Unit& unit, const domain::Ticket& ticket,
                                   const std::vector<domain::RecordedEvent>& events,
                                   const std::vector<domain::NewMessage>& messages);

}  // namespace docket::desk
