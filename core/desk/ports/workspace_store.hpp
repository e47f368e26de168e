// SPDX-License-Identifier: Apache-2.0
// What is one person's own: what they have begun to write, what is about to be sent, their views.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "domain/definitions.hpp"
#include "domain/ticket/command.hpp"

namespace docket::desk {

enum class DraftKind { reply, note };
BOOST_DESCRIBE_ENUM(DraftKind, reply, note)

/// What stands in the composer.
struct Written {
  DraftKind kind{};
  std::string body{};
  std::vector<std::int64_t> attachments{};
  domain::Mentions mentions{};
  std::int64_t base_version = 0;  ///< of the ticket when the writing began
  bool operator==(const Written&) const = default;
};
BOOST_DESCRIBE_STRUCT(Written, (), (kind, body, attachments, mentions, base_version))

struct Draft {
  UserId user{};
  TicketId ticket{};
  Written written{};
  Time updated_at{};
};

/// A message that is said at `send_at` unless it is taken back before.
struct HeldMessage {
  HeldMessageId id{};
  UserId user{};
  TicketId ticket{};
  Written written{};
  std::vector<domain::Right> rights{};  ///< what the person could do when it was written; a token's cut is kept
  Time send_at{};
};

struct OwnView {
  ViewId id{};
  UserId user{};
  std::int64_t version = 1;
  std::string title{};
  domain::Condition when{};
  domain::Sorting sort = domain::Sorting::updated;
  std::optional<domain::Order> order{};  ///< none: the natural one of `sort`
  std::vector<std::string> columns{};
  Time created_at{};
};

class WorkspaceReader {
 public:
  virtual ~WorkspaceReader() = default;
  [[nodiscard]] virtual std::optional<Draft> find_draft(UserId user, TicketId ticket, DraftKind kind) const = 0;
  /// Newest first.
  [[nodiscard]] virtual std::vector<Draft> drafts(UserId user, int limit) const = 0;
  [[nodiscard]] virtual std::optional<HeldMessage> find_held(HeldMessageId id) const = 0;
  [[nodiscard]] virtual std::vector<HeldMessage> held_of(UserId user, int limit) const = 0;
  [[nodiscard]] virtual std::optional<OwnView> find_view(ViewId id) const = 0;
  [[nodiscard]] virtual std::vector<OwnView> views(UserId user, int limit) const = 0;
};

class WorkspaceStore : public WorkspaceReader {
 public:
  virtual void save_draft(const Draft& draft) = 0;
  virtual bool remove_draft(UserId user, TicketId ticket, DraftKind kind) = 0;
  /// Drops those that nobody touched since, at most `limit`.
  virtual int drop_drafts(Time before, int limit) = 0;
  virtual HeldMessageId add_held(const HeldMessage& message) = 0;
  virtual bool remove_held(HeldMessageId id) = 0;
  /// Those whose time has come, earliest first.
  [[nodiscard]] virtual std::vector<HeldMessage> held_due(Time now, int limit) const = 0;
  [[nodiscard]] virtual std::optional<Time> next_held() const = 0;
  virtual ViewId add_view(const OwnView& view) = 0;
  virtual void save_view(const OwnView& view) = 0;
  virtual bool remove_view(ViewId id) = 0;
};

}  // namespace docket::desk
