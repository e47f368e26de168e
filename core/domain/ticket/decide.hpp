// SPDX-License-Identifier: Apache-2.0
// Decide, then evolve: what a command makes happen, and what is so afterwards. Pure, both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/definitions.hpp"
#include "domain/ticket/command.hpp"
#include "domain/ticket/event.hpp"

namespace docket::domain {

/// Fills {{placeholders}} as people read them: with names, which only the desk knows.
class TicketWords {
 public:
  virtual ~TicketWords() = default;
  /// `event` is the one that set the rule off, or null.
  [[nodiscard]] virtual std::string fill(std::string_view text, const Ticket& ticket, const RecordedEvent* event) const = 0;
};

/// Everything that decide may look at besides the ticket and the command.
struct Context {
  Time now{};
  const Principal* principal = nullptr;                   ///< who asks; never null
  std::shared_ptr<const Definitions> active{};            ///< the published bundle
  const DefinitionsSource* bundles = nullptr;             ///< for the ticket's pinned workflow and earlier calendars; never null
  const Roster* roster = nullptr;                         ///< never null
  const TicketWords* words = nullptr;                     ///< for what rules write; null: fields as rules see them
};

/// A text to store; its event is in the decision.
struct NewMessage {
  std::int64_t number = 0;
  MessageKind kind{};
  Actor author{};
  std::string body{};
  std::vector<std::int64_t> attachments{};
  Formatted formatted{};
};

struct Decision {
  std::vector<RecordedEvent> events{};   ///< in order, sequence numbers follow the ticket's version
  std::vector<NewMessage> messages{};
  Ticket ticket{};                       ///< as it is after the events
};

/// What the command makes happen. `ticket` is null for CreateTicket and only then.
///
/// Errors: invalid_field, forbidden, conflict, transition_not_allowed (with what is allowed). That people named by id exist
/// is checked where dispatch knows them (members of teams); elsewhere the use case does. A command without effect gives
/// no events, and then `ticket` is unchanged.
///
/// Rights are those of the principal on tickets of the ticket's team; customers need them too and act on own tickets only.
/// The system may everything that the workflow allows; PassTime asks for no right, Redispatch for ticket_assign,
/// AdoptDefinitions for definition_publish.
///
/// After the command's own events come the actions of its step, triggers over each event (depth ≤ 8, no rule because of its
/// own act, ≤ 200 events a command), dispatch and clocks. What fell due on a clock before the command came is done first,
/// as if the timer had not been late. Time on a ticket never runs backwards: `now` before the ticket's last event counts
/// as that event's time.
///
/// Throws std::runtime_error when a bundle lacks what a ticket refers to (a broken store).
[[nodiscard]] Result<Decision> decide(const Ticket* ticket, const TicketCommand& command, const Context& context);

/// What is so after the event. Total: any event on any ticket gives a ticket. `created` starts from an empty one.
[[nodiscard]] Ticket evolve(Ticket ticket, TicketId id, const RecordedEvent& event);

/// The next thing that time does to the ticket; `pinned` is the bundle of its workflow. None when nothing is armed.
[[nodiscard]] std::optional<DueTimer> next_timer(const Ticket& ticket, const Definitions& pinned, const Definitions& active);

/// Fields that the transition requires, that have no value yet and that the principal may write: to be asked for and sent
/// with the step. A customer is asked for none; a required message is not among them.
[[nodiscard]] std::vector<std::string> fields_to_give(const Ticket& ticket, const Principal& principal,
                                                      const Transition& transition, const Definitions& active, Time now);

/// Transitions that this principal may try now, guards and roles included, for "what is allowed" and for the buttons. A
/// guard that looks at a field to give is left to be judged then.
[[nodiscard]] std::vector<const Transition*> allowed_transitions(const Ticket& ticket, const Principal& principal,
                                                                 const Workflow& workflow, const Definitions& active, Time now);

}  // namespace docket::domain
