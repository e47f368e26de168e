// SPDX-License-Identifier: Apache-2.0
// What would become of a ticket: who would get it and why, by when, and which rules would act.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "desk/preview_ticket.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct PreviewInput {
  std::string type;
  std::string subject{}, body{};
  std::string channel{"api"};
  std::optional<domain::Priority> priority;
  std::string customer_level{}, region{}, product_line{};
  domain::Fields fields{};
  std::vector<std::string> tags{};
  std::optional<Time> at;
};
BOOST_DESCRIBE_STRUCT(PreviewInput, (),
                      (type, subject, body, channel, priority, customer_level, region, product_line, fields, tags, at))
constexpr auto field_rules(const PreviewInput*) {
  return std::array{Rule{.field = "type", .length = {1, 64}},
                    Rule{.field = "subject", .optional = true, .length = {0, 200}},
                    Rule{.field = "body", .optional = true, .length = {0, 20'000}},
                    Rule{.field = "channel", .optional = true, .length = {1, 64}},
                    Rule{.field = "customer_level", .optional = true, .length = {0, 64}},
                    Rule{.field = "region", .optional = true, .length = {0, 64}},
                    Rule{.field = "product_line", .optional = true, .length = {0, 64}},
                    Rule{.field = "fields",
                         .description = "Required ones that are left out are assumed.",
                         .optional = true,
                         .items = {0, 200}},
                    Rule{.field = "tags", .optional = true, .length = {1, 64}, .items = {0, 50}},
                    Rule{.field = "at", .description = "When it would come in; now unless told."}};
}

/// Shifts and calendars are known for about so long; nobody asks about a ticket of another age.
constexpr auto furthest = std::chrono::hours{24 * 400};

/// One turn of dispatch, with those who were looked at.
struct AssignmentOutput {
  domain::AssignReason reason{};
  std::string team;
  UserId assignee{};
  bool waiting = false;
  std::optional<domain::DispatchChoice> choice;
};
BOOST_DESCRIBE_STRUCT(AssignmentOutput, (), (reason, team, assignee, waiting, choice))

struct PreviewOutput {
  Time at{};
  domain::Fields assumed;
  std::string state;
  domain::Title state_title{};
  domain::Priority priority{};
  std::vector<desk::RuleTried> dispatch_rules, sla_policies;
  std::vector<AssignmentOutput> assignments;
  std::vector<domain::ClockRun> clocks;
  std::vector<domain::RuleFired> fired;
  std::vector<PersonRef> people;
};
BOOST_DESCRIBE_STRUCT(PreviewOutput, (),
                      (at, assumed, state, state_title, priority, dispatch_rules, sla_policies, assignments, clocks,
                       fired, people))
constexpr auto field_rules(const PreviewOutput*) {
  return std::array{
      Rule{.field = "assumed", .description = "Required fields that were not given, with what was taken for them."},
      Rule{.field = "dispatch_rules", .description = "In order; the first that holds names the team."},
      Rule{.field = "sla_policies", .description = "In order; the first that holds applies."},
      Rule{.field = "people", .description = "Names of those who are mentioned."}};
}

/// For those who may read people; to others they stay numbers.
void name_person(const QueryContext& context, std::vector<PersonRef>& people, UserId user) {
  if (!user || !context.principal.may(Right::user_read) || std::ranges::any_of(people, [&](const PersonRef& one) { return one.id == user.value; })) return;
  if (const auto found = context.reading.directory.find_user(user)) people.push_back({user.value, found->name});
}

Result<Answer<PreviewOutput>> preview(const Call<None, None, PreviewInput>& call, const QueryContext& context) {
  domain::CreateTicket command;
  command.type = call.body.type;
  command.subject = call.body.subject;
  command.body = call.body.body;
  command.channel = call.body.channel;
  command.priority = call.body.priority;
  command.customer.level = call.body.customer_level;
  command.region = call.body.region;
  command.product_line = call.body.product_line;
  command.fields = call.body.fields;
  command.tags = call.body.tags;
  PreviewOutput out;
  out.at = call.body.at.value_or(context.reading.now);
  if (out.at < context.reading.now - furthest || out.at > context.reading.now + furthest)
    return fail_field("/at", {"must be within 400 days of now", "须在前后 400 天以内"});
  auto previewed = desk::preview_ticket(context.reading, std::move(command), out.at);
  if (!previewed) return std::unexpected{std::move(previewed).error()};

  const auto& ticket = previewed->ticket;
  out.assumed = std::move(previewed->assumed);
  out.state = ticket.state;
  const auto workflow = context.reading.active->workflows.find(ticket.workflow);
  if (workflow != context.reading.active->workflows.end()) {
    if (const auto* state = workflow->second.find_state(ticket.state)) out.state_title = state->title;
  }
  out.priority = ticket.priority;
  out.dispatch_rules = std::move(previewed->dispatch);
  out.sla_policies = std::move(previewed->sla);
  out.clocks = ticket.clocks;
  for (auto& recorded : previewed->events) {
    if (auto* fired = std::get_if<domain::RuleFired>(&recorded.event)) out.fired.push_back(std::move(*fired));
    auto* assigned = std::get_if<domain::Assigned>(&recorded.event);
    if (assigned == nullptr) continue;
    name_person(context, out.people, assigned->assignee);
    if (assigned->choice) {
      for (const auto& passed : assigned->choice->passed_over) name_person(context, out.people, passed.user);
    }
    out.assignments.push_back({assigned->reason, std::move(assigned->team), assigned->assignee, assigned->waiting,
                               std::move(assigned->choice)});
  }
  return out;
}

}  // namespace

void add_preview_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "preview_dispatch",
                               .verb = http::Method::post,
                               .path = "/api/v1/dispatch/preview",
                               .access = Right::definition_read,
                               .rate = RateClass::search,
                               .summary = "Who would get a ticket and why, by when, and which rules would act.",
                               .description = "The ordinary decision on the desk as it is now; nothing is kept."},
                              preview));
}

}  // namespace docket::api
