// SPDX-License-Identifier: Apache-2.0
// Customers: who asks.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "desk/manage_people.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct CustomerPath {
  CustomerId customer_id{};
};
BOOST_DESCRIBE_STRUCT(CustomerPath, (), (customer_id))

struct CustomerInput {
  std::optional<std::string> name, phone, email, level, region, notes;
  Patch<OrganizationId> organization;
};
BOOST_DESCRIBE_STRUCT(CustomerInput, (), (name, phone, email, level, region, notes, organization))
constexpr auto field_rules(const CustomerInput*) {
  return std::array{Rule{.field = "name", .length = {1, 200}},
                    Rule{.field = "phone", .length = {0, 40}},
                    Rule{.field = "email", .length = {0, 254}, .format = "email"},
                    Rule{.field = "level", .description = "For SLA and dispatch, e.g. \"vip\".", .length = {0, 64}},
                    Rule{.field = "region", .length = {0, 64}},
                    Rule{.field = "notes", .length = {0, 10'000}},
                    Rule{.field = "organization", .description = "null takes the customer out of it."}};
}

desk::CustomerChange wish_of(const CustomerInput& input) {
  desk::CustomerChange wish;
  wish.name = input.name;
  wish.phone = input.phone;
  wish.email = input.email;
  wish.level = input.level;
  wish.region = input.region;
  wish.notes = input.notes;
  if (!input.organization.absent())
    wish.organization = input.organization.has_value() ? input.organization.value() : OrganizationId{};
  return wish;
}

struct CustomersQuery : PageQuery {
  std::optional<std::string> text;
};
BOOST_DESCRIBE_STRUCT(CustomersQuery, (PageQuery), (text))
constexpr auto field_rules(const CustomersQuery*) {
  return std::array{
      limit_rule, cursor_rule,
      Rule{.field = "text", .description = "Beginning of a word of name, phone or email.", .length = {1, 100}}};
}

Result<Answer<desk::Customer>> answer(Result<desk::Customer> customer) {
  if (!customer) return std::unexpected{std::move(customer).error()};
  const auto version = customer->version;
  const auto id = customer->id;
  return Answer<desk::Customer>{std::move(*customer)}.with_version(version).at("/api/v1/customers/" +
                                                                               std::to_string(id.value));
}

Result<Answer<desk::Customer>> create(const Call<None, None, CustomerInput>& call, const CommandContext& context) {
  return answer(desk::create_customer(context.unit, context.principal, wish_of(call.body)));
}

Result<Answer<desk::Customer>> change(const Call<CustomerPath, None, CustomerInput>& call,
                                      const CommandContext& context) {
  auto changed = answer(
      desk::change_customer(context.unit, context.principal, call.path.customer_id, call.if_match, wish_of(call.body)));
  if (changed) changed->location.clear();
  return changed;
}

Result<Answer<desk::Customer>> read(const Call<CustomerPath, None, None>& call, const QueryContext& context) {
  auto found = context.reading.directory.find_customer(call.path.customer_id);
  if (!found) return fail(ErrorCode::not_found, {"There is no such customer.", "没有这位客户。"});
  const auto version = found->version;
  return Answer<desk::Customer>{std::move(*found)}.with_version(version);
}

Result<Answer<Page<desk::Customer>>> list(const Call<None, CustomersQuery, None>& call, const QueryContext& context) {
  const auto before = page_start(context.cursors, "customers", call.query);
  if (!before) return std::unexpected{before.error()};
  auto rows =
      context.reading.directory.customers(call.query.text.value_or(""), CustomerId{*before}, page_size(call.query) + 1);
  return page_of(context.cursors, "customers", call.query, std::move(rows),
                 [](const auto& row) { return row.id.value; });
}

}  // namespace

void add_customer_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "create_customer",
                               .verb = post,
                               .path = "/api/v1/customers",
                               .access = Right::customer_edit,
                               .rate = RateClass::write,
                               .summary = "Add a customer.",
                               .success = 201},
                              create));
  routes.push_back(make_route({.name = "list_customers",
                               .verb = get,
                               .path = "/api/v1/customers",
                               .access = Right::customer_read,
                               .rate = RateClass::read,
                               .summary = "Find customers, newest first."},
                              list));
  routes.push_back(make_route({.name = "read_customer",
                               .verb = get,
                               .path = "/api/v1/customers/{customer_id}",
                               .access = Right::customer_read,
                               .rate = RateClass::read,
                               .summary = "Read a customer."},
                              read));
  routes.push_back(make_route({.name = "change_customer",
                               .verb = patch,
                               .path = "/api/v1/customers/{customer_id}",
                               .access = Right::customer_edit,
                               .rate = RateClass::write,
                               .summary = "Change a customer.",
                               .if_match = Match::required},
                              change));
}

}  // namespace docket::api
