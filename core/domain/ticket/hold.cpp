// SPDX-License-Identifier: Apache-2.0
// Putting a ticket on hold with a reason, and taking it up again.
#include <algorithm>

#include "base/both.hpp"
#include "base/text.hpp"
#include "domain/chinese_names.hpp"
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
    return fail(ErrorCode::conflict,
                both("The ticket is in {0}; only tickets in work can be put on hold.", "工单现在是{1}，处理中的工单才能挂起。",
                     ticket.state, ChineseNames(deciding.active(), nullptr, &deciding.workflow()).state(ticket.state)));
  }
  const auto& reasons = deciding.active().desk.hold_reasons;
  std::vector<FieldError> faults;
  if (command.reason.empty() || !fits(command.reason, max_reason_characters)) {
    faults.push_back(field_error("/reason", both("A hold needs a reason of at most {} characters.",
                                                 "请写挂起原因，最多 {} 个字。", max_reason_characters)));
  } else if (!reasons.empty() && std::ranges::find(reasons, command.reason) == reasons.end()) {
    std::string known;
    for (const auto& reason : reasons) known += (known.empty() ? "" : ", ") + reason;
    faults.push_back(field_error("/reason", both("The desk's reasons are {0}.", "挂起原因只能是{1}。", known, zh_quoted(reasons))));
  }
  if (!fits(command.note, max_note_characters)) {
    faults.push_back(field_error("/note", both("At most {} characters.", "最多 {} 个字。", max_note_characters)));
  }
  if (command.until && *command.until <= deciding.now())
    faults.push_back({"/until", "The hold must end in the future.", "自动恢复时间须在现在之后。"});
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
