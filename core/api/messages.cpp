// SPDX-License-Identifier: Apache-2.0
// What was said on a ticket.
#include "api/mentions_input.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "desk/held_messages.hpp"
#include "desk/merged_tickets.hpp"
#include "domain/refusals.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct MessageInput {
  domain::MessageKind kind{};
  std::string body;
  std::vector<std::int64_t> attachments{};
  MentionsInput mentions{};
  int delay_s = 0;
};
BOOST_DESCRIBE_STRUCT(MessageInput, (), (kind, body, attachments, mentions, delay_s))
constexpr auto field_rules(const MessageInput*) {
  return std::array{
      Rule{.field = "kind",
           .description =
               "reply goes to the customer, note stays inside, customer is what the customer said elsewhere."},
      Rule{.field = "body", .length = {0, domain::max_message_bytes}},
      Rule{.field = "attachments",
           .description = "Ids of uploads.",
           .optional = true,
           .items = {0, domain::max_attachments}},
      Rule{.field = "mentions",
           .description = "Who is addressed (@): they are copied in, see the ticket by that, and are told.",
           .optional = true},
      Rule{.field = "delay_s",
           .description = "Seconds during which the message can be taken back; it is sent then, whatever happens here.",
           .optional = true,
           .range = {0, desk::longest_hold_seconds}}};
}

struct MessageAnswer {
  std::int64_t number = 0;
  TicketOutput ticket;
  std::optional<HeldMessageId> held_id;
  std::optional<Time> send_at;
};
BOOST_DESCRIBE_STRUCT(MessageAnswer, (), (number, ticket, held_id, send_at))
constexpr auto field_rules(const MessageAnswer*) {
  return std::array{Rule{.field = "number", .description = "The message's number on the ticket; 0 while it is held."},
                    Rule{.field = "held_id", .description = "Of a message with delay_s, to take it back by."}};
}

Result<Answer<MessageAnswer>> hold(const Call<TicketPath, None, MessageInput>& call, const CommandContext& context) {
  if (call.body.kind == domain::MessageKind::customer)
    return fail_field("/delay_s", {"What a customer said elsewhere is written down at once.", "记录客户的话会立即保存，不能延时。"});
  desk::Written written;
  written.kind = call.body.kind == domain::MessageKind::reply ? desk::DraftKind::reply : desk::DraftKind::note;
  written.body = call.body.body;
  written.attachments = call.body.attachments;
  written.mentions = {call.body.mentions.users, call.body.mentions.teams};
  const auto held = desk::hold_message(context.unit, context.principal, call.path.ticket_id, call.if_match,
                                       std::move(written), std::chrono::seconds{call.body.delay_s});
  if (!held) return std::unexpected{held.error()};
  MessageAnswer answer;
  answer.held_id = held->id;
  answer.send_at = held->send_at;
  const auto ticket = context.unit.tickets.find(call.path.ticket_id, context.principal);
  answer.ticket = ticket_output(context.unit, context.principal, ticket.value_or(domain::Ticket{}));
  return answer;
}

/// People who are addressed are there.
Result<None> check_mentioned(const desk::Unit& unit, const std::vector<UserId>& users) {
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto user = unit.directory.find_user(users[i]);
    if (!user || !user->active) return fail_field("/mentions/users/" + std::to_string(i), {"There is no such person here.", "没有这位同事，或账号已停用。"});
  }
  return None{};
}

Result<Answer<Page<desk::StoredMessage>>> list(const Call<TicketPath, PageQuery, None>& call,
                                               const QueryContext& context) {
  const auto id = call.path.ticket_id;
  if (!desk::readable_by(context.reading.tickets, id, context.principal)) return domain::no_ticket();
  const std::string name = ticket_path(id) + "/messages";
  const auto after = page_start(context.cursors, name, call.query);
  if (!after) return std::unexpected{after.error()};
  auto rows =
      context.reading.tickets.messages(id, *after, page_size(call.query) + 1, domain::sees_notes(context.principal));
  return page_of(context.cursors, name, call.query, std::move(rows),
                 [](const auto& message) { return message.number; });
}

Result<Answer<MessageAnswer>> add(const Call<TicketPath, None, MessageInput>& call, const CommandContext& context) {
  if (const auto known = check_mentioned(context.unit, call.body.mentions.users); !known)
    return std::unexpected{known.error()};
  if (call.body.delay_s > 0) return hold(call, context);
  domain::AddMessage command;
  command.mentions = {call.body.mentions.users, call.body.mentions.teams};
  command.kind = call.body.kind;
  command.body = call.body.body;
  command.attachments = call.body.attachments;
  auto outcome = desk::command_ticket(context.unit, context.principal, call.path.ticket_id, call.if_match, command);
  if (!outcome) return std::unexpected{std::move(outcome).error()};
  MessageAnswer answer;
  if (!outcome->messages.empty()) answer.number = outcome->messages.front();
  const auto version = outcome->ticket.version;
  answer.ticket = ticket_output(context.unit, context.principal, outcome->ticket);
  return Answer<MessageAnswer>{std::move(answer)}.with_version(version).at(ticket_path(call.path.ticket_id) +
                                                                           "/messages");
}

}  // namespace

void add_message_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "list_messages",
                               .verb = get,
                               .path = "/api/v1/tickets/{ticket_id}/messages",
                               .access = Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "What was said, oldest first. Formatted texts up to 8 MiB a page; beyond that ask for fewer messages."},
                              list));
  // Replies and notes are rights of their own, which the ticket decides about; reading is the least that both need.
  routes.push_back(make_route({.name = "add_message",
                               .verb = post,
                               .path = "/api/v1/tickets/{ticket_id}/messages",
                               .access = Right::ticket_read,
                               .rate = RateClass::write,
                               .summary = "Reply, or leave an internal note.",
                               .success = 201,
                               .if_match = Match::optional,
                               .errors = {ErrorCode::conflict}},
                              add));
}

}  // namespace docket::api
