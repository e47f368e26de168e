// SPDX-License-Identifier: Apache-2.0
#include "desk/envelope.hpp"

#include <algorithm>

#include "base/json_encode.hpp"
#include "desk/resolve_principal.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::desk {
namespace {

using domain::ActorKind;

struct RecipientPart {
  std::string kind;
  std::int64_t id = 0;
  std::string name, address, email, phone, language;
};
BOOST_DESCRIBE_STRUCT(RecipientPart, (), (kind, id, name, address, email, phone, language))

struct TicketPart {
  std::int64_t id = 0;
  std::string number, subject, type, type_label, state, state_label, priority, team, channel, link;
  std::int64_t customer = 0;
  domain::Fields fields;
};
BOOST_DESCRIBE_STRUCT(TicketPart, (),
                      (id, number, subject, type, type_label, state, state_label, priority, team, channel, link, customer,
                       fields))

struct AttachmentPart {
  std::string id, name, media_type;
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(AttachmentPart, (), (id, name, media_type, size))

struct ActionPart {
  std::string kind, name, label;
};
BOOST_DESCRIBE_STRUCT(ActionPart, (), (kind, name, label))

struct MessagePart {
  std::int64_t number = 0;
  std::string kind, author, body;
};
BOOST_DESCRIBE_STRUCT(MessagePart, (), (number, kind, author, body))

struct EventPart {
  std::string type;
  std::int64_t sequence = 0;
  Time at{};
  std::string actor_kind, actor;
  json::RawJson data;
};
BOOST_DESCRIBE_STRUCT(EventPart, (), (type, sequence, at, actor_kind, actor, data))

struct GatheredPart {
  std::string key, subject, body, ticket;
};
BOOST_DESCRIBE_STRUCT(GatheredPart, (), (key, subject, body, ticket))

struct Document {
  std::string key;
  int attempt = 1;
  std::string text, subject, body, language;
  RecipientPart recipient;
  TicketPart ticket;
  std::optional<MessagePart> message;
  std::vector<AttachmentPart> attachments;
  std::vector<ActionPart> actions;
  std::optional<EventPart> event;
  std::map<std::string, std::string> external;
  std::vector<GatheredPart> gathered;
};
BOOST_DESCRIBE_STRUCT(Document, (),
                      (key, attempt, text, subject, body, language, recipient, ticket, message, attachments, actions, event,
                       external, gathered))

RecipientPart recipient_of(const Reading& reading, const domain::Recipient& recipient, const std::string& kind) {
  RecipientPart out;
  out.kind = recipient.id == 0 ? "none" : std::string(enum_name(recipient.kind));
  out.id = recipient.id;
  out.language = reading.active->desk.language;
  if (recipient.kind == ActorKind::user) {
    if (const auto user = reading.directory.find_user(UserId{recipient.id}); user && user->active) {
      out.name = user->name;
      out.email = user->email;
      out.phone = user->phone;
      out.language = user->language;
    }
  } else if (recipient.kind == ActorKind::customer) {
    if (const auto customer = reading.directory.find_customer(CustomerId{recipient.id})) {
      out.name = customer->name;
      out.email = customer->email;
      out.phone = customer->phone;
    }
  }
  if (kind == "email" || kind == "mail") {
    out.address = out.email;
  } else if (kind == "phone") {
    out.address = out.phone;
  } else {
    for (const auto& address : reading.plugins.addresses(recipient.kind, recipient.id)) {
      if (address.kind == kind) out.address = address.value;
    }
  }
  return out;
}

/// What the recipient could do with the ticket as it stands, by their own rights: what buttons are made of. Steps that
/// ask for something need the page; whether a step's guard holds is decided when it is pressed.
std::vector<ActionPart> actions_of(const Reading& reading, const domain::Ticket& ticket, UserId recipient,
                                   const domain::Workflow& workflow, bool english) {
  const auto user = reading.directory.find_user(recipient);
  if (!user || !user->active) return {};
  const auto principal = resolve_principal(*user, *reading.active, std::nullopt);
  std::vector<ActionPart> out;
  if (ticket.category == domain::StateCategory::closed) return out;
  if (ticket.assignee != recipient && principal.may(domain::Right::ticket_take, ticket.team))
    out.push_back({"take", "take", english ? "Take" : "接单"});
  if (principal.may(domain::Right::ticket_reply, ticket.team))
    out.push_back({"answer", "answer", english ? "Answer" : "回复"});
  if (!principal.may(domain::Right::ticket_transition, ticket.team)) return out;
  for (const auto* transition : workflow.transitions_from(ticket.state)) {
    if (transition->by == domain::TransitionBy::customer || !transition->require.empty()) continue;
    out.push_back({"move", transition->name, english && !transition->title.en.empty() ? transition->title.en : transition->title.zh});
  }
  return out;
}

/// What outsiders may know of an event: internal notes only that they are, and no text of theirs.
std::string public_data(const domain::TicketEvent& event) {
  if (const auto* added = std::get_if<domain::MessageAdded>(&event); added != nullptr && added->message == domain::MessageKind::note) {
    domain::MessageAdded bare;
    bare.number = added->number;
    bare.message = added->message;
    return json::encode(bare);
  }
  return std::visit([](const auto& one) { return json::encode(one); }, event);
}

/// The ticket's own history around the event that demanded the delivery.
struct Around {
  std::optional<domain::RecordedEvent> cause{};
  std::optional<std::int64_t> message{};  ///< public, said in the same command
};

Around look_around(const Reading& reading, const Delivery& delivery) {
  constexpr int near = 60;
  Around out;
  const auto events = reading.tickets.events(delivery.ticket, std::max<std::int64_t>(0, delivery.sequence - near), near);
  const auto own = std::ranges::find(events, delivery.sequence, &domain::RecordedEvent::sequence);
  if (own == events.end()) return out;
  std::optional<std::int64_t> wanted;
  if (const auto* called = std::get_if<domain::Called>(&own->event)) wanted = called->cause.value_or(delivery.sequence);
  for (const auto& event : events) {
    if (event.sequence > delivery.sequence) break;
    if (wanted && event.sequence == *wanted) out.cause = event;
    const auto* added = std::get_if<domain::MessageAdded>(&event.event);
    if (added != nullptr && event.at == own->at && added->message != domain::MessageKind::note) out.message = added->number;
  }
  return out;
}

void add_message(const Reading& reading, const Delivery& delivery, std::int64_t number, Document& out) {
  const auto found = reading.tickets.messages(delivery.ticket, number - 1, 1, false);
  if (found.empty() || found.front().number != number) return;
  const auto& message = found.front();
  out.message = MessagePart{message.number, std::string(enum_name(message.kind)),
                            message.author_name.empty() ? message.author.name : message.author_name, message.body};
  for (const auto id : message.attachments) {
    const auto file = reading.attachments.find_attachment(AttachmentId{id});
    if (!file || file->internal) continue;
    out.attachments.push_back({std::to_string(file->id.value), file->name, file->media_type, file->size});
  }
}

}  // namespace

Result<Envelope> envelope_of(const Reading& reading, const std::vector<Delivery>& deliveries,
                             const std::string& address_kind, const std::string& link) {
  const auto& lead = deliveries.front();
  const auto ticket = reading.tickets.find(lead.ticket, domain::system_principal("delivery"));
  if (!ticket) return fail(ErrorCode::not_found, {"The ticket of this delivery is gone.", "这条投递的工单已不在。"});
  Document out;
  out.key = lead.key;
  out.attempt = lead.tries + 1;
  out.text = lead.text;
  out.subject = lead.subject;
  out.body = lead.body;
  out.recipient = recipient_of(reading, lead.recipient, address_kind);
  out.language = out.recipient.language;
  const bool english = out.language == "en";
  auto& about = out.ticket;
  about.id = ticket->id.value;
  about.number = ticket_number(*reading.active, ticket->id);
  about.subject = ticket->subject;
  about.type = ticket->type;
  about.state = ticket->state;
  about.priority = enum_name(ticket->priority);
  about.team = ticket->team;
  about.channel = ticket->channel;
  about.customer = ticket->customer.value;
  about.fields = ticket->fields;
  if (!link.empty()) about.link = link + "/tickets/" + std::to_string(ticket->id.value);
  if (const auto form = reading.active->forms.find(ticket->type); form != reading.active->forms.end())
    about.type_label = english && !form->second.title.en.empty() ? form->second.title.en : form->second.title.zh;
  const auto pinned = reading.source.get(ticket->workflow_bundle);
  if (const auto workflow = pinned->workflows.find(ticket->workflow); workflow != pinned->workflows.end()) {
    const auto label = [&](const domain::Title& title) { return english && !title.en.empty() ? title.en : title.zh; };
    if (const auto* state = workflow->second.find_state(ticket->state)) about.state_label = label(state->title);
    if (lead.recipient.kind == ActorKind::user && lead.recipient.id != 0)
      out.actions = actions_of(reading, *ticket, UserId{lead.recipient.id}, workflow->second, english);
  }
  const auto around = look_around(reading, lead);
  if (around.message) add_message(reading, lead, *around.message, out);
  // An agent's answer goes out as it was written, whole; its text gives the subject.
  if (out.text == "reply" && out.message) out.body = out.message->body;
  if (around.cause) {
    out.event = EventPart{std::string(domain::kind_of(around.cause->event)),
                          around.cause->sequence,
                          around.cause->at,
                          std::string(enum_name(around.cause->actor.kind)),
                          around.cause->actor.name,
                          json::RawJson{public_data(around.cause->event)}};
  }
  for (const auto& record : reading.plugins.records_of("customers", ticket->customer.value)) {
    if (record.plugin == lead.destination) out.external["customers"] = record.id;
  }
  for (std::size_t i = 1; i < deliveries.size(); ++i) {
    const auto& other = deliveries[i];
    const auto number = ticket_number(*reading.active, other.ticket);
    out.gathered.push_back({other.key, other.subject, other.body, number});
    out.body += "\n\n" + number + " " + other.subject + "\n" + other.body;
  }
  if (deliveries.size() > 1) {
    const auto count = std::to_string(deliveries.size() - 1);
    out.subject += english ? " (and " + count + " more)" : "（另有 " + count + " 条）";
  }
  Envelope envelope;
  envelope.has_address = address_kind == "none" || !out.recipient.address.empty();
  envelope.json = json::encode(out);
  return envelope;
}

}  // namespace docket::desk
