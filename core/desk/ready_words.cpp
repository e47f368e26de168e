// SPDX-License-Identifier: Apache-2.0
#include "desk/ready_words.hpp"

namespace docket::desk {
namespace {

std::string fill(const WordSources& sources, const domain::Principal& principal, const domain::Ticket& ticket,
                 std::string_view text, bool gaps) {
  const Telling telling{sources.active.desk.language == "en", &principal, gaps};
  return domain::fill_text(text, SpokenTicket(sources, ticket, telling));
}

}  // namespace

std::string fill_answer(const WordSources& sources, const domain::Principal& principal, const domain::Ticket& ticket,
                        std::string_view text) {
  return fill(sources, principal, ticket, text, true);
}

std::string fill_words(const WordSources& sources, const domain::Principal& principal, const domain::Ticket& ticket,
                       std::string_view text) {
  return fill(sources, principal, ticket, text, false);
}

Result<TicketOutcome> run_macro(Unit& unit, const domain::Principal& principal, TicketId id,
                                std::optional<std::int64_t> expected_version, domain::RunMacro command) {
  const auto macro = unit.active->macros.find(command.name);
  if (!command.message && macro != unit.active->macros.end() && !macro->second.message.empty()) {
    if (const auto ticket = unit.tickets.find(id, principal)) {
      const WordSources sources{unit.directory, *unit.active, unit.source, unit.now};
      command.message = fill_words(sources, principal, *ticket, macro->second.message);
    }
  }
  return command_ticket(unit, principal, id, expected_version, command);
}

}  // namespace docket::desk
