// SPDX-License-Identifier: Apache-2.0
// What somebody held who was switched off goes back to their teams, however much it is.
#pragma once

#include "desk/bulk_job.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

inline constexpr const char* hand_back_job_kind = "hand_back";

/// Dispatches the first of that person's open tickets again; where there are more, a job of the principal does the rest.
void hand_back_tickets(Unit& unit, const domain::Principal& principal, UserId user);

/// Does the next slice of such a job: at most `limit` tickets, a result for each. A ticket that does not let itself be
/// dispatched stays, is named in the log and counts as failed. Whoever is switched on again keeps what is left.
void run_hand_back_slice(Unit& unit, Job& job, int limit, OnTicket on = OnTicket::act);

}  // namespace docket::desk
