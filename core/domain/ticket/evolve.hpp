// SPDX-License-Identifier: Apache-2.0
// evolve() on a ticket in place, for whoever applies many events in a row.
#pragma once

#include "domain/ticket/event.hpp"

namespace docket::domain {

/// As evolve(): total, whatever the event.
void evolve_in_place(Ticket& ticket, TicketId id, const RecordedEvent& event);

}  // namespace docket::domain
