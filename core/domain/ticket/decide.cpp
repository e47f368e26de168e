// SPDX-License-Identifier: Apache-2.0
// The frame of every decision: catch up with the clocks, do the command, let rules and clocks follow.
#include "domain/ticket/decide.hpp"

#include <stdexcept>
#include <utility>

#include "base/both.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/due.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::domain {
namespace {

class Handler {
 public:
  explicit Handler(Deciding& deciding) : deciding_(deciding) {}

  Outcome operator()(const CreateTicket& command) { return decide_create(deciding_, command); }
  Outcome operator()(const AddMessage& command) { return decide_message(deciding_, command); }
  Outcome operator()(const MoveTicket& command) { return decide_move(deciding_, command); }
  Outcome operator()(const AssignTicket& command) { return decide_assign(deciding_, command); }
  Outcome operator()(const TakeTicket&) { return decide_take(deciding_); }
  Outcome operator()(const SetFields& command) { return decide_fields(deciding_, command); }
  Outcome operator()(const ChangeType& command) { return decide_type(deciding_, command); }
  Outcome operator()(const HoldTicket& command) { return decide_hold(deciding_, command); }
  Outcome operator()(const ResumeTicket&) { return decide_resume(deciding_); }
  Outcome operator()(const ReopenTicket& command) { return decide_reopen(deciding_, command); }
  Outcome operator()(const MergeTicket& command) { return decide_merge(deciding_, command); }
  Outcome operator()(const AbsorbTicket& command) { return decide_absorb(deciding_, command); }
  Outcome operator()(const LinkTicket& command) { return decide_link(deciding_, command); }
  Outcome operator()(const UrgeTicket& command) { return decide_urge(deciding_, command); }
  Outcome operator()(const CopyTicket& command) { return decide_copy(deciding_, command); }
  Outcome operator()(const WatchTicket& command) { return decide_watch(deciding_, command); }
  Outcome operator()(const InviteGuest& command) { return decide_invite(deciding_, command); }
  Outcome operator()(const AnswerGuest& command) { return decide_answer(deciding_, command); }
  Outcome operator()(const RevokeGuest& command) { return decide_revoke(deciding_, command); }
  Outcome operator()(const RateTicket& command) { return decide_rate(deciding_, command); }
  Outcome operator()(const RunMacro& command) { return decide_macro(deciding_, command); }
  Outcome operator()(const PassTime&) { return decide_time(deciding_); }
  Outcome operator()(const Redispatch&) { return decide_redispatch(deciding_); }
  Outcome operator()(const AdoptDefinitions& command) { return decide_adopt(deciding_, command); }

 private:
  Deciding& deciding_;
};

template <class C>
bool is(const TicketCommand& command) {
  return std::holds_alternative<C>(command);
}

/// What is done to a merged ticket as to any.
bool goes_on_merged(const TicketCommand& command) {
  // A link is a fact of two tickets, and the other one may want to be rid of it.
  const auto* link = std::get_if<LinkTicket>(&command);
  // What a guest answers is not lost: the messages of a merged ticket are shown where it went.
  // Whoever sees too much must be sent away from it as well.
  return (link != nullptr && link->remove) || is<AnswerGuest>(command) || is<RevokeGuest>(command) ||
         is<Redispatch>(command) || is<AdoptDefinitions>(command);
}

}  // namespace

Result<Decision> decide(const Ticket* ticket, const TicketCommand& command, const Context& context) {
  const auto* creation = std::get_if<CreateTicket>(&command);
  if ((ticket == nullptr) != (creation != nullptr)) throw std::logic_error("a ticket is created once, and first");
  Deciding deciding(ticket, creation != nullptr ? creation->id : ticket->id, context);
  const bool settles_itself = is<PassTime>(command) || is<AdoptDefinitions>(command);
  if (ticket != nullptr && ticket->merged_into && !goes_on_merged(command)) {
    // For time a merged ticket is simply over.
    if (is<PassTime>(command)) return std::move(deciding).finish();
    return fail(ErrorCode::conflict, both("The ticket was merged into ticket {0}; continue there.",
                                          "工单已并入 {1}，请到那一张继续处理。", ticket->merged_into.value,
                                          ticket_number(*context.active, ticket->merged_into)));
  }
  // A late timer must not change what happens: a goal that was missed before the command came was missed.
  if (ticket != nullptr && !settles_itself) do_due_clock_events(deciding, deciding.now());
  const auto first = deciding.events().size();
  if (auto outcome = std::visit(Handler(deciding), command); !outcome) return pass_on(outcome.error());
  if (deciding.events().size() == first) {
    Decision nothing;
    if (ticket != nullptr) nothing.ticket = *ticket;
    return nothing;
  }
  if (!settles_itself) settle(deciding, first);
  return std::move(deciding).finish();
}

}  // namespace docket::domain
