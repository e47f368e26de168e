// SPDX-License-Identifier: Apache-2.0
// What agents have at hand: macros, canned answers, templates of tickets. Told to those who can use them.
#include "api/filters.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "base/enum.hpp"
#include "desk/ready_words.hpp"
#include "domain/condition/condition.hpp"
#include "domain/ticket/limits.hpp"
#include "domain/ticket/macro.hpp"
#include "domain/ticket/ticket_source.hpp"

#include <algorithm>

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct ToolQuery {
  std::optional<TicketId> ticket;
};
BOOST_DESCRIBE_STRUCT(ToolQuery, (), (ticket))
constexpr auto field_rules(const ToolQuery*) {
  return std::array{Rule{.field = "ticket",
                         .description = "Only what can be used on this ticket now, with the placeholders filled in."}};
}

/// The ticket that is asked for; none was.
Result<std::optional<domain::Ticket>> asked_ticket(const ToolQuery& query, const QueryContext& context) {
  if (!query.ticket) return std::optional<domain::Ticket>{};
  auto ticket = visible_ticket(context, *query.ticket);
  if (!ticket) return std::unexpected{std::move(ticket).error()};
  return std::optional{std::move(*ticket)};
}

/// With a ticket its team counts, else any.
bool may_use(const std::vector<std::string>& roles, const std::optional<domain::Ticket>& ticket,
             const domain::Principal& principal) {
  if (ticket) return domain::has_one_of(principal, roles, ticket->team);
  domain::View anywhere;
  anywhere.roles = roles;
  return may_use_view(anywhere, principal);
}

desk::WordSources word_sources(const QueryContext& context) {
  const auto& reading = context.reading;
  return {reading.directory, *reading.active, reading.source, reading.now};
}

// --- macros ----------------------------------------------------------------------------------------------------------

struct MacroOutput {
  std::string name;
  domain::Title title{};
  std::string message;
  bool reply = true;
  std::vector<domain::ActionKind> actions;
};
BOOST_DESCRIBE_STRUCT(MacroOutput, (), (name, title, message, reply, actions))
constexpr auto field_rules(const MacroOutput*) {
  return std::array{Rule{.field = "message", .description = "What is said with it; may be sent changed."},
                    Rule{.field = "reply", .description = "The message goes to the customer; else it is an internal note."},
                    Rule{.field = "actions", .description = "What it does besides, in order."}};
}

bool usable(const domain::Macro& macro, const std::optional<domain::Ticket>& ticket, const QueryContext& context) {
  const auto& principal = context.principal;
  if (!may_use(macro.roles, ticket, principal)) return false;
  const bool allowed = std::ranges::all_of(domain::rights_for(macro), [&](Right right) {
    return ticket ? principal.may(right, ticket->team) : principal.may(right);
  });
  if (!allowed || !ticket) return allowed;
  return !ticket->merged_into && ticket->category != domain::StateCategory::closed &&
         domain::holds(macro.when, domain::TicketSource(*ticket, context.reading.now));
}

Result<Answer<Page<MacroOutput>>> macros(const Call<None, ToolQuery, None>& call, const QueryContext& context) {
  const auto ticket = asked_ticket(call.query, context);
  if (!ticket) return std::unexpected{ticket.error()};
  Page<MacroOutput> page;
  for (const auto& [name, macro] : context.reading.active->macros) {
    if (!usable(macro, *ticket, context)) continue;
    MacroOutput out{macro.name, macro.title, macro.message, macro.reply, {}};
    if (*ticket) out.message = desk::fill_words(word_sources(context), context.principal, **ticket, macro.message);
    for (const auto& action : macro.actions) out.actions.push_back(action.kind);
    page.items.push_back(std::move(out));
  }
  return page;
}

struct MacroPath {
  TicketId ticket_id{};
  std::string name;
};
BOOST_DESCRIBE_STRUCT(MacroPath, (), (ticket_id, name))
constexpr auto field_rules(const MacroPath*) {
  return std::array{Rule{.field = "name", .length = {1, 64}}};
}

struct MacroInput {
  std::optional<std::string> message;
};
BOOST_DESCRIBE_STRUCT(MacroInput, (), (message))
constexpr auto field_rules(const MacroInput*) {
  return std::array{Rule{.field = "message",
                         .description = "Instead of the macro's own; empty says nothing.",
                         .length = {0, domain::max_message_bytes}}};
}

Result<Answer<TicketOutput>> run(const Call<MacroPath, None, MacroInput>& call, const CommandContext& context) {
  domain::RunMacro macro;
  macro.name = call.path.name;
  macro.message = call.body.message;
  return ticket_answer(context, desk::run_macro(context.unit, context.principal, call.path.ticket_id, call.if_match,
                                                std::move(macro)));
}

// --- canned answers ----------------------------------------------------------------------------------------------------

struct CannedOutput {
  std::string name;
  domain::Title title{};
  std::string text;
  std::vector<std::string> types;
};
BOOST_DESCRIBE_STRUCT(CannedOutput, (), (name, title, text, types))
constexpr auto field_rules(const CannedOutput*) {
  return std::array{Rule{.field = "types", .description = "Ticket types that it is for; none: all."}};
}

Result<Answer<Page<CannedOutput>>> answers(const Call<None, ToolQuery, None>& call, const QueryContext& context) {
  const auto ticket = asked_ticket(call.query, context);
  if (!ticket) return std::unexpected{ticket.error()};
  Page<CannedOutput> page;
  for (const auto& [name, answer] : context.reading.active->answers) {
    const bool fits = !*ticket || answer.types.empty() ||
                      std::ranges::find(answer.types, (*ticket)->type) != answer.types.end();
    if (!fits || !may_use(answer.roles, *ticket, context.principal)) continue;
    CannedOutput out{answer.name, answer.title, answer.text, answer.types};
    if (*ticket) out.text = desk::fill_answer(word_sources(context), context.principal, **ticket, answer.text);
    page.items.push_back(std::move(out));
  }
  return page;
}

// --- templates ---------------------------------------------------------------------------------------------------------

struct TemplateOutput {
  std::string name;
  domain::Title title{};
  std::string type, subject, body;
  std::optional<domain::Priority> priority;
  std::string region, product_line, team;
  std::vector<std::string> tags;
  domain::Fields fields;
};
BOOST_DESCRIBE_STRUCT(TemplateOutput, (),
                      (name, title, type, subject, body, priority, region, product_line, team, tags, fields))
constexpr auto field_rules(const TemplateOutput*) {
  return std::array{Rule{.field = "type", .description = "Ticket type; the other members are those of a new ticket."}};
}

Result<Answer<Page<TemplateOutput>>> templates(const Call<None, None, None>&, const QueryContext& context) {
  const auto& active = *context.reading.active;
  Page<TemplateOutput> page;
  for (const auto& [name, one] : active.templates) {
    const auto form = active.forms.find(one.type);
    if (form == active.forms.end() || !may_use(one.roles, {}, context.principal)) continue;
    TemplateOutput out;
    out.name = one.name;
    out.title = one.title;
    out.type = one.type;
    out.subject = one.subject;
    out.body = one.body;
    out.priority = one.priority;
    out.region = one.region;
    out.product_line = one.product_line;
    out.team = one.team.empty() || context.principal.may(Right::ticket_assign) ? one.team : std::string{};
    out.tags = one.tags;
    for (const auto& [field_name, value] : one.fields) {
      const auto* field = form->second.find_field(field_name);
      if (field != nullptr && context.principal.access(field->group) == domain::FieldAccess::write)
        out.fields.emplace(field_name, value);
    }
    page.items.push_back(std::move(out));
  }
  return page;
}

}  // namespace

void add_toolbox_routes(std::vector<Route>& routes) {
  routes.push_back(make_route(
      reads("list_macros", "/api/v1/macros", Right::ticket_read, "Macros that you may use."), macros));
  routes.push_back(make_route({.name = "run_macro",
                               .verb = http::Method::post,
                               .path = "/api/v1/tickets/{ticket_id}/macros/{name}",
                               .access = Right::ticket_read,
                               .rate = RateClass::write,
                               .summary = "Do what a macro says, all of it or nothing, with your own rights.",
                               .if_match = Match::optional,
                               .errors = {ErrorCode::conflict, ErrorCode::forbidden}},
                              run));
  routes.push_back(make_route(
      reads("list_answers", "/api/v1/answers", Right::ticket_read, "Canned answers that you may use."), answers));
  routes.push_back(make_route(
      reads("list_templates", "/api/v1/templates", Right::ticket_create, "Templates for new tickets."), templates));
}

}  // namespace docket::api
