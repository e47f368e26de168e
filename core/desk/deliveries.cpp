// SPDX-License-Identifier: Apache-2.0
#include "desk/deliveries.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "desk/link_words.hpp"
#include "desk/resolve_principal.hpp"
#include "desk/spoken_ticket.hpp"

namespace docket::desk {
namespace {

constexpr std::size_t longest_notice = 500;  // characters: the ticket has the rest

/// A ticket as it is told to one recipient, and the words that stand for links until a delivery leaves.
class TextSource final : public domain::FieldSource {
 public:
  TextSource(const SpokenTicket& ticket, domain::ActorKind recipient) : ticket_(ticket), recipient_(recipient) {}
  [[nodiscard]] domain::Value get(std::string_view field) const override {
    if (field == portal_link_field)
      return recipient_ == domain::ActorKind::customer ? domain::Value{std::string{portal_link_word}} : domain::Value{};
    if (field == guest_link_field)
      return recipient_ == domain::ActorKind::guest ? domain::Value{std::string{guest_link_word}} : domain::Value{};
    return ticket_.get(field);
  }
  [[nodiscard]] Time now() const override { return ticket_.now(); }

 private:
  const SpokenTicket& ticket_;
  domain::ActorKind recipient_;
};

bool names_field(std::string_view text) {
  return text.find("field.") != text.npos;
}

/// Adds what one event demands; lives for one command.
class Gathering {
 public:
  Gathering(const Unit& unit, const domain::Ticket& ticket) : unit_(unit), ticket_(ticket) {}

  void add(const domain::RecordedEvent& event) {
    if (const auto* notified = std::get_if<domain::Notified>(&event.event)) {
      notify(event, *notified);
    } else if (const auto* called = std::get_if<domain::Called>(&event.event)) {
      int index = 0;
      for (auto& destination : destinations_of(*called)) {
        auto delivery = row(event, index++, std::move(destination));
        delivery.text = "call";
        out_.deliveries.push_back(std::move(delivery));
      }
    } else if (const auto* mentioned = std::get_if<domain::Mentioned>(&event.event)) {
      for (const auto user : mentioned->users) tell(event, user, ticket_.subject, said_.empty() ? ticket_.subject : said_);
    } else if (const auto* answered = std::get_if<domain::GuestAnswered>(&event.event)) {
      tell(event, answered->asked_by, answered->name, said_);
    } else if (const auto* reminded = std::get_if<domain::GuestReminded>(&event.event)) {
      tell(event, reminded->asked_by, reminded->name, ticket_.subject);
    } else if (const auto* added = std::get_if<domain::MessageAdded>(&event.event)) {
      said_ = words_of(added->number);
    }
  }
  void messages(const std::vector<domain::NewMessage>& messages) { messages_ = &messages; }
  Outgoing take() && { return std::move(out_); }

 private:
  std::string words_of(std::int64_t number) const {
    if (messages_ == nullptr) return {};
    for (const auto& message : *messages_) {
      if (message.number == number) return std::string{first_characters(message.body, longest_notice)};
    }
    return {};
  }

  bool prefers_english(const domain::Recipient& recipient) const {
    if (recipient.kind == domain::ActorKind::user) {
      if (const auto user = unit_.directory.find_user(UserId{recipient.id})) return user->language == "en";
    }
    return unit_.active->desk.language == "en";
  }

  /// Somebody who works here is told no field that is hidden from them; what goes to others, the desk gives away.
  std::optional<domain::Principal> reader_of(const domain::Recipient& recipient) const {
    if (recipient.kind != domain::ActorKind::user) return {};
    const auto user = unit_.directory.find_user(UserId{recipient.id});
    if (!user) return {};
    return resolve_principal(*user, *unit_.active, {});
  }

  NewDelivery row(const domain::RecordedEvent& event, int index, std::string destination) const {
    NewDelivery delivery;
    delivery.ticket = ticket_.id;
    delivery.sequence = event.sequence;
    delivery.index = index;
    delivery.destination = std::move(destination);
    // After a clock was set back, the ticket's events go on from where they were; a message is due at once all the same.
    delivery.at = std::min(event.at, unit_.now);
    return delivery;
  }

  void notify(const domain::RecordedEvent& event, const domain::Notified& notified) {
    const auto text = unit_.active->texts.find(notified.text);
    if (text == unit_.active->texts.end()) return;  // decide refuses texts that the bundle does not have
    const WordSources sources{unit_.directory, *unit_.active, unit_.source, event.at};
    int index = 0;
    for (const auto& recipient : notified.recipients) {
      const bool english = prefers_english(recipient) && !text->second.body_en.empty();
      const auto& subject_text = english ? text->second.subject_en : text->second.subject_zh;
      const auto& body_text = english ? text->second.body_en : text->second.body_zh;
      const auto reader = names_field(subject_text) || names_field(body_text) ? reader_of(recipient) : std::nullopt;
      const Telling telling{.english = english, .by = reader ? &*reader : nullptr};
      const SpokenTicket told(sources, ticket_, telling, &event);
      const TextSource words(told, recipient.kind);
      const auto subject = domain::fill_text(subject_text, words);
      const auto body = domain::fill_text(body_text, words);
      for (const auto& destination : notified.destinations) {
        if (destination == in_app) {
          // Customers and guests have no page that would show it.
          if (recipient.kind == domain::ActorKind::user)
            add_notice(event, UserId{recipient.id}, notified.text, subject, body);
          continue;
        }
        auto delivery = row(event, index++, destination);
        delivery.recipient = recipient;
        delivery.text = notified.text;
        delivery.subject = subject;
        delivery.body = body;
        out_.deliveries.push_back(std::move(delivery));
      }
    }
  }

  /// What is told inside whatever the desk's rules say.
  void tell(const domain::RecordedEvent& event, UserId user, const std::string& subject, const std::string& text) {
    const bool self = event.actor.kind == domain::ActorKind::user && event.actor.id == user.value;
    if (user && !self) add_notice(event, user, std::string{domain::kind_of(event.event)}, subject, text);
  }

  void add_notice(const domain::RecordedEvent& event, UserId user, std::string kind, const std::string& subject,
                  const std::string& text) {
    Notice notice;
    notice.user = user;
    // What was said on a ticket that ended in another one is read there.
    notice.ticket = ticket_.merged_into ? ticket_.merged_into : ticket_.id;
    notice.sequence = event.sequence;
    notice.kind = std::move(kind);
    notice.subject = std::string{first_characters(subject, longest_notice)};
    notice.text = std::string{first_characters(text, longest_notice)};
    notice.at = event.at;
    out_.notices.push_back(std::move(notice));
  }

  const Unit& unit_;
  const domain::Ticket& ticket_;
  const std::vector<domain::NewMessage>* messages_ = nullptr;
  std::string said_;
  Outgoing out_;
};

}  // namespace

Outgoing outgoing_of(const Unit& unit, const domain::Ticket& ticket, const std::vector<domain::RecordedEvent>& events,
                     const std::vector<domain::NewMessage>& messages) {
  Gathering gathering(unit, ticket);
  gathering.messages(messages);
  for (const auto& event : events) gathering.add(event);
  return std::move(gathering).take();
}

}  // namespace docket::desk
