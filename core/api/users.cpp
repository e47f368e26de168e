// SPDX-License-Identifier: Apache-2.0
// Users: the people who work here, their grants and memberships, their passwords.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "desk/manage_people.hpp"
#include "desk/password_rules.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct UserPath {
  UserId user_id{};
};
BOOST_DESCRIBE_STRUCT(UserPath, (), (user_id))

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
  if (!found) return fail(ErrorCode::not_found, "There is no such user.");
  const auto version = found->version;
  return Answer<desk::User>{std::move(*found)}.with_version(version);
}

Result<Answer<Page<desk::User>>> list(const Call<None, UsersQuery, None>& call, const QueryContext& context) {
  const auto after = page_start(context.cursors, "users", call.query);
  if (!after) return std::unexpected{after.error()};
  auto rows = context.reading.directory.users(UserId{*after}, page_size(call.query) + 1, call.query.team.value_or(""));
  return page_of(context.cursors, "users", call.query, std::move(rows), [](const auto& row) { return row.id.value; });
}

struct PasswordInput {
  std::string password;
  std::optional<std::string> current;
};
BOOST_DESCRIBE_STRUCT(PasswordInput, (), (password, current))
constexpr auto field_rules(const PasswordInput*) {
  return std::array{Rule{.field = "password",
                         .description = "The new one: 12 characters or more.",
                         .length = {12, 256},
                         .secret = true},
                    Rule{.field = "current",
                         .description = "The present one; needed for one's own.",
                         .length = {0, 256},
                         .secret = true}};
}

/// Read (who asks, what the hash is), compare, hash, write.
void set_password(const Call<UserPath, None, PasswordInput>& call, StagedContext context, Reply<None> reply) {
  struct Known {
    bool own = false;
    std::optional<std::string> hash;
  };
  const auto authorise = context.authorise;
  const auto id = call.path.user_id;
  auto& services = context.services;
  auto shared = std::make_shared<Reply<None>>(std::move(reply));
  const auto write = [&services, authorise, id, shared](Result<std::string> hash) {
    if (!hash) return (*shared)(std::unexpected{std::move(hash).error()});
    desk::write(
        services.database,
        [authorise, id, hash = std::move(*hash)](desk::Unit& unit) -> Result<Answer<None>> {
          const auto caller = authorise(unit);
          if (!caller) return std::unexpected{caller.error()};
          auto done = desk::set_password(unit, caller->principal, id, hash);
          if (!done) return std::unexpected{std::move(done).error()};
          return None{};
        },
        [shared](Result<Answer<None>> answer) { (*shared)(std::move(answer)); });
  };
  desk::read(
      services.database,
      [authorise, id, password = call.body.password](const desk::Reading& reading) -> Result<Known> {
        const auto caller = authorise(reading);
        if (!caller) return std::unexpected{caller.error()};
        const auto user = reading.directory.find_user(id);
        if (!user) return fail(ErrorCode::not_found, "There is no such user.");
        auto allowed = desk::may_set_password(caller->principal, *user, *reading.active);
        if (!allowed) return std::unexpected{std::move(allowed).error()};
        auto good = desk::check_new_password(password, user->login);
        if (!good) return std::unexpected{std::move(good).error()};
        const bool own = caller->principal.user == id;
        return Known{own, own ? reading.access.password_hash(id) : std::nullopt};
      },
      [&services, write, shared, body = call.body](Result<Known> known) {
        if (!known) return (*shared)(std::unexpected{std::move(known).error()});
        if (!known->own) return services.passwords.hash(body.password, write);
        services.passwords.verify(body.current.value_or(""), known->hash,
                                  [&services, write, shared, body](Result<bool> right) {
                                    if (!right) return (*shared)(std::unexpected{std::move(right).error()});
                                    if (!*right)
                                      return (*shared)(fail_field("/current", "is not your present password"));
                                    services.passwords.hash(body.password, write);
                                  });
      });
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
  routes.push_back(make_route({.name = "set_password",
                               .verb = put,
                               .path = "/api/v1/users/{user_id}/password",
                               .access = Access::signed_in(),
                               .rate = RateClass::sign_in,
                               .summary = "Set a password; ends that person's sessions."},
                              set_password));
}

}  // namespace docket::api
