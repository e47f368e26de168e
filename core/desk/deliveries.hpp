// SPDX-License-Identifier: Apache-2.0
// Which rows of the outbox follow from events: exactly one for each recipient and destination.
#pragma once

#include <vector>

#include "desk/ports/unit.hpp"

namespace docket::desk {

/// Renders the notification texts in each recipient's language. `ticket` is as after the events.
[[nodiscard]] std::vector<NewDelivery> deliveries_of(const Unit& unit, const domain::Ticket& ticket,
                                                     const std::vector<domain::RecordedEvent>& events);

}  // namespace docket::desk
