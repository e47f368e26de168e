// SPDX-License-Identifier: Apache-2.0
// Notices: what people are told inside, in the pages. The built-in destination `in_app`.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "domain/identity/principal.hpp"

namespace docket::desk {

/// The destination whose deliveries are notices: there as soon as the event is, and never tried again.
inline constexpr std::string_view in_app = "in_app";

struct Notice {
  NoticeId id{};
  UserId user{};
  TicketId ticket{};
  std::int64_t sequence = 0;  ///< of the event that caused it
  std::string kind{};         ///< name of the notification text, or "mentioned", "guest_answered" …
  std::string subject{};      ///< the notice's own, or the ticket's
  std::string text{};
  Time at{};
  bool read = false;
};

class NoticeReader {
 public:
  virtual ~NoticeReader() = default;
  /// Newest first before `before` (0: from the newest), about tickets that the principal still sees.
  [[nodiscard]] virtual std::vector<Notice> notices(const domain::Principal& principal, bool unread_only,
                                                    NoticeId before, int limit) const = 0;
  /// How many of those are not read: exact up to `cap`, then `cap`.
  [[nodiscard]] virtual int unread_notices(const domain::Principal& principal, int cap) const = 0;
  /// Of everybody, ascending after `after`, for the live stream.
  [[nodiscard]] virtual std::vector<Notice> notices_since(NoticeId after, int limit) const = 0;
  [[nodiscard]] virtual NoticeId last_notice() const = 0;
};

class NoticeStore : public NoticeReader {
 public:
  virtual void add_notice(const Notice& notice) = 0;
  virtual void read_notices_up_to(UserId user, NoticeId up_to, Time now) = 0;
  virtual void read_notices(UserId user, const std::vector<NoticeId>& ids, Time now) = 0;
  /// Drops those that are older, at most `limit`; gives how many.
  virtual int drop_notices(Time before, int limit) = 0;
};

}  // namespace docket::desk
