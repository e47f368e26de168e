// SPDX-License-Identifier: Apache-2.0
#include "desk/held_messages.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "desk/command_ticket.hpp"
#include "desk/resolve_principal.hpp"
#include "desk/stale_ticket.hpp"
#include "domain/refusals.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::desk {
namespace {

constexpr int most_held = 50;  // of one person

domain::AddMessage command_of(const Written& written) {
  domain::AddMessage command;
  command.kind = written.kind == DraftKind::reply ? domain::MessageKind::reply : domain::MessageKind::note;
  command.body = written.body;
  command.attachments = written.attachments;
  command.mentions = written.mentions;
  return command;
}

std::vector<domain::Right> rights_of(const domain::Principal& principal) {
  std::vector<domain::Right> rights;
  for (std::size_t i = 0; i < domain::right_count; ++i) {
    if (principal.may(static_cast<domain::Right>(i))) rights.push_back(static_cast<domain::Right>(i));
  }
  return rights;
}

template <class T>
void add_missing(std::vector<T>& all, const std::vector<T>& more, std::size_t most) {
  for (const auto& one : more) {
    if (all.size() < most && std::ranges::find(all, one) == all.end()) all.push_back(one);
  }
}

/// Nothing that was typed is lost: what stands in the draft already stays before it, with its files and mentions.
Draft back_to_draft(Unit& unit, const HeldMessage& message) {
  Draft draft{message.user, message.ticket, message.written, unit.now};
  if (auto there = unit.workspace.find_draft(message.user, message.ticket, message.written.kind)) {
    auto& written = there->written;
    if (!written.body.empty() && !message.written.body.empty()) written.body += "\n\n";
    written.body += message.written.body;
    add_missing(written.attachments, message.written.attachments, domain::max_attachments);
    add_missing(written.mentions.users, message.written.mentions.users, domain::max_mentions);
    add_missing(written.mentions.teams, message.written.mentions.teams, domain::max_mentions);
    draft.written = std::move(written);
  }
  unit.workspace.save_draft(draft);
  return draft;
}

/// In the language of whoever wrote it.
void tell(Unit& unit, const HeldMessage& message, const Said& why) {
  const auto user = unit.directory.find_user(message.user);
  Notice notice;
  notice.user = message.user;
  notice.ticket = message.ticket;
  notice.kind = "not_sent";
  notice.subject = std::string{first_characters(message.written.body, 100)};
  notice.text = why.in(user && user->language == "en" ? Language::en : Language::zh);
  notice.at = unit.now;
  unit.notices.add_notice(notice);
  unit.wakes.notices = true;
}

Result<void> send(Unit& unit, const HeldMessage& message) {
  const auto user = unit.directory.find_user(message.user);
  if (!user || !user->active) return fail(ErrorCode::forbidden, {"The account is switched off.", "账号已停用。"});
  const auto principal = resolve_principal(*user, *unit.active, message.rights);
  const auto outcome = command_ticket(unit, principal, message.ticket, {}, command_of(message.written));
  if (!outcome) return std::unexpected(outcome.error());
  return {};
}

}  // namespace

Result<HeldMessage> hold_message(Unit& unit, const domain::Principal& principal, TicketId id,
                                 std::optional<std::int64_t> expected_version, Written written, Duration delay) {
  const auto ticket = unit.tickets.find(id, principal);
  if (!ticket || !principal.user) return domain::no_ticket();
  // Now, while whoever writes can still look; what happens during the delay does not hold the message up.
  if (expected_version && *expected_version != ticket->version) return stale_ticket(ticket->version);
  const auto right = written.kind == DraftKind::reply ? domain::Right::ticket_reply : domain::Right::ticket_note;
  if (!principal.may(right, ticket->team)) {
    return domain::lacks_right(*unit.active, right, ticket->team);
  }
  if (written.body.empty() && written.attachments.empty()) return fail_field("/body", {"Write something.", "请填写内容。"});
  if (ticket->category == domain::StateCategory::closed)
    return fail(ErrorCode::conflict, {"The ticket is closed. Reopen it if its workflow allows that.", "工单已关闭。流程允许的话请先重开。"});
  if (std::cmp_greater_equal(unit.workspace.held_of(principal.user, most_held).size(), most_held))
    return fail(ErrorCode::too_many_requests, {"Too many messages are waiting to be sent; wait some seconds.", "待发的消息太多，请过几秒再发。"});
  HeldMessage message;
  message.user = principal.user;
  message.ticket = id;
  message.written = std::move(written);
  message.rights = rights_of(principal);
  message.send_at = unit.now + delay;
  message.id = unit.workspace.add_held(message);
  unit.workspace.remove_draft(principal.user, id, message.written.kind);
  unit.wakes.timer_at = std::min(unit.wakes.timer_at.value_or(message.send_at), message.send_at);
  return message;
}

Result<Draft> take_back(Unit& unit, const domain::Principal& principal, HeldMessageId id) {
  const auto message = unit.workspace.find_held(id);
  if (!message || message->user != principal.user) return fail(ErrorCode::not_found, {"The message was sent already.", "消息已经发出，无法撤回。"});
  unit.workspace.remove_held(id);
  return back_to_draft(unit, *message);
}

int send_held(Unit& unit, int limit) {
  const auto due = unit.workspace.held_due(unit.now, limit);
  for (const auto& message : due) {
    unit.workspace.remove_held(message.id);
    if (const auto sent = send(unit, message); !sent) {
      back_to_draft(unit, message);
      tell(unit, message, sent.error().said());
    }
  }
  return static_cast<int>(due.size());
}

bool put_back_first_held(Unit& unit) {
  for (const auto& message : unit.workspace.held_due(unit.now, 1)) {
    unit.workspace.remove_held(message.id);
    back_to_draft(unit, message);
    tell(unit, message, {"The desk could not say it, and the operator has been told. It is a draft again.",
                         "服务器没能发出，已通知管理员。内容已放回草稿。"});
    return true;
  }
  return false;
}

}  // namespace docket::desk
