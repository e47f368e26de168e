// SPDX-License-Identifier: Apache-2.0
// Notices in SQL.
#pragma once

#include "desk/ports/notice_store.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time.
class NoticeRows final : public desk::NoticeStore {
 public:
  NoticeRows(Session& session, Time now) : session_(session), now_(now) {}

  [[nodiscard]] std::vector<desk::Notice> notices(const domain::Principal& principal, bool unread_only, NoticeId before,
                                                  int limit) const override;
  [[nodiscard]] int unread_notices(const domain::Principal& principal, int cap) const override;
  [[nodiscard]] std::vector<desk::Notice> notices_since(NoticeId after, int limit) const override;
  [[nodiscard]] NoticeId last_notice() const override;
  void add_notice(const desk::Notice& notice) override;
  void read_notices_up_to(UserId user, NoticeId up_to, Time now) override;
  void read_notices(UserId user, const std::vector<NoticeId>& ids, Time now) override;
  int drop_notices(Time before, int limit) override;

 private:
  Session& session_;
  Time now_;
};

}  // namespace docket::store
