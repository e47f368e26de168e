// SPDX-License-Identifier: Apache-2.0
// A ticket as the API shows it, and what all routes of a ticket have in common.
#pragma once

#include "api/call.hpp"
#include "base/json_rules.hpp"
#include "desk/command_ticket.hpp"
#include "domain/ticket/ticket.hpp"

#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

namespace docket::api {

struct TicketPath {
  TicketId ticket_id{};
};
BOOST_DESCRIBE_STRUCT(TicketPath, (), (ticket_id))

/// A person or company by id and name.
struct PersonRef {
  std::int64_t id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(PersonRef, (), (id, name))

struct TicketOutput {
  TicketId id{};
  std::string number;
  std::int64_t version = 0;
  std::string type, subject, state;
  domain::Title state_title{};
  domain::StateCategory category{};
  domain::Priority priority{};
  std::string workflow, channel;
  std::optional<PersonRef> customer, organization;
  std::string customer_level, region, product_line, team;
  std::optional<PersonRef> assignee;
  bool waiting = false;
  domain::Awaiting awaiting{};
  std::optional<domain::Hold> hold;
  domain::Fields fields;
  std::vector<std::string> tags;
  std::vector<UserId> watchers, copied;
  std::vector<domain::Link> links;
  TicketId merged_into{};
  std::vector<TicketId> merged_from;
  domain::Actor created_by{};
  Time created_at{}, updated_at{}, entered_at{};
  std::optional<Time> first_replied_at, resolved_at, closed_at;
  int urges = 0, escalation = 0, reopens = 0;
  std::int64_t messages = 0;
  std::vector<domain::ClockRun> clocks;
};
BOOST_DESCRIBE_STRUCT(TicketOutput, (),
                      (id, number, version, type, subject, state, state_title, category, priority, workflow, channel,
                       customer, organization, customer_level, region, product_line, team, assignee, waiting, awaiting,
                       hold, fields, tags, watchers, copied, links, merged_into, merged_from, created_by, created_at,
                       updated_at, entered_at, first_replied_at, resolved_at, closed_at, urges, escalation, reopens,
                       messages, clocks))
constexpr auto field_rules(const TicketOutput*) {
  return std::array{
      json::FieldRule{
          .field = "number", .description = "What people say: the desk's prefix and the id.", .example = "\"T1024\""},
      json::FieldRule{.field = "version", .description = "Grows with each event; the ETag."},
      json::FieldRule{.field = "waiting", .description = "In the team's queue until somebody can take it."},
      json::FieldRule{.field = "fields", .description = "Custom fields; those that you may not see are left out."},
      json::FieldRule{.field = "merged_from",
                      .description = "Tickets that were merged into this one, 50 at most; theirs as well: `/merged`."},
      json::FieldRule{.field = "clocks",
                      .description = "Running clocks, and the last ended run of each. Durations are working time."}};
}

[[nodiscard]] TicketOutput ticket_output(const desk::TicketReader& tickets, const desk::DirectoryReader& directory,
                                         const domain::Definitions& active, const domain::DefinitionsSource& bundles,
                                         const domain::Principal& principal, const domain::Ticket& ticket);
/// From the stores of a desk::Unit or a desk::Reading.
template <class Stores>
[[nodiscard]] TicketOutput ticket_output(const Stores& from, const domain::Principal& principal,
                                         const domain::Ticket& ticket) {
  return ticket_output(from.tickets, from.directory, *from.active, from.source, principal, ticket);
}

[[nodiscard]] std::string ticket_path(TicketId id);

/// The answer to a command on a ticket.
[[nodiscard]] Result<Answer<TicketOutput>> ticket_answer(const CommandContext& context,
                                                         Result<desk::TicketOutcome> outcome);

/// The ticket, or not_found for what is not there or not visible.
[[nodiscard]] Result<domain::Ticket> visible_ticket(const QueryContext& context, TicketId id);

}  // namespace docket::api
