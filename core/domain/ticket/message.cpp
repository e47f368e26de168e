// SPDX-License-Identifier: Apache-2.0
// What is said on a ticket, and that a customer who writes again gets an ended ticket back into work.
#include "base/text.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

/// Customers speak as customers, whatever the channel calls it.
MessageKind kind_for(const Deciding& deciding, MessageKind asked) {
  return deciding.by_customer() && asked == MessageKind::reply ? MessageKind::customer : asked;
}

}  // namespace

Outcome check_message(const std::string& body, const std::string& pointer, std::size_t attachments, bool required) {
  if (required && body.empty() && attachments == 0) return fail_field(pointer, "Write something.");
  if (body.size() > max_message_bytes) {
    return fail_field(
        pointer, "A message has at most " + std::to_string(max_message_bytes / 1024) + " KiB; attach longer texts.");
  }
  if (!is_utf8(body) || body.find('\0') != std::string::npos)
    return fail_field(pointer, "The text is not valid UTF-8.");
  if (attachments > max_attachments) {
    return fail_field("/attachments", "A message has at most " + std::to_string(max_attachments) + " attachments.");
  }
  return {};
}

Outcome decide_message(Deciding& deciding, const AddMessage& command) {
  const auto kind = kind_for(deciding, command.kind);
  if (kind == MessageKind::note && deciding.by_customer()) {
    return fail(ErrorCode::forbidden, "Customers do not write internal notes.");
  }
  if (auto may = require_right(deciding, kind == MessageKind::note ? Right::ticket_note : Right::ticket_reply); !may)
    return may;
  if (auto text = check_message(command.body, "/body", command.attachments.size(), true); !text) return text;

  const auto& ticket = deciding.ticket();
  if (kind != MessageKind::customer) {
    if (auto open = require_not_closed(deciding); !open) return open;
    deciding.say(kind, command.body, command.attachments);
    return {};
  }
  if (!ends(ticket.category)) {
    deciding.say(kind, command.body, command.attachments);
    return {};
  }
  std::string why;
  const auto* reopening = find_reopening(deciding, true, why);
  // A resolved ticket without a way back still takes what the customer says; a closed one can not, and says so.
  if (reopening == nullptr && ticket.category == StateCategory::closed)
    return fail(ErrorCode::conflict, std::move(why));
  deciding.say(kind, command.body, command.attachments);
  if (reopening == nullptr) return {};
  Step step;
  step.said = true;
  step.judged = true;
  const auto moved = make_move(deciding, *reopening, std::move(step));
  // What a step back requires besides words can not be asked of a mail: then the ticket stays ended, awaiting an agent.
  if (!moved && ticket.category == StateCategory::closed) return moved;
  return {};
}

}  // namespace docket::domain
