// SPDX-License-Identifier: Apache-2.0
// Who and what a ticket is tied to: watchers, people copied in, other tickets.
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "domain/ticket/limits.hpp"

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
}

}  // namespace docket::api
