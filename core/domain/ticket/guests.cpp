// SPDX-License-Identifier: Apache-2.0
// Those without account: colleagues who are asked one thing (协作人), and the customer who rates what was done.
#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "base/text.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

constexpr Duration longest_link = std::chrono::hours{24 * 90};

void check_text(const std::string& text, std::size_t most, bool required, const char* pointer,
                std::vector<FieldError>& faults) {
  if (required && text.find_first_not_of(" \t\r\n") == std::string::npos) {
    faults.push_back({pointer, "Write something.", "请填写。"});
  } else if (!is_utf8(text) || text.find('\0') != std::string::npos) {
    faults.push_back({pointer, "The text is not valid UTF-8.", "文字编码有误（须为 UTF-8）。"});
  } else if (first_characters(text, most).size() != text.size()) {
    faults.push_back(field_error(pointer, both("At most {} characters.", "最多 {} 个字。", most)));
  }
}

void check_released(const std::vector<std::int64_t>& released, std::int64_t highest, const char* pointer,
                    std::vector<FieldError>& faults) {
  if (released.size() > max_released) faults.push_back(field_error(pointer, both("At most {}.", "最多 {} 个。", max_released)));
  for (std::size_t i = 0; i < released.size() && i < max_released; ++i) {
    if (released[i] >= 1 && released[i] <= highest) continue;
    faults.push_back({std::string{pointer} + "/" + std::to_string(i), "The ticket has no such thing.", "这张工单里没有这一条。"});
  }
}

std::vector<std::int64_t> once_each(std::vector<std::int64_t> numbers) {
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::vector<FieldError> check_invitation(const Deciding& deciding, const InviteGuest& command) {
  std::vector<FieldError> faults;
  check_text(command.name, max_guest_name_characters, true, "/name", faults);
  check_text(command.contact, max_contact_characters, false, "/contact", faults);
  check_text(command.question, max_question_characters, true, "/question", faults);
  check_released(command.messages, deciding.ticket().messages, "/messages", faults);
  check_released(command.attachments, std::numeric_limits<std::int64_t>::max(), "/attachments", faults);
  if (command.expires_at <= deciding.now() || command.expires_at > deciding.now() + longest_link)
    faults.push_back({"/expires_in", "A link lasts up to 90 days.", "链接有效期最长 90 天。"});
  if (command.remind_at && (*command.remind_at <= deciding.now() || *command.remind_at >= command.expires_at))
    faults.push_back({"/remind_after", "The reminder comes before the link ends.", "提醒时间须早于链接到期。"});
  return faults;
}

const Guest* find_guest(const Ticket& ticket, GuestId id) {
  const auto found = std::ranges::find(ticket.guests, id, &Guest::id);
  return found == ticket.guests.end() ? nullptr : &*found;
}

}  // namespace

Outcome decide_invite(Deciding& deciding, const InviteGuest& command) {
  if (auto may = require_right(deciding, Right::ticket_note); !may) return may;
  if (deciding.by_customer()) return fail(ErrorCode::forbidden, {"Customers do not ask guests.", "客户不能邀请协作人。"});
  if (auto open = require_not_closed(deciding); !open) return open;
  if (auto faults = check_invitation(deciding, command); !faults.empty()) return wrong_fields(std::move(faults));
  const auto open = std::ranges::count_if(deciding.ticket().guests,
                                          [&](const Guest& guest) { return guest.expires_at > deciding.now(); });
  if (std::cmp_greater_equal(open, max_guests)) {
    return fail(ErrorCode::conflict,
                both("At most {} guests of one ticket at a time; revoke one that is not needed any more.",
                     "一张工单同时最多 {} 位协作人，请先撤销不再需要的链接。", max_guests));
  }
  GuestInvited invited;
  invited.guest = command.guest;
  invited.name = command.name;
  invited.contact = command.contact;
  invited.question = command.question;
  invited.messages = once_each(command.messages);
  invited.attachments = once_each(command.attachments);
  invited.asked_by = deciding.commander().user;
  invited.expires_at = command.expires_at;
  invited.remind_at = command.remind_at;
  deciding.emit(std::move(invited));
  return {};
}

Outcome decide_answer(Deciding& deciding, const AnswerGuest& command) {
  const auto& ticket = deciding.ticket();
  const auto& actor = deciding.principal().actor;
  const auto* found = actor.kind == ActorKind::guest ? find_guest(ticket, GuestId{actor.id}) : nullptr;
  if (found == nullptr || found->expires_at <= deciding.now()) {
    return fail(ErrorCode::conflict, {"The link is no longer good. Ask whoever sent it to you for a new one.", "链接已失效，请联系发给您的人重新发一个。"});
  }
  if (ticket.category == StateCategory::closed && !ticket.merged_into) {
    return fail(ErrorCode::conflict, {"The ticket is closed; an answer is no longer needed.", "工单已关闭，不用再答复了。"});
  }
  if (auto text = check_message(command.body, "/body", command.attachments.size(), true); !text) return text;
  GuestAnswered answered{found->id, found->name, found->asked_by, ticket.messages + 1};
  deciding.say(MessageKind::note, command.body, command.attachments);
  deciding.emit(std::move(answered));
  return {};
}

Outcome decide_revoke(Deciding& deciding, const RevokeGuest& command) {
  if (auto may = require_right(deciding, Right::ticket_note); !may) return may;
  const auto* found = find_guest(deciding.ticket(), command.guest);
  if (found == nullptr) return {};  // ended already
  deciding.emit(GuestRevoked{found->id, found->name});
  return {};
}

Outcome decide_rate(Deciding& deciding, const RateTicket& command) {
  if (!deciding.by_customer() && deciding.principal().actor.kind != ActorKind::system)
    return fail(ErrorCode::forbidden, {"The customer rates the ticket.", "工单由客户评价。"});
  if (auto may = require_right(deciding, Right::ticket_reply); !may) return may;
  if (!ends(deciding.ticket().category)) {
    return fail(ErrorCode::conflict, {"The ticket is still in work; it can be rated once it is resolved.", "工单还在处理，解决后即可评价。"});
  }
  std::vector<FieldError> faults;
  if (command.score < 1 || command.score > best_score)
    faults.push_back(field_error("/score", both("A rating is 1 to {}.", "评分须为 1 到 {}。", best_score)));
  check_text(command.comment, max_comment_characters, false, "/comment", faults);
  if (!faults.empty()) return wrong_fields(std::move(faults));
  const auto& last = deciding.ticket().rating;
  if (last && last->score == command.score && last->comment == command.comment) return {};
  deciding.emit(Rated{command.score, command.comment});
  return {};
}

}  // namespace docket::domain
