// SPDX-License-Identifier: Apache-2.0
#include "api/ticket_output.hpp"

#include "api/filters.hpp"
#include "desk/merged_tickets.hpp"
#include "domain/refusals.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::api {
namespace {

constexpr std::size_t most_merged = 50;

}  // namespace

TicketOutput ticket_output(const desk::TicketReader& tickets, const desk::DirectoryReader& directory,
                           const domain::Definitions& active, const domain::DefinitionsSource& bundles,
                           const domain::Principal& principal, const domain::Ticket& ticket) {
  TicketOutput out;
  out.id = ticket.id;
  out.number = ticket_number(active, ticket.id);
  out.version = ticket.version;
  out.type = ticket.type;
  out.subject = ticket.subject;
  out.state = ticket.state;
  const auto pinned = bundles.get(ticket.workflow_bundle);
  if (const auto workflow = pinned->workflows.find(ticket.workflow); workflow != pinned->workflows.end()) {
    if (const auto* state = workflow->second.find_state(ticket.state)) out.state_title = state->title;
  }
  out.category = ticket.category;
  out.priority = ticket.priority;
  out.workflow = ticket.workflow;
  out.channel = ticket.channel;
  if (ticket.customer) {
    const auto customer = directory.find_customer(ticket.customer);
    out.customer = PersonRef{ticket.customer.value, customer ? customer->name : ""};
  }
  if (ticket.organization) {
    const auto organization = directory.find_organization(ticket.organization);
    out.organization = PersonRef{ticket.organization.value, organization ? organization->name : ""};
  }
  out.customer_level = ticket.customer_level;
  out.region = ticket.region;
  out.product_line = ticket.product_line;
  out.team = ticket.team;
  if (ticket.assignee) {
    const auto user = directory.find_user(ticket.assignee);
    out.assignee = PersonRef{ticket.assignee.value, user ? user->name : ""};
  }
  out.waiting = ticket.waiting;
  out.awaiting = ticket.awaiting;
  out.hold = ticket.hold;
  out.fields = visible_fields(principal, active, ticket.fields, ticket.team);
  out.tags = ticket.tags;
  out.watchers = ticket.watchers;
  out.copied = ticket.copied;
  out.links = ticket.links;
  out.merged_into = ticket.merged_into;
  if (desk::reads_sources(principal)) out.merged_from = tickets.merged_into(ticket.id);
  if (out.merged_from.size() > most_merged) out.merged_from.resize(most_merged);
  out.created_by = ticket.created_by;
  out.created_at = ticket.created_at;
  out.updated_at = ticket.updated_at;
  out.entered_at = ticket.entered_at;
  out.first_replied_at = ticket.first_replied_at;
  out.resolved_at = ticket.resolved_at;
  out.closed_at = ticket.closed_at;
  out.urges = ticket.urges;
  out.escalation = ticket.escalation;
  out.reopens = ticket.reopens;
  out.messages = ticket.messages;
  out.clocks = ticket.clocks;
  return out;
}

std::string ticket_path(TicketId id) {
  return "/api/v1/tickets/" + std::to_string(id.value);
}

Result<Answer<TicketOutput>> ticket_answer(const CommandContext& context, Result<desk::TicketOutcome> outcome) {
  if (!outcome) return std::unexpected{std::move(outcome).error()};
  auto output = ticket_output(context.unit, context.principal, outcome->ticket);
  return Answer<TicketOutput>{std::move(output)}.with_version(outcome->ticket.version);
}

Result<domain::Ticket> visible_ticket(const QueryContext& context, TicketId id) {
  auto ticket = context.reading.tickets.find(id, context.principal);
  if (!ticket) return domain::no_ticket();
  return std::move(*ticket);
}

}  // namespace docket::api
