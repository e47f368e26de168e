// SPDX-License-Identifier: Apache-2.0
#include "desk/deliveries.hpp"

#include <string>
#include <utility>

#include "domain/ticket/ticket_source.hpp"

namespace docket::desk {
namespace {

bool prefers_english(const Unit& unit, const domain::Recipient& recipient) {
  if (recipient.kind == domain::ActorKind::user) {
    if (const auto user = unit.directory.find_user(UserId{recipient.id})) return user->language == "en";
  }
  return unit.active->desk.language == "en";
}

NewDelivery row(const domain::Ticket& ticket, const domain::RecordedEvent& event, int index, std::string destination) {
  NewDelivery delivery;
  delivery.ticket = ticket.id;
  delivery.sequence = event.sequence;
  delivery.index = index;
  delivery.destination = std::move(destination);
  delivery.at = event.at;
  return delivery;
}

void add_notification(const Unit& unit, const domain::Ticket& ticket, const domain::RecordedEvent& event,
                      const domain::Notified& notified, std::vector<NewDelivery>& out) {
  const auto text = unit.active->texts.find(notified.text);
  if (text == unit.active->texts.end()) return;  // decide refuses texts that the bundle does not have
  const domain::TicketSource source(ticket, event.at, &event);
  int index = 0;
  for (const auto& recipient : notified.recipients) {
    const bool english = prefers_english(unit, recipient) && !text->second.body_en.empty();
    const auto subject = domain::fill_text(english ? text->second.subject_en : text->second.subject_zh, source);
    const auto body = domain::fill_text(english ? text->second.body_en : text->second.body_zh, source);
    for (const auto& destination : notified.destinations) {
      auto delivery = row(ticket, event, index++, destination);
      delivery.recipient = recipient;
      delivery.text = notified.text;
      delivery.subject = subject;
      delivery.body = body;
      out.push_back(std::move(delivery));
    }
  }
}

}  // namespace

std::vector<NewDelivery> deliveries_of(const Unit& unit, const domain::Ticket& ticket,
                                       const std::vector<domain::RecordedEvent>& events) {
  std::vector<NewDelivery> out;
  for (const auto& event : events) {
    if (const auto* notified = std::get_if<domain::Notified>(&event.event)) {
      add_notification(unit, ticket, event, *notified, out);
    } else if (const auto* called = std::get_if<domain::Called>(&event.event)) {
      auto delivery = row(ticket, event, 0, called->destination);
      delivery.text = "call";
      out.push_back(std::move(delivery));
    }
  }
  return out;
}

}  // namespace docket::desk
