// SPDX-License-Identifier: Apache-2.0
// Who and what a ticket is tied to: watchers, people copied in, other tickets.
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "desk/merged_tickets.hpp"
#include "domain/ticket/limits.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct CopyInput {
  std::vector<UserId> users;
};
BOOST_DESCRIBE_STRUCT(CopyInput, (), (users))
constexpr auto field_rules(const CopyInput*) {
  return std::array{Rule{.field = "users", .items = {1, domain::max_people}}};
}

Result<Answer<TicketOutput>> copy(const Call<TicketPath, None, CopyInput>& call, const CommandContext& context) {
  domain::CopyTicket command;
  command.users = call.body.users;
  return ticket_answer(
      context, desk::command_ticket(context.unit, context.principal, call.path.ticket_id, call.if_match, command));
}

struct WatchersInput {
  std::vector<UserId> add{}, remove{};
};
BOOST_DESCRIBE_STRUCT(WatchersInput, (), (add, remove))
constexpr auto field_rules(const WatchersInput*) {
  return std::array{Rule{.field = "add", .optional = true, .items = {0, domain::max_people}},
                    Rule{.field = "remove", .optional = true, .items = {0, domain::max_people}}};
}

Result<Answer<TicketOutput>> watch(const Call<TicketPath, None, WatchersInput>& call, const CommandContext& context) {
  domain::WatchTicket command;
  command.add = call.body.add;
  command.remove = call.body.remove;
  return ticket_answer(
      context, desk::command_ticket(context.unit, context.principal, call.path.ticket_id, call.if_match, command));
}

struct LinkInput {
  domain::LinkKind kind = domain::LinkKind::related;
  TicketId ticket{};
  bool remove = false;
};
BOOST_DESCRIBE_STRUCT(LinkInput, (), (kind, ticket, remove))
constexpr auto field_rules(const LinkInput*) {
  return std::array{Rule{.field = "kind", .description = "What the other ticket is to this one.", .optional = true},
                    Rule{.field = "remove", .description = "Take the link away instead.", .optional = true}};
}

Result<Answer<TicketOutput>> link(const Call<TicketPath, None, LinkInput>& call, const CommandContext& context) {
  return ticket_answer(context, desk::link_tickets(context.unit, context.principal, call.path.ticket_id, call.body.kind,
                                                   call.body.ticket, call.body.remove, call.if_match));
}

struct MergedTicket {
  TicketId id{};
  std::string number, subject;
  Time created_at{};
  std::int64_t messages = 0;
  TicketId into{};
};
BOOST_DESCRIBE_STRUCT(MergedTicket, (), (id, number, subject, created_at, messages, into))
constexpr auto field_rules(const MergedTicket*) {
  return std::array{
      Rule{.field = "messages", .description = "How many; read them as those of any ticket, like its files."},
      Rule{.field = "into", .description = "The ticket that it was merged into, which may have ended in turn."}};
}

Result<Answer<Page<MergedTicket>>> merged(const Call<TicketPath, None, None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  Page<MergedTicket> out;
  if (!desk::reads_sources(context.principal)) return out;
  const auto& reading = context.reading;
  for (const auto id : desk::sources_of(reading.tickets, ticket->id)) {
    auto source = reading.tickets.find(id, domain::system_principal("merged"));
    if (!source) continue;
    out.items.push_back({id, ticket_number(*reading.active, id), std::move(source->subject), source->created_at,
                         source->messages, source->merged_into});
  }
  return out;
}

RouteSpec people(std::string_view name, std::string_view path, Right right, std::string_view summary) {
  return {.name = name,
          .verb = http::Method::post,
          .path = path,
          .access = right,
          .rate = RateClass::write,
          .summary = summary,
          .if_match = Match::optional,
          .errors = {ErrorCode::conflict}};
}

}  // namespace

void add_ticket_people_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      people("copy_ticket", "/api/v1/tickets/{ticket_id}/copies", Right::ticket_read, "Copy people in (抄送)."), copy));
  routes.push_back(make_route(
      people("watch_ticket", "/api/v1/tickets/{ticket_id}/watchers", Right::ticket_read, "Add and remove watchers."),
      watch));
  routes.push_back(make_route(people("link_ticket", "/api/v1/tickets/{ticket_id}/links", Right::ticket_edit,
                                     "Link two tickets, or take a link away."),
                              link));
  routes.push_back(make_route(
      {.name = "list_merged_tickets",
       .verb = http::Method::get,
       .path = "/api/v1/tickets/{ticket_id}/merged",
       .access = Right::ticket_read,
       .rate = RateClass::read,
       .summary = "Tickets that ended in this one, themselves or by way of others, oldest first, 50 at most. "
                  "Who works here and sees this one may read their messages and files; for customers it is empty."},
      merged));
}

}  // namespace docket::api
