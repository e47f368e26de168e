// SPDX-License-Identifier: Apache-2.0
// The automatic moves of a ticket's step, and the reminders of its guests, as instants.
#pragma once

#include <optional>

#include "domain/definitions.hpp"
#include "domain/ticket/decide.hpp"

namespace docket::domain {

/// The earliest automatic move of the present step that is armed: not skipped before, and not stopped by a hold. A hold
/// stops automatic moves in working states only: what waits outside anyway (pending, resolved) goes on waiting no
/// longer than the workflow says.
[[nodiscard]] std::optional<DueTimer> next_auto_move(const Ticket& ticket, const Definitions& pinned,
                                                     const Definitions& active);

/// The guest who is to be reminded first. Nobody is while the ticket is not in work. Null: nobody.
[[nodiscard]] const Guest* next_guest_reminder(const Ticket& ticket);

}  // namespace docket::domain
