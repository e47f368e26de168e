// SPDX-License-Identifier: Apache-2.0
// Guests (协作人): people without account who are asked one question on one ticket, see what was released to them, and
// answer. Their answers are internal notes.
#include <algorithm>
#include <map>

#include "api/outside_output.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "desk/access_links.hpp"
#include "desk/message_walk.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;
constexpr std::int64_t most_messages = 5'000;  // that are looked at

// --- for the ticket's people ---------------------------------------------------------------------------------------

struct GuestInput {
  std::string name, question;
  std::string contact{};
  std::vector<std::int64_t> messages{}, attachments{};
  std::optional<std::int64_t> expires_in, remind_after;
};
BOOST_DESCRIBE_STRUCT(GuestInput, (), (name, question, contact, messages, attachments, expires_in, remind_after))
constexpr auto field_rules(const GuestInput*) {
  constexpr std::int64_t longest = 90 * 86'400;
  return std::array{
      Rule{.field = "name", .length = {1, domain::max_guest_name_characters}},
      Rule{.field = "question", .length = {1, domain::max_question_characters}},
      Rule{.field = "contact",
           .description = "E-mail address or phone number, for the desk's texts to guests.",
           .optional = true,
           .length = {0, domain::max_contact_characters}},
      Rule{.field = "messages",
           .description = "Numbers of the messages that the guest may read, with their files.",
           .optional = true,
           .items = {0, domain::max_released}},
      Rule{.field = "attachments",
           .description = "Ids of further files that the guest may read.",
           .optional = true,
           .items = {0, domain::max_released}},
      Rule{.field = "expires_in", .description = "Seconds; 7 days unless told.", .range = {60, longest}},
      Rule{.field = "remind_after",
           .description = "Seconds after which who asked is told that nothing came; half of the time unless told.",
           .range = {60, longest}}};
}

struct GuestOutput {
  GuestId id{};
  std::string name, contact, question;
  std::vector<std::int64_t> messages, attachments;
  UserId asked_by{};
  Time created_at{}, expires_at{};
  std::optional<Time> remind_at, revoked_at, answered_at;
  std::optional<std::string> link;
};
BOOST_DESCRIBE_STRUCT(GuestOutput, (),
                      (id, name, contact, question, messages, attachments, asked_by, created_at, expires_at, remind_at,
                       revoked_at, answered_at, link))
constexpr auto field_rules(const GuestOutput*) {
  return std::array{Rule{.field = "link", .description = "Once, when the guest was asked: whoever has it is the guest."}};
}

GuestOutput output_of(const desk::GuestRecord& record) {
  GuestOutput out;
  out.id = GuestId{record.link.id.value};
  out.name = record.asked.name;
  out.contact = record.asked.contact;
  out.question = record.asked.question;
  out.messages = record.asked.messages;
  out.attachments = record.asked.attachments;
  out.asked_by = record.asked.asked_by;
  out.created_at = record.link.created_at;
  out.expires_at = record.link.expires_at;
  out.remind_at = record.asked.remind_at;
  out.revoked_at = record.link.revoked_at;
  out.answered_at = record.link.answered_at;
  return out;
}

Result<Answer<GuestOutput>> invite(const Call<TicketPath, None, GuestInput>& call, const CommandContext& context) {
  constexpr std::int64_t week = 7 * 86'400;
  const auto lasts = call.body.expires_in.value_or(week);
  domain::InviteGuest command;
  command.name = call.body.name;
  command.contact = call.body.contact;
  command.question = call.body.question;
  command.messages = call.body.messages;
  command.attachments = call.body.attachments;
  command.expires_at = context.unit.now + std::chrono::seconds{lasts};
  command.remind_at = context.unit.now + std::chrono::seconds{call.body.remind_after.value_or(lasts / 2)};
  const auto made =
      desk::invite_guest(context.unit, context.principal, context.services.links, call.path.ticket_id, std::move(command));
  if (!made) return std::unexpected{made.error()};
  auto out = output_of(*made);
  out.link = context.services.links.address(made->link);
  return Answer<GuestOutput>{std::move(out)}.at(ticket_path(call.path.ticket_id) + "/guests");
}

Result<Answer<Page<GuestOutput>>> list(const Call<TicketPath, None, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  if (!context.principal.may(domain::Right::ticket_note, ticket->team))
    return fail(ErrorCode::forbidden, {"Guests of this ticket are for those who may write notes in its team.", "您没有这个班组的“写内部备注”权限，不能查看协作人。"});
  Page<GuestOutput> out;
  for (const auto& record : desk::guests_of(context.reading.links, context.reading.tickets, ticket->id))
    out.items.push_back(output_of(record));
  return out;
}

struct GuestPath {
  TicketId ticket_id{};
  GuestId guest_id{};
};
BOOST_DESCRIBE_STRUCT(GuestPath, (), (ticket_id, guest_id))

Result<Answer<None>> revoke(const Call<GuestPath, None, None>& call, const CommandContext& context) {
  const auto done = desk::revoke_guest(context.unit, context.principal, call.path.ticket_id, call.path.guest_id);
  if (!done) return std::unexpected{done.error()};
  return None{};
}

// --- for the guest -------------------------------------------------------------------------------------------------

struct ReleasedMessage {
  std::int64_t number = 0;
  std::string author, body;
  Time at{};
  std::vector<OutsideFile> attachments;
};
BOOST_DESCRIBE_STRUCT(ReleasedMessage, (), (number, author, body, at, attachments))

struct GuestAnswer {
  std::string body;
  Time at{};
  std::vector<OutsideFile> attachments;
};
BOOST_DESCRIBE_STRUCT(GuestAnswer, (), (body, at, attachments))

struct GuestPage {
  std::string question, asked_by, guest, number, subject;
  Time expires_at{};
  std::vector<ReleasedMessage> messages;
  std::vector<OutsideFile> attachments;
  std::vector<GuestAnswer> answers;
  UploadLimits uploads{};
};
BOOST_DESCRIBE_STRUCT(GuestPage, (),
                      (question, asked_by, guest, number, subject, expires_at, messages, attachments, answers, uploads))

template <class Stores>
Result<GuestPage> page_for(const Stores& stores, const domain::Principal& guest) {
  const auto record = desk::find_guest(stores.links, stores.tickets, GuestId{guest.actor.id});
  const auto ticket = stores.tickets.find(guest.only, guest);
  if (!record || !ticket) return fail(ErrorCode::not_found, {"There is no such question.", "没有这个问题。"});
  std::map<std::int64_t, OutsideFile> files;
  for (const auto& file : stores.attachments.attachments(ticket->id)) files[file.id.value] = outside_file(file);
  const auto files_of = [&](const std::vector<std::int64_t>& ids) {
    std::vector<OutsideFile> out;
    for (const auto id : ids) {
      if (const auto found = files.find(id); found != files.end()) out.push_back(found->second);
    }
    return out;
  };
  GuestPage page;
  page.question = record->asked.question;
  if (const auto user = stores.directory.find_user(record->asked.asked_by)) page.asked_by = user->name;
  page.guest = record->asked.name;
  page.number = ticket_number(*stores.active, ticket->id);
  page.subject = ticket->subject;
  page.expires_at = record->link.expires_at;
  page.attachments = files_of(record->asked.attachments);
  desk::each_message(stores.tickets, ticket->id, 0, most_messages, true, [&](desk::StoredMessage said) {
    if (said.author.kind == domain::ActorKind::guest && said.author.id == guest.actor.id) {
      page.answers.push_back({std::move(said.body), said.at, files_of(said.attachments)});
    } else if (std::ranges::binary_search(record->asked.messages, said.number)) {
      page.messages.push_back(
          {said.number, std::move(said.author_name), std::move(said.body), said.at, files_of(said.attachments)});
    }
  });
  return page;
}

Result<Answer<GuestPage>> read(const Call<None, None, None>&, const QueryContext& context) {
  auto page = page_for(context.reading, context.principal);
  if (!page) return std::unexpected{std::move(page).error()};
  return std::move(*page);
}

struct AnswerInput {
  std::string body{};
  std::vector<std::int64_t> attachments{};
};
BOOST_DESCRIBE_STRUCT(AnswerInput, (), (body, attachments))
constexpr auto field_rules(const AnswerInput*) {
  return std::array{Rule{.field = "body", .length = {0, 20'000}},
                    Rule{.field = "attachments", .optional = true, .items = {0, domain::max_attachments}}};
}
Result<Answer<GuestPage>> answer(const Call<None, None, AnswerInput>& call, const CommandContext& context) {
  const auto said = desk::answer_as_guest(context.unit, context.principal, {call.body.body, call.body.attachments});
  if (!said) return std::unexpected{said.error()};
  auto page = page_for(context.unit, context.principal);
  if (!page) return std::unexpected{std::move(page).error()};
  return std::move(*page);
}

struct GuestFilePath {
  AttachmentId attachment_id{};
};
BOOST_DESCRIBE_STRUCT(GuestFilePath, (), (attachment_id))

Result<Answer<FileBody>> read_file(const Call<GuestFilePath, None, None>& call, const QueryContext& context) {
  const auto page = page_for(context.reading, context.principal);
  if (!page) return std::unexpected{page.error()};
  const auto is_it = [&](const OutsideFile& file) { return file.id == call.path.attachment_id; };
  const auto among = [&](const auto& shown) { return std::ranges::any_of(shown.attachments, is_it); };
  const bool released = std::ranges::any_of(page->attachments, is_it) || std::ranges::any_of(page->messages, among) ||
                        std::ranges::any_of(page->answers, among);
  const auto file = context.reading.attachments.find_attachment(call.path.attachment_id);
  if (!released || !file) return fail(ErrorCode::not_found, {"There is no such file.", "没有这个附件。"});
  const auto path = context.services.blobs.verified_path(file->sha256);
  if (!path) return fail(ErrorCode::internal, {"The stored file is missing or damaged. The operator has been told.", "附件文件缺失或损坏，已通知管理员。"});
  return FileBody{*path, file->name, file->media_type};
}

}  // namespace

void add_guest_routes(std::vector<Route>& routes) {
  using enum http::Method;
  using domain::Right;
  const auto guest = Access::link(desk::LinkPurpose::guest);
  routes.push_back(make_route({.name = "invite_guest",
                               .verb = post,
                               .path = "/api/v1/tickets/{ticket_id}/guests",
                               .access = Right::ticket_note,
                               .rate = RateClass::write,
                               .summary = "Ask somebody without account (协作人) one question.",
                               .success = 201,
                               .replay = Replay::relink,
                               .errors = {ErrorCode::conflict}},
                              invite));
  routes.push_back(make_route({.name = "list_guests",
                               .verb = get,
                               .path = "/api/v1/tickets/{ticket_id}/guests",
                               .access = Right::ticket_note,
                               .rate = RateClass::read,
                               .summary = "Guests who were asked, newest first."},
                              list));
  routes.push_back(make_route({.name = "revoke_guest",
                               .verb = del,
                               .path = "/api/v1/tickets/{ticket_id}/guests/{guest_id}",
                               .access = Right::ticket_note,
                               .rate = RateClass::write,
                               .summary = "End a guest's link."},
                              revoke));
  routes.push_back(make_route({.name = "read_question",
                               .verb = get,
                               .path = "/api/v1/guest",
                               .access = guest,
                               .rate = RateClass::outside,
                               .summary = "The question, what was released for it, and the answers so far."},
                              read));
  routes.push_back(make_route({.name = "answer_question",
                               .verb = post,
                               .path = "/api/v1/guest/answers",
                               .access = guest,
                               .rate = RateClass::outside,
                               .summary = "Answer. Who asked is told.",
                               .errors = {ErrorCode::conflict}},
                              answer));
  routes.push_back(make_route({.name = "read_guest_file",
                               .verb = get,
                               .path = "/api/v1/guest/attachments/{attachment_id}",
                               .access = guest,
                               .rate = RateClass::outside,
                               .summary = "A file's bytes.",
                               .lane = Lane::report},
                              read_file));
}

}  // namespace docket::api
