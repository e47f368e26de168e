// SPDX-License-Identifier: Apache-2.0
// Users: the people who work here, their grants and memberships.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/user_output.hpp"
#include "desk/manage_people.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct UserInput {
  std::optional<std::string> name, email, phone, language;
  std::optional<bool> active;
  std::optional<int> capacity;
  std::optional<std::vector<std::string>> skills, regions, product_lines;
  std::optional<std::vector<desk::RoleGrant>> grants;
  std::optional<std::vector<desk::Membership>> memberships;
};
BOOST_DESCRIBE_STRUCT(UserInput, (),
                      (name, email, phone, language, active, capacity, skills, regions, product_lines, grants,
                       memberships))
constexpr std::array user_rules{
    Rule{.field = "name", .length = {1, 200}},
    Rule{.field = "email", .length = {0, 254}, .format = "email"},
    Rule{.field = "phone", .length = {0, 40}},
    Rule{.field = "language", .description = "zh or en.", .length = {2, 2}},
    Rule{.field = "capacity", .description = "Open tickets at once; 0 is the team's.", .range = {0, 10'000}},
    Rule{.field = "skills", .length = {1, 64}, .items = {0, 100}},
    Rule{.field = "regions", .length = {1, 64}, .items = {0, 100}},
    Rule{.field = "product_lines", .length = {1, 64}, .items = {0, 100}},
    Rule{.field = "grants", .description = "Replaces all grants.", .items = {0, 100}},
    Rule{.field = "memberships", .description = "Replaces all memberships.", .items = {0, 100}}};
constexpr auto field_rules(const UserInput*) {
  return user_rules;
}

struct NewUserInput : UserInput {
  std::string login;
};
BOOST_DESCRIBE_STRUCT(NewUserInput, (UserInput), (login))
constexpr auto field_rules(const NewUserInput*) {
  std::array<Rule, user_rules.size() + 1> rules{};
  std::copy(user_rules.begin(), user_rules.end(), rules.begin());
  rules.back() =
      Rule{.field = "login", .description = "For sign-in; never changes.", .length = {2, 64}, .example = "\"lin\""};
  return rules;
}

desk::UserChange wish_of(const UserInput& input) {
  desk::UserChange wish;
  wish.name = input.name;
  wish.email = input.email;
  wish.phone = input.phone;
  wish.language = input.language;
  wish.active = input.active;
  wish.capacity = input.capacity;
  wish.skills = input.skills;
  wish.regions = input.regions;
  wish.product_lines = input.product_lines;
  wish.grants = input.grants;
  wish.memberships = input.memberships;
  return wish;
}

struct UsersQuery : PageQuery {
  std::optional<std::string> team;
};
BOOST_DESCRIBE_STRUCT(UsersQuery, (PageQuery), (team))
constexpr auto field_rules(const UsersQuery*) {
  return std::array{limit_rule, cursor_rule,
                    Rule{.field = "team", .description = "Members of this team only.", .length = {1, 64}}};
}

Result<Answer<desk::User>> create(const Call<None, None, NewUserInput>& call, const CommandContext& context) {
  auto wish = wish_of(call.body);
  wish.login = call.body.login;
  auto made = desk::create_user(context.unit, context.principal, wish, {});
  if (!made) return std::unexpected{std::move(made).error()};
  const auto id = made->id;
  return Answer<desk::User>{std::move(*made)}.with_version(1).at("/api/v1/users/" + std::to_string(id.value));
}

Result<Answer<desk::User>> change(const Call<UserPath, None, UserInput>& call, const CommandContext& context) {
  auto changed =
      desk::change_user(context.unit, context.principal, call.path.user_id, call.if_match, wish_of(call.body));
  if (!changed) return std::unexpected{std::move(changed).error()};
  const auto version = changed->version;
  return Answer<desk::User>{std::move(*changed)}.with_version(version);
}

Result<Answer<desk::User>> read(const Call<UserPath, None, None>& call, const QueryContext& context) {
  auto found = context.reading.directory.find_user(call.path.user_id);
  if (!found) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
  const auto version = found->version;
  return Answer<desk::User>{std::move(*found)}.with_version(version);
}

Result<Answer<Page<desk::User>>> list(const Call<None, UsersQuery, None>& call, const QueryContext& context) {
  const auto after = page_start(context.cursors, "users", call.query);
  if (!after) return std::unexpected{after.error()};
  auto rows = context.reading.directory.users(UserId{*after}, page_size(call.query) + 1, call.query.team.value_or(""));
  return page_of(context.cursors, "users", call.query, std::move(rows), [](const auto& row) { return row.id.value; });
}

}  // namespace

void add_user_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "create_user",
                               .verb = post,
                               .path = "/api/v1/users",
                               .access = Right::user_manage,
                               .rate = RateClass::write,
                               .summary = "Add a person who works here; a password is set apart.",
                               .success = 201},
                              create));
  routes.push_back(make_route({.name = "list_users",
                               .verb = get,
                               .path = "/api/v1/users",
                               .access = Right::user_read,
                               .rate = RateClass::read,
                               .summary = "List people."},
                              list));
  routes.push_back(make_route({.name = "read_user",
                               .verb = get,
                               .path = "/api/v1/users/{user_id}",
                               .access = Right::user_read,
                               .rate = RateClass::read,
                               .summary = "Read a person."},
                              read));
  routes.push_back(make_route({.name = "change_user",
                               .verb = patch,
                               .path = "/api/v1/users/{user_id}",
                               .access = Right::user_manage,
                               .rate = RateClass::write,
                               .summary = "Change a person.",
                               .if_match = Match::required},
                              change));
}

}  // namespace docket::api
