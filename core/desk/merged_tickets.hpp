// SPDX-License-Identifier: Apache-2.0
// Tickets that ended in others: which they are, and who may read what was said there.
#pragma once

#include <optional>
#include <vector>

#include "desk/ports/ticket_store.hpp"

namespace docket::desk {

/// Every ticket that ended in this one, itself or by way of others, oldest first; not more than 50.
[[nodiscard]] std::vector<TicketId> sources_of(const TicketReader& tickets, TicketId id);

/// Whether a ticket shows the principal what ended in it: people and their tokens. Customers and guests have rules of
/// their own, with an account or by a link.
[[nodiscard]] bool reads_sources(const domain::Principal& principal);

/// The ticket by which the principal may read the messages and files of this one: itself where they see it, else the
/// nearest that they see of those in which it ended. None: they may not.
[[nodiscard]] std::optional<domain::Ticket> readable_by(const TicketReader& tickets, TicketId id,
                                                        const domain::Principal& principal);

}  // namespace docket::desk
