// SPDX-License-Identifier: Apache-2.0
// What the desk's definitions say to those who work under them: ticket types, teams, roles, views, workflows.
#include "api/desk_output.hpp"
#include "api/filters.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/session_output.hpp"
#include "api/workflow_output.hpp"
#include "desk/spoken_names.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct ChoiceOutput {
  std::string name;
  domain::Title title{};
};
BOOST_DESCRIBE_STRUCT(ChoiceOutput, (), (name, title))

struct DeskOutput {
  domain::Title name{};
  std::string ticket_prefix, zone, language, bundle;
  std::vector<std::string> regions, product_lines, hold_reasons;
  std::vector<ChoiceOutput> channels;
};
BOOST_DESCRIBE_STRUCT(DeskOutput, (),
                      (name, ticket_prefix, zone, language, bundle, regions, product_lines, hold_reasons, channels))
constexpr auto field_rules(const DeskOutput*) {
  return std::array{Rule{.field = "bundle", .description = "Digest of the definitions that are active."},
                    Rule{.field = "channels", .description = "By which tickets may come: plugins bring theirs under their own name."}};
}

Result<Answer<DeskOutput>> desk(const Call<None, None, None>&, const QueryContext& context) {
  const auto& active = *context.reading.active;
  DeskOutput out{active.desk.name,    active.desk.ticket_prefix, active.desk.zone,         active.desk.language, active.digest,
                 active.desk.regions, active.desk.product_lines, active.desk.hold_reasons, {}};
  for (auto& name : desk::channel_names(active)) {
    domain::Title title{desk::spoken_channel(active, name, false), desk::spoken_channel(active, name, true)};
    out.channels.push_back({std::move(name), std::move(title)});
  }
  return out;
}

struct FieldOutput {
  std::string name;
  domain::Title title{};
  domain::FieldKind kind{};
  bool required = false, indexed = false, customer_visible = false;
  domain::FieldAccess access{};
  std::vector<ChoiceOutput> choices;
  std::optional<double> minimum, maximum;
  std::int64_t max_length = 0;
  std::string pattern, help;
  domain::Value initial{};
};
BOOST_DESCRIBE_STRUCT(FieldOutput, (),
                      (name, title, kind, required, indexed, customer_visible, access, choices, minimum, maximum,
                       max_length, pattern, help, initial))
constexpr auto field_rules(const FieldOutput*) {
  return std::array{Rule{.field = "access", .description = "What you may do with it."},
                    Rule{.field = "pattern", .description = "Regular expression (RE2) that the whole value matches."}};
}

struct TypeOutput {
  std::string name;
  domain::Title title{};
  std::string workflow;
  domain::Priority priority{};
  bool customer_may_create = true;
  std::vector<FieldOutput> fields;
};
BOOST_DESCRIBE_STRUCT(TypeOutput, (), (name, title, workflow, priority, customer_may_create, fields))

TypeOutput type_output(const domain::Form& form, const domain::Principal& principal) {
  TypeOutput out{form.name, form.title, form.workflow, form.priority, form.customer_may_create, {}};
  for (const auto& field : form.fields) {
    const auto access = principal.access(field.group);
    if (access == domain::FieldAccess::hidden) continue;
    FieldOutput shown;
    shown.name = field.name;
    shown.title = field.title;
    shown.kind = field.kind;
    shown.required = field.required;
    shown.indexed = field.indexed;
    shown.customer_visible = field.customer_visible;
    shown.access = access;
    for (const auto& choice : field.choices) shown.choices.push_back({choice.name, choice.title});
    shown.minimum = field.minimum;
    shown.maximum = field.maximum;
    shown.max_length = static_cast<std::int64_t>(field.max_length);
    shown.pattern = field.pattern;
    shown.help = field.help;
    shown.initial = field.initial;
    out.fields.push_back(std::move(shown));
  }
  return out;
}

Result<Answer<Page<TypeOutput>>> types(const Call<None, None, None>&, const QueryContext& context) {
  Page<TypeOutput> out;
  for (const auto* form : context.reading.active->forms_in_order()) out.items.push_back(type_output(*form, context.principal));
  return out;
}

struct TeamOutput {
  std::string name;
  domain::Title title{};
  domain::DispatchBy by{};
  int capacity = 0;
  std::string calendar;
  bool respect_presence = true;
};
BOOST_DESCRIBE_STRUCT(TeamOutput, (), (name, title, by, capacity, calendar, respect_presence))

Result<Answer<Page<TeamOutput>>> teams(const Call<None, None, None>&, const QueryContext& context) {
  Page<TeamOutput> out;
  for (const auto& [name, team] : context.reading.active->teams) {
    out.items.push_back({team.name, team.title, team.by, team.capacity, team.calendar, team.respect_presence});
  }
  return out;
}

struct RoleOutput {
  std::string name;
  domain::Title title{};
  std::vector<Right> rights;
  domain::TicketScope tickets{};
  std::map<std::string, domain::FieldAccess> field_groups;
};
BOOST_DESCRIBE_STRUCT(RoleOutput, (), (name, title, rights, tickets, field_groups))

Result<Answer<Page<RoleOutput>>> roles(const Call<None, None, None>&, const QueryContext& context) {
  Page<RoleOutput> out;
  for (const auto& [name, role] : context.reading.active->roles) {
    out.items.push_back({role.name, role.title, role.rights, role.tickets, role.field_groups});
  }
  return out;
}

Result<Answer<Page<ViewOutput>>> views(const Call<None, None, None>&, const QueryContext& context) {
  Page<ViewOutput> out;
  for (const auto& [name, view] : context.reading.active->views) {
    if (may_use_view(view, context.principal)) out.items.push_back(view_output(view));
  }
  for (const auto& view : context.reading.workspace.views(context.principal.user, most_own_views))
    out.items.push_back(view_output(view));
  return out;
}

Result<Answer<Page<WorkflowOutput>>> workflows(const Call<None, None, None>&, const QueryContext& context) {
  return Page<WorkflowOutput>{workflow_outputs(*context.reading.active), {}};
}

struct StartOutput {
  MeOutput me{};
  DeskOutput desk{};
  std::vector<TypeOutput> types;
  std::vector<WorkflowOutput> workflows;
  std::vector<TeamOutput> teams;
  std::vector<ViewOutput> views;
};
BOOST_DESCRIBE_STRUCT(StartOutput, (), (me, desk, types, workflows, teams, views))
constexpr auto field_rules(const StartOutput*) {
  return std::array{Rule{.field = "views", .description = "Saved lists that you may use."}};
}

Result<Answer<StartOutput>> start(const Call<None, None, None>& call, const QueryContext& context) {
  auto me = own_account(context);
  if (!me) return std::unexpected{std::move(me).error()};
  auto lists = views(call, context);
  if (!lists) return std::unexpected{std::move(lists).error()};
  StartOutput out;
  out.me = std::move(*me);
  out.desk = desk(call, context)->body;
  out.types = types(call, context)->body.items;
  out.workflows = workflows(call, context)->body.items;
  out.teams = teams(call, context)->body.items;
  out.views = std::move(lists->body.items);
  return out;
}

}  // namespace

void add_desk_routes(std::vector<Route>& routes) {
  const auto everybody = Access::signed_in();
  auto first = reads("read_start", "/api/v1/start", everybody, "All that a console asks first, in one answer.");
  first.description = "What /me, /desk, /ticket-types, /workflows, /teams and /views say, of one and the same moment.";
  routes.push_back(make_route(std::move(first), start));
  routes.push_back(make_route(reads("read_desk", "/api/v1/desk", everybody, "Name and words of the desk."), desk));
  routes.push_back(make_route(
      reads("list_ticket_types", "/api/v1/ticket-types", everybody, "Ticket types with the fields of their forms."),
      types));
  routes.push_back(make_route(
      reads("list_workflows", "/api/v1/workflows", everybody, "Workflows with states and transitions."), workflows));
  routes.push_back(make_route(reads("list_teams", "/api/v1/teams", everybody, "Teams."), teams));
  routes.push_back(
      make_route(reads("list_roles", "/api/v1/roles", Right::user_read, "Roles with their rights."), roles));
  routes.push_back(make_route(reads("list_views", "/api/v1/views", everybody, "Saved lists that you may use."), views));
}

}  // namespace docket::api
