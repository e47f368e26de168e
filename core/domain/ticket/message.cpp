// SPDX-License-Identifier: Apache-2.0
// What is said on a ticket, and that a customer who writes again gets an ended ticket back into work.
#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "base/text.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

/// Customers speak as customers, whatever the channel calls it.
MessageKind kind_for(const Deciding& deciding, MessageKind asked) {
  return deciding.by_customer() && asked == MessageKind::reply ? MessageKind::customer : asked;
}

/// Everybody who is addressed: members of teams as they are now, once each, without the one who speaks.
Result<std::vector<UserId>> addressed(const Deciding& deciding, const Mentions& mentions) {
  if (mentions.users.size() + mentions.teams.size() > max_mentions) {
    return fail_field("/mentions", both("At most {} people and teams.", "一条消息最多 @ {} 个人和班组。", max_mentions));
  }
  std::vector<UserId> users = mentions.users;
  for (std::size_t i = 0; i < mentions.teams.size(); ++i) {
    if (!deciding.active().teams.contains(mentions.teams[i]))
      return no_team("/mentions/teams/" + std::to_string(i), mentions.teams[i]);
    for (const auto& member : deciding.roster().members(mentions.teams[i])) {
      if (member.active) users.push_back(member.user);
    }
  }
  std::ranges::sort(users);
  users.erase(std::unique(users.begin(), users.end()), users.end());
  std::erase_if(users, [&](UserId user) { return !user || user == deciding.commander().user; });
  return users;
}

Outcome mention(Deciding& deciding, const Mentions& mentions) {
  if (mentions.users.empty() && mentions.teams.empty()) return {};
  auto users = addressed(deciding, mentions);
  if (!users) return std::unexpected(std::move(users.error()));
  const auto& copied = deciding.ticket().copied;
  const auto fresh = std::ranges::count_if(*users, [&](UserId user) { return !std::ranges::binary_search(copied, user); });
  if (copied.size() + static_cast<std::size_t>(fresh) > max_people) {
    return fail_field("/mentions",
                      both("At most {} people are copied in on one ticket.", "一张工单最多抄送 {} 人。", max_people));
  }
  if (users->empty()) return {};
  deciding.emit(Mentioned{deciding.ticket().messages, std::move(*users), mentions.teams});
  return {};
}

}  // namespace

Outcome check_message(const std::string& body, const std::string& pointer, std::size_t attachments, bool required) {
  if (required && body.empty() && attachments == 0) return fail_field(pointer, {"Write something.", "请填写内容。"});
  if (body.size() > max_message_bytes) {
    return fail_field(pointer, both("A message has at most {} KiB; attach longer texts.",
                                    "内容最多 {} KiB，更长的请作为附件上传。", max_message_bytes / 1024));
  }
  if (!is_utf8(body) || body.find('\0') != std::string::npos)
    return fail_field(pointer, {"The text is not valid UTF-8.", "文字编码有误（须为 UTF-8）。"});
  if (attachments > max_attachments) {
    return fail_field("/attachments",
                      both("A message has at most {} attachments.", "一条消息最多 {} 个附件。", max_attachments));
  }
  return {};
}

Outcome decide_message(Deciding& deciding, const AddMessage& command) {
  const auto kind = kind_for(deciding, command.kind);
  if (kind == MessageKind::note && deciding.by_customer()) {
    return fail(ErrorCode::forbidden, {"Customers do not write internal notes.", "客户不能写内部备注。"});
  }
  if (auto may = require_right(deciding, kind == MessageKind::note ? Right::ticket_note : Right::ticket_reply); !may)
    return may;
  if (auto text = check_message(command.body, "/body", command.attachments.size(), true); !text) return text;
  if (auto tree = check_formatted(command.formatted, command.attachments, "/formatted"); !tree) return tree;

  const auto& ticket = deciding.ticket();
  if (kind == MessageKind::customer && !(command.mentions.users.empty() && command.mentions.teams.empty())) {
    return fail_field("/mentions", {"People are addressed in replies and internal notes.", "只有回复和内部备注里可以 @ 人。"});
  }
  if (kind != MessageKind::customer) {
    if (auto open = require_not_closed(deciding); !open) return open;
    deciding.say(kind, command.body, command.attachments, command.formatted);
    return mention(deciding, command.mentions);
  }
  if (!ends(ticket.category)) {
    deciding.say(kind, command.body, command.attachments, command.formatted);
    return {};
  }
  Said why;
  const auto* reopening = find_reopening(deciding, true, why);
  // A resolved ticket without a way back still takes what the customer says; a closed one can not, and says so.
  if (reopening == nullptr && ticket.category == StateCategory::closed)
    return fail(ErrorCode::conflict, std::move(why));
  deciding.say(kind, command.body, command.attachments, command.formatted);
  if (reopening == nullptr) return {};
  Step step;
  step.said = true;
  step.judged = true;
  const auto moved = make_move(deciding, *reopening, std::move(step));
  // What a step back requires besides words can not be asked of a mail: then the ticket stays ended, awaiting an agent.
  if (!moved && ticket.category == StateCategory::closed) return moved;
  return {};
}

}  // namespace docket::domain
