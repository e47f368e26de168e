// SPDX-License-Identifier: Apache-2.0
// Links that open one ticket without an account: the customer's on the portal, a guest's (协作人) question.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/id.hpp"

namespace docket::desk {

/// What a link is for, and all that it is good for.
enum class LinkPurpose { portal, guest };
BOOST_DESCRIBE_ENUM(LinkPurpose, portal, guest)

struct AccessLink {
  AccessLinkId id{};
  TicketId ticket{};
  LinkPurpose purpose{};
  CustomerId customer{};      ///< of portal links: whom it was made for; a ticket that is another's by now is not shown
  std::int64_t sequence = 0;  ///< of the event by which a guest was asked; 0 for portal links
  Time created_at{};
  Time expires_at{};
  std::optional<Time> revoked_at{};
  std::optional<Time> answered_at{};  ///< when a guest last answered
  std::int64_t until_event = 0;       ///< of portal links: the last event of the ticket that it shows; 0: all of them
};

class AccessLinkReader {
 public:
  virtual ~AccessLinkReader() = default;
  /// The link of that secret's digest, whatever its state; the use case judges.
  [[nodiscard]] virtual std::optional<AccessLink> find_link(const Digest& secret) const = 0;
  [[nodiscard]] virtual std::optional<AccessLink> find_link(AccessLinkId id) const = 0;
  /// Of a ticket, newest first, at most 200.
  [[nodiscard]] virtual std::vector<AccessLink> links(TicketId ticket, LinkPurpose purpose) const = 0;
};

class AccessLinkStore : public AccessLinkReader {
 public:
  /// The id of the link that is added next. The secret is made from it, so it must be known before.
  [[nodiscard]] virtual AccessLinkId next_link_id() const = 0;
  virtual void add_link(const AccessLink& link, const Digest& secret) = 0;
  /// End, revocation, answer and last event as they are now.
  virtual void save_link(const AccessLink& link) = 0;
};

}  // namespace docket::desk
