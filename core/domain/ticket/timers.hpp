// SPDX-License-Identifier: Apache-2.0
// The automatic moves of a ticket's step as instants.
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

}  // namespace docket::domain
