// SPDX-License-Identifier: Apache-2.0
// What people who work on tickets together have for themselves: notices, drafts, messages that can be taken back.
#include "api/outside_output.hpp"
#include "api/mentions_input.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "base/enum.hpp"
#include "desk/held_messages.hpp"
#include "domain/refusals.hpp"
#include "domain/ticket/limits.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;

// --- notices -------------------------------------------------------------------------------------------------------

constexpr int most_unread = 100;  // pages show 99+

struct NoticeQuery {
  bool unread = false;
  std::optional<int> limit;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(NoticeQuery, (), (unread, limit, cursor))
constexpr auto field_rules(const NoticeQuery*) {
  return std::array{Rule{.field = "unread", .description = "Only those that were not read.", .optional = true}, limit_rule,
                    cursor_rule};
}

struct NoticeOutput {
  NoticeId id{};
  std::string kind;
  TicketId ticket_id{};
  std::string number, subject, text;
  Time at{};
  bool read = false;
};
BOOST_DESCRIBE_STRUCT(NoticeOutput, (), (id, kind, ticket_id, number, subject, text, at, read))
constexpr auto field_rules(const NoticeOutput*) {
  return std::array{Rule{.field = "kind",
                         .description = "Name of the notification text, or mentioned, guest_answered, guest_reminded, "
                                        "not_sent."},
                    Rule{.field = "number", .description = "Of the ticket, as people say it."}};
}

struct NoticePage {
  std::vector<NoticeOutput> items;
  int unread = 0;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(NoticePage, (), (items, unread, next))
constexpr auto field_rules(const NoticePage*) {
  return std::array{Rule{.field = "unread", .description = "How many are not read; 100 stands for more than 99."}};
}

Result<Answer<NoticePage>> notices(const Call<None, NoticeQuery, None>& call, const QueryContext& context) {
  const std::string name = "notices";
  const auto before = page_start(context.cursors, name, call.query);
  if (!before) return std::unexpected{before.error()};
  const int size = call.query.limit.value_or(50);
  auto rows =
      context.reading.notices.notices(context.principal, call.query.unread, NoticeId{*before}, size + 1);
  NoticePage page;
  page.unread = context.reading.notices.unread_notices(context.principal, most_unread);
  for (std::size_t i = 0; i < rows.size() && std::cmp_less(i, size); ++i) {
    auto& row = rows[i];
    page.items.push_back({row.id, std::move(row.kind), row.ticket, ticket_number(*context.reading.active, row.ticket),
                          std::move(row.subject), std::move(row.text), row.at, row.read});
  }
  if (std::cmp_greater(rows.size(), size)) {
    page.next = context.cursors.make(bound_to(name, call.query), std::to_string(page.items.back().id.value));
  }
  return page;
}

struct ReadInput {
  std::optional<NoticeId> up_to;
  std::vector<NoticeId> ids{};
};
BOOST_DESCRIBE_STRUCT(ReadInput, (), (up_to, ids))
constexpr auto field_rules(const ReadInput*) {
  return std::array{Rule{.field = "up_to", .description = "This one and all before it."},
                    Rule{.field = "ids", .optional = true, .items = {0, 200}}};
}

struct UnreadOutput {
  int unread = 0;
};
BOOST_DESCRIBE_STRUCT(UnreadOutput, (), (unread))

Result<Answer<UnreadOutput>> read_notices(const Call<None, None, ReadInput>& call, const CommandContext& context) {
  auto& notices = context.unit.notices;
  const auto user = context.principal.user;
  if (call.body.up_to) notices.read_notices_up_to(user, *call.body.up_to, context.unit.now);
  notices.read_notices(user, call.body.ids, context.unit.now);
  return UnreadOutput{notices.unread_notices(context.principal, most_unread)};
}

// --- drafts --------------------------------------------------------------------------------------------------------

constexpr int most_drafts = 200;                  // of one person
constexpr std::int64_t most_draft_characters = 65'536;

struct DraftPath {
  TicketId ticket_id{};
  std::string kind;
};
BOOST_DESCRIBE_STRUCT(DraftPath, (), (ticket_id, kind))
constexpr auto field_rules(const DraftPath*) {
  return std::array{Rule{.field = "kind", .description = "reply or note.", .length = {1, 16}}};
}

Result<desk::DraftKind> kind_in(const DraftPath& path) {
  if (const auto kind = enum_from_name<desk::DraftKind>(path.kind)) return *kind;
  return fail(ErrorCode::not_found, {"A draft is of a reply or of a note.", "草稿只有回复和备注两种。"});
}

struct DraftInput {
  std::string body;
  std::vector<std::int64_t> attachments{};
  MentionsInput mentions{};
  std::int64_t base_version = 0;
};
BOOST_DESCRIBE_STRUCT(DraftInput, (), (body, attachments, mentions, base_version))
constexpr auto field_rules(const DraftInput*) {
  return std::array{Rule{.field = "body", .length = {0, most_draft_characters}},
                    Rule{.field = "attachments", .optional = true, .items = {0, domain::max_attachments}},
                    Rule{.field = "mentions", .optional = true},
                    Rule{.field = "base_version",
                         .description = "Version of the ticket when the writing began.",
                         .optional = true}};
}

struct DraftOutput {
  TicketId ticket_id{};
  desk::DraftKind kind{};
  std::string body;
  std::vector<OutsideFile> attachments;
  domain::Mentions mentions{};
  std::int64_t base_version = 0;
  Time updated_at{};
};
BOOST_DESCRIBE_STRUCT(DraftOutput, (), (ticket_id, kind, body, attachments, mentions, base_version, updated_at))

/// A draft may hold any number; only one's own uploads and files of its ticket that one may have are told about.
bool may_name(const domain::Principal& principal, const std::optional<domain::Ticket>& ticket, const desk::Attachment& file) {
  if (file.ticket) return ticket && file.ticket == ticket->id && desk::may_have(principal, *ticket, file);
  return file.by.kind == domain::ActorKind::user && file.by.id == principal.user.value;
}

/// `ticket`: as the principal sees it; none where they no longer do.
DraftOutput draft_output(const desk::AttachmentReader& files, const domain::Principal& principal,
                         const std::optional<domain::Ticket>& ticket, const desk::Draft& draft) {
  DraftOutput out{draft.ticket,           draft.written.kind,         draft.written.body, {},
                  draft.written.mentions, draft.written.base_version, draft.updated_at};
  for (const auto id : draft.written.attachments) {
    // A file may be gone, as one that an older server dropped; the words are not.
    const auto file = files.find_attachment(AttachmentId{id});
    if (file && may_name(principal, ticket, *file)) out.attachments.push_back(outside_file(*file));
  }
  return out;
}

Result<Answer<Page<DraftOutput>>> drafts(const Call<None, None, None>&, const QueryContext& context) {
  Page<DraftOutput> page;
  for (const auto& draft : context.reading.workspace.drafts(context.principal.user, most_drafts)) {
    if (const auto ticket = context.reading.tickets.find(draft.ticket, context.principal))
      page.items.push_back(draft_output(context.reading.attachments, context.principal, ticket, draft));
  }
  return page;
}

Result<Answer<DraftOutput>> read_draft(const Call<DraftPath, None, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  const auto kind = kind_in(call.path);
  if (!kind) return std::unexpected{kind.error()};
  const auto draft = context.reading.workspace.find_draft(context.principal.user, ticket->id, *kind);
  if (!draft) return fail(ErrorCode::not_found, {"There is no draft.", "没有草稿。"});
  return draft_output(context.reading.attachments, context.principal, *ticket, *draft);
}

Result<Answer<DraftOutput>> save_draft(const Call<DraftPath, None, DraftInput>& call, const CommandContext& context) {
  auto& unit = context.unit;
  const auto user = context.principal.user;
  const auto ticket = unit.tickets.find(call.path.ticket_id, context.principal);
  if (!ticket) return domain::no_ticket();
  const auto kind = kind_in(call.path);
  if (!kind) return std::unexpected{kind.error()};
  const bool there = unit.workspace.find_draft(user, call.path.ticket_id, *kind).has_value();
  if (!there && std::cmp_greater_equal(unit.workspace.drafts(user, most_drafts).size(), most_drafts))
    return fail(ErrorCode::conflict, {"You have 200 drafts; send or drop some.", "您已有 200 份草稿，请先发出或删掉一些。"});
  desk::Draft draft;
  draft.user = user;
  draft.ticket = call.path.ticket_id;
  draft.written.kind = *kind;
  draft.written.body = call.body.body;
  draft.written.attachments = call.body.attachments;
  draft.written.mentions = {call.body.mentions.users, call.body.mentions.teams};
  draft.written.base_version = call.body.base_version;
  draft.updated_at = unit.now;
  unit.workspace.save_draft(draft);
  return draft_output(unit.attachments, context.principal, ticket, draft);
}

Result<Answer<None>> drop_draft(const Call<DraftPath, None, None>& call, const CommandContext& context) {
  const auto kind = kind_in(call.path);
  if (!kind) return std::unexpected{kind.error()};
  context.unit.workspace.remove_draft(context.principal.user, call.path.ticket_id, *kind);
  return None{};
}

// --- held messages -------------------------------------------------------------------------------------------------

struct HeldPath {
  HeldMessageId held_id{};
};
BOOST_DESCRIBE_STRUCT(HeldPath, (), (held_id))

Result<Answer<DraftOutput>> take_back(const Call<HeldPath, None, None>& call, const CommandContext& context) {
  const auto draft = desk::take_back(context.unit, context.principal, call.path.held_id);
  if (!draft) return std::unexpected{draft.error()};
  return draft_output(context.unit.attachments, context.principal,
                      context.unit.tickets.find(draft->ticket, context.principal), *draft);
}

RouteSpec together(std::string_view name, http::Method verb, std::string_view path, std::string_view summary) {
  return {.name = name,
          .verb = verb,
          .path = path,
          .access = domain::Right::ticket_read,
          .rate = verb == http::Method::get ? RateClass::read : RateClass::write,
          .summary = summary};
}

}  // namespace

void add_together_routes(std::vector<Route>& routes) {
  using enum http::Method;
  constexpr std::string_view draft = "/api/v1/tickets/{ticket_id}/drafts/{kind}";
  routes.push_back(make_route(together("list_notices", get, "/api/v1/notices", "What concerns you, newest first."), notices));
  routes.push_back(make_route(together("read_notices", post, "/api/v1/notices/read", "Mark notices as read."), read_notices));
  routes.push_back(make_route(together("list_drafts", get, "/api/v1/drafts", "What you have begun to write, newest first."), drafts));
  routes.push_back(make_route(together("read_draft", get, draft, "What you have begun to write on a ticket."), read_draft));
  auto save = together("save_draft", put, draft, "Keep what you have begun to write.");
  save.errors = {ErrorCode::conflict};
  routes.push_back(make_route(std::move(save), save_draft));
  routes.push_back(make_route(together("drop_draft", del, draft, "Drop a draft."), drop_draft));
  routes.push_back(make_route(together("take_back_message", del, "/api/v1/held-messages/{held_id}",
                                       "Take a message back before it is sent; it is a draft again."),
                              take_back));
}

}  // namespace docket::api
