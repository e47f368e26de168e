// SPDX-License-Identifier: Apache-2.0
// Taking an act back.
#pragma once

#include <span>
#include <string>

#include "domain/ticket/decide.hpp"

namespace docket::domain {

/// What makes the ticket what it was before something that nobody has built on since (which the use case checks): events
/// like any others, with their trace. What was said and sent stays said and sent. Clocks that it ended go on. `undone` are
/// the events of the act; `what` names it in the trace.
/// Rights are those on tickets of the team that had it then, or of the one that has it now. Errors: forbidden; conflict for what can not be put back.
[[nodiscard]] Result<Decision> put_back(const Ticket& ticket, const Ticket& before,
                                        std::span<const RecordedEvent> undone, const std::string& what,
                                        const Context& context);

}  // namespace docket::domain
