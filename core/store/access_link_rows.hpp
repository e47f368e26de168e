// SPDX-License-Identifier: Apache-2.0
// Links without account in SQL: digests of their secrets, and how long they are good.
#pragma once

#include "desk/ports/access_link_store.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time.
class AccessLinkRows final : public desk::AccessLinkStore {
 public:
  explicit AccessLinkRows(Session& session) : session_(session) {}

  [[nodiscard]] std::optional<desk::AccessLink> find_link(const Digest& secret) const override;
  [[nodiscard]] std::optional<desk::AccessLink> find_link(AccessLinkId id) const override;
  [[nodiscard]] std::vector<desk::AccessLink> links(TicketId ticket, desk::LinkPurpose purpose) const override;
  [[nodiscard]] AccessLinkId next_link_id() const override;
  void add_link(const desk::AccessLink& link, const Digest& secret) override;
  void save_link(const desk::AccessLink& link) override;

 private:
  Session& session_;
};

}  // namespace docket::store
