// SPDX-License-Identifier: Apache-2.0
#include "store/ticket_projection.hpp"

#include <variant>

namespace docket::store {

TicketProjection project(const domain::Ticket& ticket, std::optional<Time> next_timer) {
  TicketProjection row;
  row.id = ticket.id;
  row.version = ticket.version;
  row.type = ticket.type;
  row.subject = ticket.subject;
  row.state = ticket.state;
  row.category = ticket.category;
  row.closed = ticket.category == domain::StateCategory::closed;
  row.priority = ticket.priority;
  row.team = ticket.team;
  row.assignee = ticket.assignee;
  row.waiting = ticket.waiting;
  row.customer = ticket.customer;
  row.organization = ticket.organization;
  row.customer_level = ticket.customer_level;
  row.channel = ticket.channel;
  row.region = ticket.region;
  row.product_line = ticket.product_line;
  row.awaiting = ticket.awaiting;
  row.on_hold = ticket.hold.has_value();
  row.escalation = ticket.escalation;
  row.urges = ticket.urges;
  row.reopens = ticket.reopens;
  if (ticket.rating) row.rating = ticket.rating->score;
  row.merged_into = ticket.merged_into;
  for (const auto& run : ticket.clocks) {
    if (run.breached_at) row.breached = true;
    if (run.ended_at) continue;
    if (run.breached_at) row.overdue = true;
    if (!run.paused && run.due_at && (!row.due_at || *run.due_at < *row.due_at)) row.due_at = run.due_at;
  }
  row.due_key = row.due_at.value_or(Time::max());
  row.entered_at = ticket.entered_at;
  row.created_at = ticket.created_at;
  row.updated_at = ticket.updated_at;
  row.first_replied_at = ticket.first_replied_at;
  row.resolved_at = ticket.resolved_at;
  row.closed_at = ticket.closed_at;
  row.workflow = ticket.workflow;
  row.timer_at = next_timer;
  return row;
}

std::string head_text(const domain::Ticket& ticket) {
  std::string text = std::to_string(ticket.id.value) + " " + ticket.subject;
  for (const auto& tag : ticket.tags) text.append(" ").append(tag);
  for (const auto& [name, value] : ticket.fields) {
    if (const auto* one = std::get_if<std::string>(&value)) text.append("\n").append(*one);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) text.append("\n").append(std::to_string(*whole));
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      for (const auto& element : *list) text.append("\n").append(element);
    }
  }
  return text;
}

}  // namespace docket::store
