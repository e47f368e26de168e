// SPDX-License-Identifier: Apache-2.0
// What would become of a ticket: who would get it and why, by when, and which rules would act.
#include "api/candidate.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "desk/preview_ticket.hpp"
#include "desk/publish_bundle.hpp"

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
  std::optional<desk::BundleFiles> files;
};
BOOST_DESCRIBE_STRUCT(PreviewInput, (),
                      (type, subject, body, channel, priority, customer_level, region, product_line, fields, tags, at,
                       files))
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
                    Rule{.field = "at", .description = "When it would come in; now unless told."},
                    Rule{.field = "files",
                         .description = "All YAML files by relative path, to try definitions that are not published; "
                                        "those in force unless told.",
                         .items = {1, 1000}}};
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
  std::vector<desk::DispatchRuleTried> dispatch_rules;
  std::vector<desk::RuleTried> sla_policies;
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
void name_person(const desk::Reading& reading, const domain::Principal& principal, std::vector<PersonRef>& people,
                 UserId user) {
  if (!user || !principal.may(Right::user_read) || std::ranges::any_of(people, [&](const PersonRef& one) { return one.id == user.value; })) return;
  if (const auto found = reading.directory.find_user(user)) people.push_back({user.value, found->name});
}

Result<PreviewOutput> decided(const PreviewInput& wish, const desk::Reading& reading, const domain::Principal& principal,
                              const std::shared_ptr<const domain::Definitions>& definitions) {
  domain::CreateTicket command;
  command.type = wish.type;
  command.subject = wish.subject;
  command.body = wish.body;
  command.channel = wish.channel;
  command.priority = wish.priority;
  command.customer.level = wish.customer_level;
  command.region = wish.region;
  command.product_line = wish.product_line;
  command.fields = wish.fields;
  command.tags = wish.tags;
  PreviewOutput out;
  out.at = wish.at.value_or(reading.now);
  if (out.at < reading.now - furthest || out.at > reading.now + furthest)
    return fail_field("/at", {"must be within 400 days of now", "须在前后 400 天以内"});
  auto previewed = desk::preview_ticket(reading, definitions, std::move(command), out.at);
  if (!previewed) return std::unexpected{std::move(previewed).error()};

  const auto& ticket = previewed->ticket;
  out.assumed = std::move(previewed->assumed);
  out.state = ticket.state;
  const auto workflow = definitions->workflows.find(ticket.workflow);
  if (workflow != definitions->workflows.end()) {
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
    name_person(reading, principal, out.people, assigned->assignee);
    if (assigned->choice) {
      for (const auto& passed : assigned->choice->passed_over) name_person(reading, principal, out.people, passed.user);
    }
    out.assignments.push_back({assigned->reason, std::move(assigned->team), assigned->assignee, assigned->waiting,
                               std::move(assigned->choice)});
  }
  return out;
}

/// Decides on a reader; a draft, whose rules nobody has weighed yet, where no list waits for it.
void preview(const Call<None, None, PreviewInput>& call, StagedContext context, Reply<PreviewOutput> reply) {
  auto shared = std::make_shared<Reply<PreviewOutput>>(std::move(reply));
  auto wish = std::make_shared<const PreviewInput>(call.body);
  auto& services = context.services;
  const auto decide = [&services, authorise = context.authorise, shared, wish](
                          const std::shared_ptr<const desk::CheckedBundle>& draft) {
    if (draft && !draft->definitions)
      return (*shared)(desk::has_faults(*draft, {"The draft has faults; nothing was tried.", "草稿有错误，没有试派。"}));
    auto out = std::make_shared<PreviewOutput>();
    auto work = [authorise, wish, draft, out](const desk::Reading& reading) -> Result<void> {
      const auto caller = authorise(reading);
      if (!caller) return std::unexpected{caller.error()};
      auto previewed = decided(*wish, reading, caller->principal, draft ? draft->definitions : reading.active);
      if (!previewed) return std::unexpected{std::move(previewed).error()};
      *out = std::move(*previewed);
      return {};
    };
    auto done = [shared, out](Result<void> read) {
      if (!read) return (*shared)(std::unexpected{std::move(read).error()});
      (*shared)(std::move(*out));
    };
    if (draft)
      services.database.read_long(std::move(work), std::move(done));
    else
      services.database.read(std::move(work), std::move(done));
  };
  if (!wish->files) return decide(nullptr);
  compile_first(context, std::shared_ptr<const desk::BundleFiles>(wish, &*wish->files), shared, decide);
}

}  // namespace

void add_preview_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "preview_dispatch",
                               .verb = http::Method::post,
                               .path = "/api/v1/dispatch/preview",
                               .access = Right::definition_read,
                               .rate = RateClass::search,
                               .summary = "Who would get a ticket and why, by when, and which rules would act.",
                               .description = "The ordinary decision on the desk as it is now; nothing is kept. With "
                                              "`files` it is made by these definitions: people, teams and shifts stay the desk's.",
                               .max_body = largest_draft,
                               .errors = {ErrorCode::invalid_definition}},
                              preview));
}

}  // namespace docket::api
