// SPDX-License-Identifier: Apache-2.0
// Organizations: the companies of customers.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "desk/manage_people.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct OrganizationPath {
  OrganizationId organization_id{};
};
BOOST_DESCRIBE_STRUCT(OrganizationPath, (), (organization_id))

struct OrganizationInput {
  std::optional<std::string> name, level, region, notes;
};
BOOST_DESCRIBE_STRUCT(OrganizationInput, (), (name, level, region, notes))
constexpr auto field_rules(const OrganizationInput*) {
  return std::array{
      Rule{.field = "name", .length = {1, 200}},
      Rule{.field = "level", .description = "For SLA and dispatch, where the customer has none.", .length = {0, 64}},
      Rule{.field = "region", .length = {0, 64}}, Rule{.field = "notes", .length = {0, 10'000}}};
}

struct OrganizationsQuery : PageQuery {
  std::optional<std::string> text;
};
BOOST_DESCRIBE_STRUCT(OrganizationsQuery, (PageQuery), (text))
constexpr auto field_rules(const OrganizationsQuery*) {
  return std::array{limit_rule, cursor_rule,
                    Rule{.field = "text", .description = "Beginning of a word of the name.", .length = {1, 100}}};
}

desk::OrganizationChange wish_of(const OrganizationInput& input) {
  return {input.name, input.level, input.region, input.notes};
}

Result<Answer<desk::Organization>> create(const Call<None, None, OrganizationInput>& call,
                                          const CommandContext& context) {
  auto made = desk::create_organization(context.unit, context.principal, wish_of(call.body));
  if (!made) return std::unexpected{std::move(made).error()};
  const auto id = made->id;
  return Answer<desk::Organization>{std::move(*made)}.with_version(1).at("/api/v1/organizations/" +
                                                                         std::to_string(id.value));
}

Result<Answer<desk::Organization>> change(const Call<OrganizationPath, None, OrganizationInput>& call,
                                          const CommandContext& context) {
  auto changed = desk::change_organization(context.unit, context.principal, call.path.organization_id, call.if_match,
                                           wish_of(call.body));
  if (!changed) return std::unexpected{std::move(changed).error()};
  const auto version = changed->version;
  return Answer<desk::Organization>{std::move(*changed)}.with_version(version);
}

Result<Answer<desk::Organization>> read(const Call<OrganizationPath, None, None>& call, const QueryContext& context) {
  auto found = context.reading.directory.find_organization(call.path.organization_id);
  if (!found) return fail(ErrorCode::not_found, {"There is no such organization.", "没有这个企业客户。"});
  const auto version = found->version;
  return Answer<desk::Organization>{std::move(*found)}.with_version(version);
}

Result<Answer<Page<desk::Organization>>> list(const Call<None, OrganizationsQuery, None>& call,
                                              const QueryContext& context) {
  const auto before = page_start(context.cursors, "organizations", call.query);
  if (!before) return std::unexpected{before.error()};
  auto rows = context.reading.directory.organizations(call.query.text.value_or(""), OrganizationId{*before},
                                                      page_size(call.query) + 1);
  return page_of(context.cursors, "organizations", call.query, std::move(rows),
                 [](const auto& row) { return row.id.value; });
}

}  // namespace

void add_organization_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "create_organization",
                               .verb = post,
                               .path = "/api/v1/organizations",
                               .access = Right::customer_edit,
                               .rate = RateClass::write,
                               .summary = "Add an organization.",
                               .success = 201},
                              create));
  routes.push_back(make_route({.name = "list_organizations",
                               .verb = get,
                               .path = "/api/v1/organizations",
                               .access = Right::customer_read,
                               .rate = RateClass::read,
                               .summary = "Find organizations, newest first."},
                              list));
  routes.push_back(make_route({.name = "read_organization",
                               .verb = get,
                               .path = "/api/v1/organizations/{organization_id}",
                               .access = Right::customer_read,
                               .rate = RateClass::read,
                               .summary = "Read an organization."},
                              read));
  routes.push_back(make_route({.name = "change_organization",
                               .verb = patch,
                               .path = "/api/v1/organizations/{organization_id}",
                               .access = Right::customer_edit,
                               .rate = RateClass::write,
                               .summary = "Change an organization.",
                               .if_match = Match::required},
                              change));
}

}  // namespace docket::api
