// SPDX-License-Identifier: Apache-2.0
// Drafts, held messages and private views in SQL.
#pragma once

#include "desk/ports/workspace_store.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time.
class WorkspaceRows final : public desk::WorkspaceStore {
 public:
  explicit WorkspaceRows(Session& session) : session_(session) {}

  [[nodiscard]] std::optional<desk::Draft> find_draft(UserId user, TicketId ticket, desk::DraftKind kind) const override;
  [[nodiscard]] std::vector<desk::Draft> drafts(UserId user, int limit) const override;
  [[nodiscard]] std::optional<desk::HeldMessage> find_held(HeldMessageId id) const override;
  [[nodiscard]] std::vector<desk::HeldMessage> held_of(UserId user, int limit) const override;
  [[nodiscard]] std::optional<desk::OwnView> find_view(ViewId id) const override;
  [[nodiscard]] std::vector<desk::OwnView> views(UserId user, int limit) const override;
  void save_draft(const desk::Draft& draft) override;
  bool remove_draft(UserId user, TicketId ticket, desk::DraftKind kind) override;
  int drop_drafts(Time before, int limit) override;
  HeldMessageId add_held(const desk::HeldMessage& message) override;
  bool remove_held(HeldMessageId id) override;
  [[nodiscard]] std::vector<desk::HeldMessage> held_due(Time now, int limit) const override;
  [[nodiscard]] std::optional<Time> next_held() const override;
  ViewId add_view(const desk::OwnView& view) override;
  void save_view(const desk::OwnView& view) override;
  bool remove_view(ViewId id) override;

 private:
  Session& session_;
};

}  // namespace docket::store
