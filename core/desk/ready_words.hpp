// SPDX-License-Identifier: Apache-2.0
// Words that stand ready for agents, filled in for one ticket: canned answers and what macros say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "desk/command_ticket.hpp"
#include "desk/spoken_ticket.hpp"

namespace docket::desk {

/// What a macro says: names instead of ids, labels instead of words, times of the desk's zone. Fields that are hidden
/// from the principal stay empty.
[[nodiscard]] std::string fill_words(const WordSources& sources, const domain::Principal& principal,
                                     const domain::Ticket& ticket, std::string_view text);

/// The same for a canned answer, which an agent reads before it goes: what is not known yet stands as 【its label】.
[[nodiscard]] std::string fill_answer(const WordSources& sources, const domain::Principal& principal,
                                      const domain::Ticket& ticket, std::string_view text);

/// Runs a macro with its words filled in like that, or with those of the person instead. Errors: those of
/// command_ticket().
[[nodiscard]] Result<TicketOutcome> run_macro(Unit& unit, const domain::Principal& principal, TicketId id,
                                              std::optional<std::int64_t> expected_version, domain::RunMacro command);

}  // namespace docket::desk
