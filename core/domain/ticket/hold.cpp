// SPDX-License-Identifier: Apache-2.0
// Putting a ticket on hold with a reason, and taking it up again.
#include <algorithm>

#include "base/text.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

bool fits(const std::string& text, std::size_t characters) {
  return is_utf8(text) && count_characters(text) <= characters;
}

}  // namespace

Outcome decide_hold(Deciding& deciding, const HoldTicket& command) {
  if (auto may = require_right(deciding, Right::ticket_hold); !may) return may;
  const auto& ticket = deciding.ticket();
  if (ends(ticket.category)) {
    return fail(ErrorCode::conflict, "The ticket is in " + ticket.state + "; only tickets in work can be put on hold.");
  }
  const auto& reasons = deciding.active().desk.hold_reasons;
  std::vector<FieldError> faults;
  if (command.reason.empty() || !fits(command.reason, max_reason_characters)) {
    faults.push_back(
        {"/reason", "A hold needs a reason of at most " + std::to_string(max_reason_characters) + " characters."});
  } else if (!reasons.empty() && std::ranges::find(reasons, command.reason) == reasons.end()) {
    std::string known;
    for (const auto& reason : reasons) known += (known.empty() ? "" : ", ") + reason;
    faults.push_back({"/reason", "The desk's reasons are " + known + "."});
  }
  if (!fits(command.note, max_note_characters)) {
    faults.push_back({"/note", "At most " + std::to_string(max_note_characters) + " characters."});
  }
  if (command.until && *command.until <= deciding.now())
    faults.push_back({"/until", "The hold must end in the future."});
  if (!faults.empty()) return wrong_fields(std::move(faults));
  const auto& hold = ticket.hold;
  if (hold && hold->reason == command.reason && hold->note == command.note && hold->until == command.until) return {};
  deciding.emit(Held{command.reason, command.note, command.until});
  return {};
}

Outcome decide_resume(Deciding& deciding) {
  if (auto may = require_right(deciding, Right::ticket_hold); !may) return may;
  if (deciding.ticket().hold) deciding.emit(Resumed{});
  return {};
}

}  // namespace docket::domain
