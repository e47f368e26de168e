// SPDX-License-Identifier: Apache-2.0
// The one way in which a ticket changes: load, adopt what was published, decide, save with deliveries and timer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"
#include "domain/ticket/decide.hpp"

namespace docket::desk {

/// A ticket after a command.
struct TicketOutcome {
  domain::Ticket ticket{};
  bool changed = false;                  ///< false: the command had no effect and nothing was saved
  std::vector<std::int64_t> messages{};  ///< numbers of the messages that it added
};

/// Runs a command on a ticket that the principal can see. `expected_version` is the If-Match of the caller; none: any.
/// Errors: not_found (also for what is not visible), stale_version, and those of decide(). Nothing is saved on an
/// error.
[[nodiscard]] Result<TicketOutcome> command_ticket(Unit& unit, const domain::Principal& principal, TicketId id,
                                                   std::optional<std::int64_t> expected_version,
                                                   const domain::TicketCommand& command);

/// Makes a new ticket; `command.id` is filled in here. Customer facts are looked up from `command.customer.customer`.
/// Unknown customers are invalid_field "/customer".
[[nodiscard]] Result<TicketOutcome> create_ticket(Unit& unit, const domain::Principal& principal,
                                                  domain::CreateTicket command);

/// Ends `from` in `into` and links both. Both must be visible; ticket_merge is needed on both.
[[nodiscard]] Result<TicketOutcome> merge_tickets(Unit& unit, const domain::Principal& principal, TicketId from,
                                                  TicketId into, std::optional<std::int64_t> expected_version);

/// Links two visible tickets, or removes the link, on both sides.
[[nodiscard]] Result<TicketOutcome> link_tickets(Unit& unit, const domain::Principal& principal, TicketId id,
                                                 domain::LinkKind kind, TicketId other, bool remove,
                                                 std::optional<std::int64_t> expected_version);

/// Makes the ticket what it was at version `before`, if nothing but clocks and notifications came after version `after`:
/// an act that nobody has built on is taken back. The principal must have seen the ticket as it was or see it now.
/// `what` names the act in the history. Errors: not_found, conflict when somebody has worked on it since, and those of
/// decide() for PutBack.
[[nodiscard]] Result<TicketOutcome> put_back_ticket(Unit& unit, const domain::Principal& principal, TicketId id,
                                                    std::int64_t before, std::int64_t after, const std::string& what);

/// Lets time act on the tickets that are due, at most `limit` of them. Gives how many were due.
int pass_time(Unit& unit, int limit);

/// What of the team's waiting tickets is to be dispatched now, at most `limit` of them.
[[nodiscard]] std::vector<TicketId> waiting_now(const Unit& unit, const std::string& team, int limit);

/// Dispatches a ticket that waits to whoever can take it now. False: nobody can.
bool redispatch(Unit& unit, TicketId id);

/// Dispatches what waits in the team to whoever can take it now, at most `limit` tickets. Gives how many were given
/// out.
int redispatch_waiting(Unit& unit, const std::string& team, int limit);

/// Takes tickets over to the active publication, ascending after `after`; gives the last id done, none when finished.
[[nodiscard]] std::optional<TicketId> adopt_slice(Unit& unit, TicketId after, int limit);

}  // namespace docket::desk
