// SPDX-License-Identifier: Apache-2.0
// Links without account: how their secrets are made and known again, what whoever has one may do, and how they are given
// out and taken back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "desk/command_ticket.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

inline constexpr std::string_view link_prefix = "dlk_";  ///< of the secret, as it is sent

/// Makes the secrets of links from a key that lies outside of the database: the database knows only digests, and yet a
/// link can be written into a later message again. Immutable; any thread.
class LinkSecrets {
 public:
  /// With a key of its own, which nobody else will ever know: for tests.
  LinkSecrets();
  /// `site`: what links begin with, "https://desk.example.com" or empty for a path only.
  LinkSecrets(std::string key, std::string site) : key_(std::move(key)), site_(std::move(site)) {}

  /// Over purpose, ticket, number and the instant of making.
  [[nodiscard]] std::string secret(const AccessLink& link) const;
  /// The secret stands in the fragment, which browsers send to nobody.
  [[nodiscard]] std::string address(const AccessLink& link) const;

 private:
  std::string key_;
  std::string site_;
};

/// Whoever has the secret: a customer or a guest who sees one ticket and may do there what the link is for; a link never
/// follows its ticket into the one that it was merged into. One answer
/// for every link that is not good, whatever it was: unauthenticated.
[[nodiscard]] Result<domain::Principal> authenticate_link(const AccessLinkReader& links, const TicketReader& tickets,
                                                          const DirectoryReader& directory, LinkPurpose purpose, Time now,
                                                          const std::string& secret);

/// The customer's link to a ticket: the one there is, or a new one. Errors: conflict when the ticket has no customer.
[[nodiscard]] Result<AccessLink> give_portal_link(Unit& unit, const LinkSecrets& secrets, const domain::Ticket& ticket);
/// For an agent who may reply.
[[nodiscard]] Result<AccessLink> give_portal_link(Unit& unit, const domain::Principal& principal,
                                                  const LinkSecrets& secrets, TicketId ticket);
/// Ends the customer's links to a ticket; the next one that is given is another.
[[nodiscard]] Result<void> revoke_portal_links(Unit& unit, const domain::Principal& principal, TicketId ticket);

/// Before another ticket is merged into this one: the link that was handed to whoever sent this one in shows it as it is
/// now from then on, since name and number of a customer prove nothing. Links that went to the customer's own address,
/// or through an agent's hands, were made later and go on.
void hold_back_sender(Unit& unit, const domain::Ticket& ticket);

/// A guest as the ticket's people see it.
struct GuestRecord {
  AccessLink link{};
  domain::GuestInvited asked{};
};
/// Errors: those of the command, and invalid_field for files that are not on the ticket.
[[nodiscard]] Result<GuestRecord> invite_guest(Unit& unit, const domain::Principal& principal, const LinkSecrets& secrets,
                                               TicketId ticket, domain::InviteGuest command);
[[nodiscard]] Result<void> revoke_guest(Unit& unit, const domain::Principal& principal, TicketId ticket, GuestId guest);
[[nodiscard]] Result<void> answer_as_guest(Unit& unit, const domain::Principal& guest, const domain::AnswerGuest& answer);
/// All guests of a ticket, newest first.
[[nodiscard]] std::vector<GuestRecord> guests_of(const AccessLinkReader& links, const TicketReader& tickets, TicketId ticket);
[[nodiscard]] std::optional<GuestRecord> find_guest(const AccessLinkReader& links, const TicketReader& tickets,
                                                    GuestId guest);

/// Whether a link goes into this delivery before it leaves.
[[nodiscard]] bool names_links(const Delivery& delivery);
/// Puts links in the place of {{portal_link}} and {{guest_link}}. True when something was put there.
bool fill_links(Unit& unit, const LinkSecrets& secrets, Delivery& delivery);

/// Instead of secrets of links in an answer that is kept, words by which they are found again; and back.
[[nodiscard]] std::string without_links(const AccessLinkReader& links, std::string text);
[[nodiscard]] std::string with_links(const AccessLinkReader& links, const LinkSecrets& secrets, std::string text);

}  // namespace docket::desk
