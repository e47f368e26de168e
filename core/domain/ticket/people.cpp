// SPDX-License-Identifier: Apache-2.0
// People around a ticket who do not own it: those who watch, those copied in, those who urge.
#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

/// Sorted, once each, without none and without those who are in `present` already (or not, for `wanted_in`).
std::vector<UserId> only(std::vector<UserId> users, const std::vector<UserId>& present, bool wanted_in) {
  std::ranges::sort(users);
  users.erase(std::unique(users.begin(), users.end()), users.end());
  std::erase_if(users, [&](UserId user) { return !user || std::ranges::binary_search(present, user) != wanted_in; });
  return users;
}

Outcome too_many(const std::string& pointer) {
  return fail_field(pointer, both("At most {} people.", "最多 {} 人。", max_people));
}

/// Whether the principal names nobody but itself.
bool only_self(const Deciding& deciding, const WatchTicket& command) {
  const auto self = deciding.principal().user;
  const auto is_self = [&](UserId user) { return self && user == self; };
  return std::ranges::all_of(command.add, is_self) && std::ranges::all_of(command.remove, is_self);
}

}  // namespace

Outcome decide_copy(Deciding& deciding, const CopyTicket& command) {
  if (auto may = require_right(deciding, Right::ticket_note); !may) return may;
  if (auto open = require_not_closed(deciding); !open) return open;
  const auto& ticket = deciding.ticket();
  WatchersChanged changed;
  changed.copied = only(command.users, ticket.copied, false);
  if (changed.copied.empty()) return {};
  if (ticket.copied.size() + changed.copied.size() > max_people) return too_many("/users");
  deciding.emit(std::move(changed));
  return {};
}

Outcome decide_watch(Deciding& deciding, const WatchTicket& command) {
  if (auto may = require_right(deciding, only_self(deciding, command) ? Right::ticket_read : Right::ticket_note); !may)
    return may;
  const auto& ticket = deciding.ticket();
  WatchersChanged changed;
  changed.added = only(command.add, ticket.watchers, false);
  changed.removed = only(command.remove, ticket.watchers, true);
  if (changed.added.empty() && changed.removed.empty()) return {};
  if (ticket.watchers.size() + changed.added.size() - changed.removed.size() > max_people) return too_many("/add");
  deciding.emit(std::move(changed));
  return {};
}

Outcome decide_urge(Deciding& deciding, const UrgeTicket& command) {
  if (auto may = require_right(deciding, deciding.by_customer() ? Right::ticket_reply : Right::ticket_note); !may)
    return may;
  if (ends(deciding.ticket().category)) {
    const auto& state = deciding.ticket().state;
    return fail(ErrorCode::conflict,
                both("The ticket is in {0}; there is nothing left to urge. Reopen it instead.",
                     "工单现在是{1}，没有可催的了；还没解决的话请重开。", state,
                     ChineseNames(deciding.active(), nullptr, &deciding.workflow()).state(state)));
  }
  if (auto text = check_message(command.message, "/message", 0, false); !text) return text;
  if (!command.message.empty()) {
    deciding.say(deciding.by_customer() ? MessageKind::customer : MessageKind::note, command.message);
  }
  deciding.emit(Urged{deciding.ticket().urges + 1});
  return {};
}

}  // namespace docket::domain
