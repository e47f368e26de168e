// SPDX-License-Identifier: Apache-2.0
#include "desk/access_links.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/enum.hpp"
#include "base/hash.hpp"
#include "desk/audit.hpp"
#include "desk/link_words.hpp"
#include "domain/refusals.hpp"

namespace docket::desk {
namespace {

constexpr Duration portal_lifetime = std::chrono::hours{24 * 180};
constexpr Duration renewed_before = std::chrono::hours{24 * 90};  // a link in a new message lasts at least so long
constexpr std::size_t secret_length = 43;  // 256 bits in base64url
constexpr std::string_view kept_link = "dlk:";
constexpr std::string_view kept_link_itself = "dlk:;";  ///< for text that holds that word without being a link

std::unexpected<Error> not_good() {
  return fail(ErrorCode::unauthenticated,
              {"The link is not good, or no longer. Ask whoever gave it to you for a new one.",
               "链接无效或已过期，请联系发给您的人重新发一个。"});
}

bool good(const AccessLink& link, Time now) {
  return !link.revoked_at && now < link.expires_at;
}

/// Whether the secret that would be given out now is the one that was stored: after a restore without the key it is
/// another, as it is for links of releases that signed less, and what was given out would open nothing.
bool is_ours(const AccessLinkReader& links, const LinkSecrets& secrets, const AccessLink& link) {
  const auto found = links.find_link(sha256(secrets.secret(link)));
  return found && found->id == link.id;
}

domain::Principal by_itself() {
  return domain::system_principal("link");
}

std::optional<domain::GuestInvited> invitation(const TicketReader& tickets, const AccessLink& link) {
  for (auto& event : tickets.events(link.ticket, link.sequence - 1, 1)) {
    if (auto* asked = std::get_if<domain::GuestInvited>(&event.event)) return std::move(*asked);
  }
  return {};
}

std::int64_t sequence_of(const Unit& unit, TicketId ticket, std::int64_t after, GuestId guest) {
  constexpr int most_events_of_a_command = 200;
  for (const auto& event : unit.tickets.events(ticket, after, most_events_of_a_command)) {
    const auto* asked = std::get_if<domain::GuestInvited>(&event.event);
    if (asked != nullptr && asked->guest == guest) return event.sequence;
  }
  return 0;
}

void replace_all(std::string& text, std::string_view word, std::string_view by) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
}

}  // namespace

LinkSecrets::LinkSecrets() : LinkSecrets(random_bytes(32), {}) {}

std::string LinkSecrets::secret(const AccessLink& link) const {
  // A restored database gives numbers out again. With the instant, what was given out after the backup opens nothing.
  const auto name = std::string{enum_name(link.purpose)} + " " + std::to_string(link.ticket.value) + " " +
                    std::to_string(link.id.value) + " " + std::to_string(link.created_at.time_since_epoch().count());
  return std::string{link_prefix} + to_base64url(bytes_of(hmac_sha256(key_, name)));
}

std::string LinkSecrets::address(const AccessLink& link) const {
  return site_ + (link.purpose == LinkPurpose::portal ? "/portal#" : "/g#") + secret(link);
}

Result<domain::Principal> authenticate_link(const AccessLinkReader& links, const TicketReader& tickets,
                                            const DirectoryReader& directory, LinkPurpose purpose, Time now,
                                            const std::string& secret) {
  const auto link = links.find_link(sha256(secret));
  if (!link || link->purpose != purpose || !good(*link, now)) return not_good();
  domain::Principal principal;
  if (purpose == LinkPurpose::portal) {
    // Only the ticket that it was given for, wherever that one was merged: who sent a request in knew the customer's
    // name and number, which proves nothing.
    const auto ticket = tickets.find(link->ticket, by_itself());
    const auto customer = directory.find_customer(link->customer);
    if (!ticket || !customer || ticket->customer != link->customer) return not_good();
    principal.actor = {domain::ActorKind::customer, customer->id.value, customer->name};
    principal.customer = customer->id;
    principal.display_name = customer->name;
    principal.only = ticket->id;
    principal.only_until = link->until_event;
    using domain::Right;
    for (const auto right : {Right::ticket_read, Right::ticket_reply, Right::ticket_transition})
      principal.rights.set(static_cast<std::size_t>(right));
    return principal;
  }
  const auto ticket = tickets.find(link->ticket, by_itself());
  if (!ticket) return not_good();
  const auto guest = std::ranges::find(ticket->guests, GuestId{link->id.value}, &domain::Guest::id);
  if (guest == ticket->guests.end()) return not_good();
  principal.actor = {domain::ActorKind::guest, link->id.value, guest->name};
  principal.display_name = guest->name;
  principal.only = ticket->id;
  return principal;
}

Result<AccessLink> give_portal_link(Unit& unit, const LinkSecrets& secrets, const domain::Ticket& ticket) {
  if (!ticket.customer) {
    return fail(ErrorCode::conflict, {"The ticket has no customer; name one first, then there is somebody to give a link to.",
                                     "工单还没有客户，请先选客户，再生成链接。"});
  }
  for (auto& link : unit.links.links(ticket.id, LinkPurpose::portal)) {
    if (!good(link, unit.now) || link.customer != ticket.customer || link.until_event != 0) continue;
    if (!is_ours(unit.links, secrets, link)) continue;
    if (link.expires_at - unit.now < renewed_before) {
      link.expires_at = unit.now + portal_lifetime;
      unit.links.save_link(link);
    }
    return link;
  }
  AccessLink link;
  link.id = unit.links.next_link_id();
  link.ticket = ticket.id;
  link.purpose = LinkPurpose::portal;
  link.customer = ticket.customer;
  link.created_at = unit.now;
  link.expires_at = unit.now + portal_lifetime;
  unit.links.add_link(link, sha256(secrets.secret(link)));
  return link;
}

namespace {

Result<domain::Ticket> ticket_to_reply_on(const Unit& unit, const domain::Principal& principal, TicketId id) {
  auto ticket = unit.tickets.find(id, principal);
  if (!ticket) return domain::no_ticket();
  if (!principal.may(domain::Right::ticket_reply, ticket->team)) {
    return domain::lacks_right(*unit.active, domain::Right::ticket_reply, ticket->team);
  }
  return std::move(*ticket);
}

}  // namespace

Result<AccessLink> give_portal_link(Unit& unit, const domain::Principal& principal, const LinkSecrets& secrets,
                                    TicketId id) {
  const auto ticket = ticket_to_reply_on(unit, principal, id);
  if (!ticket) return std::unexpected(ticket.error());
  auto link = give_portal_link(unit, secrets, *ticket);
  if (link) audit(unit, principal.actor, "portal_link_given", "ticket " + std::to_string(id.value));
  return link;
}

Result<void> revoke_portal_links(Unit& unit, const domain::Principal& principal, TicketId id) {
  const auto ticket = ticket_to_reply_on(unit, principal, id);
  if (!ticket) return std::unexpected(ticket.error());
  for (auto& link : unit.links.links(id, LinkPurpose::portal)) {
    if (link.revoked_at) continue;
    link.revoked_at = unit.now;
    unit.links.save_link(link);
  }
  audit(unit, principal.actor, "portal_link_revoked", "ticket " + std::to_string(id.value));
  return {};
}

void hold_back_sender(Unit& unit, const domain::Ticket& ticket) {
  for (auto& link : unit.links.links(ticket.id, LinkPurpose::portal)) {
    if (link.until_event != 0 || link.created_at > ticket.created_at) continue;
    link.until_event = ticket.version;
    unit.links.save_link(link);
  }
}

Result<GuestRecord> invite_guest(Unit& unit, const domain::Principal& principal, const LinkSecrets& secrets,
                                 TicketId ticket, domain::InviteGuest command) {
  const auto before = unit.tickets.find(ticket, principal);
  if (!before) return domain::no_ticket();
  for (std::size_t i = 0; i < command.attachments.size(); ++i) {
    const auto file = unit.attachments.find_attachment(AttachmentId{command.attachments[i]});
    if (!file || file->ticket != ticket)
      return fail_field("/attachments/" + std::to_string(i), {"The ticket has no such file.", "这张工单里没有这个附件。"});
  }
  GuestRecord record;
  auto& link = record.link;
  link.id = unit.links.next_link_id();
  link.ticket = ticket;
  link.purpose = LinkPurpose::guest;
  link.created_at = unit.now;
  link.expires_at = command.expires_at;
  command.guest = GuestId{link.id.value};
  const auto outcome = command_ticket(unit, principal, ticket, {}, command);
  if (!outcome) return std::unexpected(outcome.error());
  link.sequence = sequence_of(unit, ticket, before->version, command.guest);
  unit.links.add_link(link, sha256(secrets.secret(link)));
  record.asked = invitation(unit.tickets, link).value_or(domain::GuestInvited{});
  return record;
}

Result<void> revoke_guest(Unit& unit, const domain::Principal& principal, TicketId ticket, GuestId guest) {
  auto link = unit.links.find_link(AccessLinkId{guest.value});
  if (!link || link->purpose != LinkPurpose::guest || link->ticket != ticket || !unit.tickets.find(ticket, principal))
    return fail(ErrorCode::not_found, {"There is no such guest.", "没有这位协作人。"});
  const auto outcome = command_ticket(unit, principal, ticket, {}, domain::RevokeGuest{guest});
  if (!outcome) return std::unexpected(outcome.error());
  if (!link->revoked_at) {
    link->revoked_at = unit.now;
    unit.links.save_link(*link);
  }
  return {};
}

Result<void> answer_as_guest(Unit& unit, const domain::Principal& guest, const domain::AnswerGuest& answer) {
  const auto outcome = command_ticket(unit, guest, guest.only, {}, answer);
  if (!outcome) return std::unexpected(outcome.error());
  auto link = unit.links.find_link(AccessLinkId{guest.actor.id});
  if (!link) return not_good();
  link->answered_at = unit.now;
  unit.links.save_link(*link);
  return {};
}

std::vector<GuestRecord> guests_of(const AccessLinkReader& links, const TicketReader& tickets, TicketId ticket) {
  std::vector<GuestRecord> records;
  for (auto& link : links.links(ticket, LinkPurpose::guest)) {
    if (auto asked = invitation(tickets, link)) records.push_back({link, std::move(*asked)});
  }
  return records;
}

std::optional<GuestRecord> find_guest(const AccessLinkReader& links, const TicketReader& tickets, GuestId guest) {
  const auto link = links.find_link(AccessLinkId{guest.value});
  if (!link || link->purpose != LinkPurpose::guest) return {};
  auto asked = invitation(tickets, *link);
  if (!asked) return {};
  return GuestRecord{*link, std::move(*asked)};
}

namespace {

bool names(const Delivery& delivery, std::string_view word) {
  return delivery.body.find(word) != std::string::npos || delivery.subject.find(word) != std::string::npos;
}
bool names_portal_link(const Delivery& delivery) {
  return delivery.recipient.kind == domain::ActorKind::customer && names(delivery, portal_link_word);
}
bool names_guest_link(const Delivery& delivery) {
  return delivery.recipient.kind == domain::ActorKind::guest && names(delivery, guest_link_word);
}

}  // namespace

bool names_links(const Delivery& delivery) {
  return names_portal_link(delivery) || names_guest_link(delivery);
}

bool fill_links(Unit& unit, const LinkSecrets& secrets, Delivery& delivery) {
  const auto put = [&](std::string_view word, const std::string& address) {
    replace_all(delivery.body, word, address);
    replace_all(delivery.subject, word, address);
    return true;
  };
  if (names_portal_link(delivery)) {
    const auto ticket = unit.tickets.load(delivery.ticket);
    if (!ticket || ticket->customer.value != delivery.recipient.id) return put(portal_link_word, "");
    const auto link = give_portal_link(unit, secrets, *ticket);
    return put(portal_link_word, link ? secrets.address(*link) : std::string{});
  }
  if (names_guest_link(delivery)) {
    const auto link = unit.links.find_link(AccessLinkId{delivery.recipient.id});
    const bool usable = link && link->purpose == LinkPurpose::guest && link->ticket == delivery.ticket && good(*link, unit.now) &&
                        is_ours(unit.links, secrets, *link);
    return put(guest_link_word, usable ? secrets.address(*link) : std::string{});
  }
  return false;
}

std::string without_links(const AccessLinkReader& links, std::string text) {
  constexpr auto length = link_prefix.size() + secret_length;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = std::string_view{text}.substr(at);
    if (rest.starts_with(kept_link)) {
      // Somebody's own words, which must not become a link when the answer is given again.
      out += kept_link_itself;
      at += kept_link.size();
    } else if (const auto link = rest.starts_with(link_prefix) ? links.find_link(sha256(rest.substr(0, length))) : std::nullopt) {
      out += std::string{kept_link} + std::to_string(link->id.value) + ";";
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string with_links(const AccessLinkReader& links, const LinkSecrets& secrets, std::string text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = std::string_view{text}.substr(at);
    if (rest.starts_with(kept_link_itself)) {
      out += kept_link;
      at += kept_link_itself.size();
      continue;
    }
    const auto end = rest.starts_with(kept_link) ? rest.find(';') : std::string_view::npos;
    std::int64_t id = 0;
    const bool known = end != std::string_view::npos &&
                       std::from_chars(rest.data() + kept_link.size(), rest.data() + end, id).ptr == rest.data() + end;
    if (const auto link = known ? links.find_link(AccessLinkId{id}) : std::nullopt) {
      out += secrets.secret(*link);
      at += end + 1;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace docket::desk
