// SPDX-License-Identifier: Apache-2.0
// What moves a ticket: transitions, assignment, hold, reopening, merging.
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "domain/ticket/decide.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;
constexpr std::int64_t most_characters = domain::max_message_bytes;

template <class Body>
using TicketCall = Call<TicketPath, None, Body>;

Result<Answer<TicketOutput>> command(const auto& call, const CommandContext& context,
                                     const domain::TicketCommand& what) {
  return ticket_answer(context,
                       desk::command_ticket(context.unit, context.principal, call.path.ticket_id, call.if_match, what));
}

struct TransitionOutput {
  std::string name;
  domain::Title title{};
  std::string to;
  std::vector<std::string> require;
  std::vector<std::string> missing;
};
BOOST_DESCRIBE_STRUCT(TransitionOutput, (), (name, title, to, require, missing))
constexpr auto field_rules(const TransitionOutput*) {
  return std::array{Rule{.field = "to", .description = "The state that it leads to."},
                    Rule{.field = "require",
                         .description = "Fields that must have a value then; \"message\" is a text with the step."},
                    Rule{.field = "missing",
                         .description = "Those of them that are still empty and that you may write: ask for them and send "
                                        "them as `fields` with the step. Its condition is judged with what is given."}};
}

Result<Answer<Page<TransitionOutput>>> transitions(const TicketCall<None>& call, const QueryContext& context) {
  const auto ticket = visible_ticket(context, call.path.ticket_id);
  if (!ticket) return std::unexpected{ticket.error()};
  const auto pinned = context.reading.source.get(ticket->workflow_bundle);
  Page<TransitionOutput> out;
  const auto workflow = pinned->workflows.find(ticket->workflow);
  if (workflow == pinned->workflows.end()) return out;
  for (const auto* step : domain::allowed_transitions(*ticket, context.principal, workflow->second,
                                                      *context.reading.active, context.reading.now)) {
    out.items.push_back({step->name, step->title, step->to, step->require,
                         domain::fields_to_give(*ticket, context.principal, *step, *context.reading.active, context.reading.now)});
  }
  return Answer<Page<TransitionOutput>>{std::move(out)}.with_version(ticket->version);
}

struct MoveInput {
  std::string transition;
  domain::Fields fields{};
  std::string message{};
  bool reply = false;
};
BOOST_DESCRIBE_STRUCT(MoveInput, (), (transition, fields, message, reply))
constexpr auto field_rules(const MoveInput*) {
  return std::array{Rule{.field = "transition",
                         .description = "Name of a transition that the ticket's state offers.",
                         .length = {1, 64}},
                    Rule{.field = "fields",
                         .description = "Custom fields that are set with the step; those that it does not require need ticket_edit.",
                         .optional = true,
                         .items = {0, 200}},
                    Rule{.field = "message",
                         .description = "What is said with the step.",
                         .optional = true,
                         .length = {0, most_characters}},
                    Rule{.field = "reply",
                         .description = "The message goes to the customer; else it is an internal note.",
                         .optional = true}};
}
Result<Answer<TicketOutput>> move(const TicketCall<MoveInput>& call, const CommandContext& context) {
  domain::MoveTicket step;
  step.transition = call.body.transition;
  step.fields = call.body.fields;
  step.message = call.body.message;
  step.reply = call.body.reply;
  return command(call, context, step);
}

struct AssignInput {
  std::string team{};
  std::optional<UserId> assignee{};
};
BOOST_DESCRIBE_STRUCT(AssignInput, (), (team, assignee))
constexpr auto field_rules(const AssignInput*) {
  return std::array{
      Rule{.field = "team", .description = "Keeps its team unless told.", .optional = true, .length = {0, 64}},
      Rule{.field = "assignee", .description = "Without one, dispatch chooses in the team."}};
}
Result<Answer<TicketOutput>> assign(const TicketCall<AssignInput>& call, const CommandContext& context) {
  domain::AssignTicket assignment;
  assignment.team = call.body.team;
  assignment.assignee = call.body.assignee.value_or(UserId{});
  return command(call, context, assignment);
}

Result<Answer<TicketOutput>> take(const TicketCall<None>& call, const CommandContext& context) {
  return command(call, context, domain::TakeTicket{});
}

struct TypeInput {
  std::string type;
  domain::Fields fields{};
};
BOOST_DESCRIBE_STRUCT(TypeInput, (), (type, fields))
constexpr auto field_rules(const TypeInput*) {
  return std::array{Rule{.field = "type", .description = "Name of a ticket type of the desk.", .length = {1, 64}},
                    Rule{.field = "fields",
                         .description = "Custom fields by name, as the form of that type has them. What is not given stays where "
                                        "that form has it too.",
                         .optional = true,
                         .items = {0, 200}}};
}
Result<Answer<TicketOutput>> change_type(const TicketCall<TypeInput>& call, const CommandContext& context) {
  return command(call, context, domain::ChangeType{call.body.type, call.body.fields});
}

struct HoldInput {
  std::string reason;
  std::string note{};
  std::optional<Time> until{};
};
BOOST_DESCRIBE_STRUCT(HoldInput, (), (reason, note, until))
constexpr auto field_rules(const HoldInput*) {
  return std::array{Rule{.field = "reason", .length = {1, domain::max_reason_characters}},
                    Rule{.field = "note", .optional = true, .length = {0, domain::max_note_characters}},
                    Rule{.field = "until", .description = "Resumes by itself then."}};
}
Result<Answer<TicketOutput>> hold(const TicketCall<HoldInput>& call, const CommandContext& context) {
  domain::HoldTicket holding;
  holding.reason = call.body.reason;
  holding.note = call.body.note;
  holding.until = call.body.until;
  return command(call, context, holding);
}

Result<Answer<TicketOutput>> resume(const TicketCall<None>& call, const CommandContext& context) {
  return command(call, context, domain::ResumeTicket{});
}

struct ReopenInput {
  std::string message{};
};
BOOST_DESCRIBE_STRUCT(ReopenInput, (), (message))
constexpr auto field_rules(const ReopenInput*) {
  return std::array{Rule{.field = "message", .optional = true, .length = {0, most_characters}}};
}
Result<Answer<TicketOutput>> reopen(const TicketCall<ReopenInput>& call, const CommandContext& context) {
  domain::ReopenTicket opening;
  opening.message = call.body.message;
  return command(call, context, opening);
}

struct MergeInput {
  TicketId into{};
};
BOOST_DESCRIBE_STRUCT(MergeInput, (), (into))
Result<Answer<TicketOutput>> merge(const TicketCall<MergeInput>& call, const CommandContext& context) {
  return ticket_answer(context, desk::merge_tickets(context.unit, context.principal, call.path.ticket_id,
                                                    call.body.into, call.if_match));
}

struct UrgeInput {
  std::string message{};
};
BOOST_DESCRIBE_STRUCT(UrgeInput, (), (message))
constexpr auto field_rules(const UrgeInput*) {
  return std::array{Rule{.field = "message", .optional = true, .length = {0, most_characters}}};
}
Result<Answer<TicketOutput>> urge(const TicketCall<UrgeInput>& call, const CommandContext& context) {
  domain::UrgeTicket urging;
  urging.message = call.body.message;
  return command(call, context, urging);
}

RouteSpec step(std::string_view name, std::string_view path, Right right, std::string_view summary) {
  return {.name = name,
          .verb = http::Method::post,
          .path = path,
          .access = right,
          .rate = RateClass::write,
          .summary = summary,
          .if_match = Match::optional,
          .errors = {ErrorCode::conflict, ErrorCode::transition_not_allowed, ErrorCode::forbidden}};
}

}  // namespace

void add_ticket_step_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "list_transitions",
                               .verb = http::Method::get,
                               .path = "/api/v1/tickets/{ticket_id}/transitions",
                               .access = Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "Steps that you may take now."},
                              transitions));
  routes.push_back(make_route(step("move_ticket", "/api/v1/tickets/{ticket_id}/transitions", Right::ticket_transition,
                                   "Take a step of the workflow."),
                              move));
  routes.push_back(make_route(step("assign_ticket", "/api/v1/tickets/{ticket_id}/assign", Right::ticket_assign,
                                   "Give a ticket to a team or a person."),
                              assign));
  routes.push_back(make_route(
      step("take_ticket", "/api/v1/tickets/{ticket_id}/take", Right::ticket_take, "Take a ticket yourself."), take));
  auto type = step("change_ticket_type", "/api/v1/tickets/{ticket_id}/type", Right::ticket_edit, "Give a ticket another type (改类型).");
  type.description = "Where that type follows another workflow, the ticket begins there anew, which takes ticket_transition as well. One that stands in its first state is "
                     "given to whom a new ticket of the type would be given; whoever has it in that team already keeps it.";
  routes.push_back(make_route(type, change_type));
  routes.push_back(make_route(step("hold_ticket", "/api/v1/tickets/{ticket_id}/hold", Right::ticket_hold,
                                   "Put a ticket on hold, with a reason (挂起)."),
                              hold));
  routes.push_back(make_route(
      step("resume_ticket", "/api/v1/tickets/{ticket_id}/resume", Right::ticket_hold, "End a hold."), resume));
  routes.push_back(make_route(
      step("reopen_ticket", "/api/v1/tickets/{ticket_id}/reopen", Right::ticket_read, "Open a finished ticket again."),
      reopen));
  routes.push_back(make_route(
      step("merge_ticket", "/api/v1/tickets/{ticket_id}/merge", Right::ticket_merge, "End a ticket in another one."),
      merge));
  routes.push_back(make_route(
      step("urge_ticket", "/api/v1/tickets/{ticket_id}/urge", Right::ticket_read, "Ask to hurry (催单)."), urge));
}

}  // namespace docket::api
