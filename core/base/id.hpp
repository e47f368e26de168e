// SPDX-License-Identifier: Apache-2.0
// Strong integer ids: a ticket's number can not be handed over where a user's is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace docket {

/// A positive 64-bit id; 0 means "none yet". Tag only tells kinds apart.
template <class Tag>
struct Id {
  std::int64_t value = 0;

  constexpr Id() = default;
  constexpr explicit Id(std::int64_t v) : value(v) {}
  [[nodiscard]] constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

using TicketId = Id<struct TicketTag>;
using UserId = Id<struct UserTag>;
using CustomerId = Id<struct CustomerTag>;
using OrganizationId = Id<struct OrganizationTag>;
using MessageId = Id<struct MessageTag>;
using AttachmentId = Id<struct AttachmentTag>;
using TokenId = Id<struct TokenTag>;
using SessionId = Id<struct SessionTag>;
using JobId = Id<struct JobTag>;
using DeliveryId = Id<struct DeliveryTag>;
using AccessLinkId = Id<struct AccessLinkTag>;
using GuestId = Id<struct GuestTag>;  ///< a guest's id is that of the link that was made for it
using NoticeId = Id<struct NoticeTag>;
using HeldMessageId = Id<struct HeldMessageTag>;
using ViewId = Id<struct ViewTag>;

}  // namespace docket

template <class Tag>
struct std::hash<docket::Id<Tag>> {
  std::size_t operator()(const docket::Id<Tag>& id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
