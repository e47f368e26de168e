// SPDX-License-Identifier: Apache-2.0
// Signing in and out, who one is, and the first admin.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "desk/manage_people.hpp"
#include "desk/password_rules.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;
constexpr Rule password_rule{.field = "password", .length = {1, 256}, .secret = true};

struct SignInInput {
  std::string login, password;
};
BOOST_DESCRIBE_STRUCT(SignInInput, (), (login, password))
constexpr auto field_rules(const SignInInput*) {
  return std::array{Rule{.field = "login", .length = {1, 64}}, password_rule};
}

struct SignInOutput {
  desk::Session session;
  desk::User user;
};
BOOST_DESCRIBE_STRUCT(SignInOutput, (), (session, user))

Answer<SignInOutput> opened(desk::OpenedSession made) {
  auto cookie = session_cookie_value(made.secret);
  const auto id = made.session.id;
  return Answer<SignInOutput>{SignInOutput{std::move(made.session), std::move(made.user)}}
      .at("/api/v1/sessions/" + std::to_string(id.value))
      .with_header("Set-Cookie", std::move(cookie));
}

/// Read, compare, write. One answer and one duration for every way to fail.
void sign_in(const Call<None, None, SignInInput>& call, StagedContext context, Reply<SignInOutput> reply) {
  const auto key = context.limiter.secret_key("login " + call.body.login);
  if (const int wait = context.limiter.take(RateClass::sign_in, key, std::chrono::steady_clock::now()); wait > 0) {
    auto refused =
        fail(ErrorCode::too_many_requests, "Too many tries for this login. Wait " + std::to_string(wait) + " s.");
    refused.error().retry_after_seconds = wait;
    return reply(std::move(refused));
  }
  auto& services = context.services;
  auto shared = std::make_shared<Reply<SignInOutput>>(std::move(reply));
  const auto limits = context.sessions;
  const auto refuse = [&services, shared, login = call.body.login, address = call.remote_address] {
    desk::write(
        services.database,
        [login, address](desk::Unit& unit) -> Result<None> {
          desk::record_failed_sign_in(unit, login, address);
          return None{};
        },
        [shared](Result<None> recorded) {
          if (!recorded) return (*shared)(std::unexpected{std::move(recorded).error()});
          (*shared)(fail(ErrorCode::unauthenticated, "Login or password is wrong."));
        });
  };
  desk::read(
      services.database,
      [login = call.body.login](const desk::Reading& reading) -> Result<desk::SignInCandidate> {
        return desk::find_sign_in(reading, login);
      },
      [&services, shared, refuse, limits, password = call.body.password,
       address = call.remote_address](Result<desk::SignInCandidate> candidate) {
        if (!candidate) return (*shared)(std::unexpected{std::move(candidate).error()});
        const auto user = candidate->user;
        const bool active = candidate->active;
        services.passwords.verify(
            password, candidate->password_hash,
            [&services, shared, refuse, limits, address, user, active](Result<bool> right) {
              if (!right) return (*shared)(std::unexpected{std::move(right).error()});
              if (!*right || !user || !active) return refuse();
              desk::write(
                  services.database,
                  [user, address, limits](desk::Unit& unit) { return desk::open_session(unit, user, address, limits); },
                  [shared](Result<desk::OpenedSession> made) {
                    if (!made) return (*shared)(std::unexpected{std::move(made).error()});
                    (*shared)(opened(std::move(*made)));
                  });
            });
      });
}

struct MeOutput {
  desk::User user;
  std::vector<domain::Right> rights;
  std::map<std::string, std::vector<domain::Right>> team_rights;
  std::vector<std::string> roles;
  SessionId session{};
};
BOOST_DESCRIBE_STRUCT(MeOutput, (), (user, rights, team_rights, roles, session))
constexpr auto field_rules(const MeOutput*) {
  return std::array{Rule{.field = "rights", .description = "Held everywhere, as this session or token has them."},
                    Rule{.field = "team_rights", .description = "Held on tickets of these teams."},
                    Rule{.field = "session", .description = "Only for a session."}};
}

std::vector<domain::Right> list_of(const domain::Rights& rights) {
  std::vector<domain::Right> list;
  for (std::size_t i = 0; i < domain::right_count; ++i) {
    if (rights.test(i)) list.push_back(static_cast<domain::Right>(i));
  }
  return list;
}

Result<Answer<MeOutput>> me(const Call<None, None, None>&, const QueryContext& context) {
  const auto& principal = context.principal;
  auto user = context.reading.directory.find_user(principal.user);
  if (!user) return fail(ErrorCode::not_found, "This is nobody with an account.");
  MeOutput out;
  out.user = std::move(*user);
  out.rights = list_of(principal.rights);
  for (const auto& [team, rights] : principal.team_rights) out.team_rights[team] = list_of(rights);
  out.roles = principal.roles;
  out.session = context.session.value_or(SessionId{});
  return out;
}

Result<Answer<Page<desk::Session>>> list(const Call<None, None, None>&, const QueryContext& context) {
  return Page<desk::Session>{context.reading.access.sessions(context.principal.user), {}};
}

struct SessionPath {
  SessionId session_id{};
};
BOOST_DESCRIBE_STRUCT(SessionPath, (), (session_id))

Result<Answer<None>> end_one(const Call<SessionPath, None, None>& call, const CommandContext& context) {
  desk::close_session(context.unit, context.principal, call.path.session_id);
  return None{};
}

Result<Answer<None>> sign_out(const Call<None, None, None>&, const CommandContext& context) {
  if (context.session) desk::close_session(context.unit, context.principal, *context.session);
  return Answer<None>{}.with_header("Set-Cookie", ended_session_cookie());
}

struct SetUpInput {
  std::string secret, login, name, password;
};
BOOST_DESCRIBE_STRUCT(SetUpInput, (), (secret, login, name, password))
constexpr auto field_rules(const SetUpInput*) {
  return std::array{
      Rule{.field = "secret",
           .description = "Shown once when the desk was installed.",
           .length = {1, 128},
           .secret = true},
      Rule{.field = "login", .length = {2, 64}, .example = "\"admin\""}, Rule{.field = "name", .length = {1, 200}},
      Rule{.field = "password", .description = "12 characters or more.", .length = {12, 256}, .secret = true}};
}

/// Compare, hash, write.
void set_up(const Call<None, None, SetUpInput>& call, StagedContext context, Reply<SignInOutput> reply) {
  const auto& wanted = context.setup_digest;
  if (!wanted || !equal_secrets(bytes_of(sha256(call.body.secret)), bytes_of(*wanted))) {
    return reply(fail(ErrorCode::unauthenticated, "The set-up secret is wrong, or this desk has none."));
  }
  if (auto good = desk::check_new_password(call.body.password, call.body.login); !good) {
    return reply(std::unexpected{std::move(good).error()});
  }
  auto& services = context.services;
  auto shared = std::make_shared<Reply<SignInOutput>>(std::move(reply));
  services.passwords.hash(call.body.password, [&services, shared, limits = context.sessions, body = call.body,
                                               address = call.remote_address](Result<std::string> hash) {
    if (!hash) return (*shared)(std::unexpected{std::move(hash).error()});
    desk::write(
        services.database,
        [body, address, limits, hash = std::move(*hash)](desk::Unit& unit) -> Result<desk::OpenedSession> {
          desk::UserChange wish;
          wish.login = body.login;
          wish.name = body.name;
          const auto user = desk::set_up_desk(unit, wish, hash);
          if (!user) return std::unexpected{user.error()};
          return desk::open_session(unit, user->id, address, limits);
        },
        [shared](Result<desk::OpenedSession> made) {
          if (!made) return (*shared)(std::unexpected{std::move(made).error()});
          (*shared)(opened(std::move(*made)));
        });
  });
}

}  // namespace

void add_session_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "set_up",
                               .verb = post,
                               .path = "/api/v1/setup",
                               .access = Access::anyone(),
                               .rate = RateClass::sign_in,
                               .summary = "Make the first admin with the set-up secret, and sign in.",
                               .success = 201,
                               .errors = {ErrorCode::unauthenticated, ErrorCode::conflict}},
                              set_up));
  routes.push_back(make_route({.name = "sign_in",
                               .verb = post,
                               .path = "/api/v1/sessions",
                               .access = Access::anyone(),
                               .rate = RateClass::sign_in,
                               .summary = "Sign in with login and password; the answer sets the session cookie.",
                               .success = 201,
                               .errors = {ErrorCode::unauthenticated}},
                              sign_in));
  routes.push_back(make_route({.name = "list_sessions",
                               .verb = get,
                               .path = "/api/v1/sessions",
                               .access = Access::signed_in(),
                               .rate = RateClass::read,
                               .summary = "Your own sessions."},
                              list));
  routes.push_back(make_route({.name = "sign_out",
                               .verb = del,
                               .path = "/api/v1/sessions/current",
                               .access = Access::signed_in(),
                               .rate = RateClass::write,
                               .summary = "End this session."},
                              sign_out));
  routes.push_back(make_route({.name = "end_session",
                               .verb = del,
                               .path = "/api/v1/sessions/{session_id}",
                               .access = Access::signed_in(),
                               .rate = RateClass::write,
                               .summary = "End one of your sessions."},
                              end_one));
  routes.push_back(make_route({.name = "read_me",
                               .verb = get,
                               .path = "/api/v1/me",
                               .access = Access::signed_in(),
                               .rate = RateClass::read,
                               .summary = "Who you are and what you may do."},
                              me));
}

}  // namespace docket::api
