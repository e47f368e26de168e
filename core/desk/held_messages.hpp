// SPDX-License-Identifier: Apache-2.0
// Messages that are said a little later, so that they can be taken back: held on disk, said exactly once.
#pragma once

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

inline constexpr int longest_hold_seconds = 30;

/// Errors: not_found, stale_version, forbidden, invalid_field; what only the time of saying can tell comes back as a draft with a notice.
[[nodiscard]] Result<HeldMessage> hold_message(Unit& unit, const domain::Principal& principal, TicketId ticket,
                                               std::optional<std::int64_t> expected_version, Written written,
                                               Duration delay);
/// Before it is said: the message is a draft of the person again. Errors: not_found when it was said already.
[[nodiscard]] Result<Draft> take_back(Unit& unit, const domain::Principal& principal, HeldMessageId id);
/// Says those whose time has come, as their authors with the rights that they have now; gives how many. One that is
/// refused becomes a draft, and its author is told why.
int send_held(Unit& unit, int limit);
/// The earliest that is due can not even be tried (its ticket can not be read, say): it becomes a draft again, and its
/// author is told. False when none is due.
bool put_back_first_held(Unit& unit);

}  // namespace docket::desk
