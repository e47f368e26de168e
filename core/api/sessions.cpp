// SPDX-License-Identifier: Apache-2.0
// Signing in and out, one's own sessions, and who one is.
#include <algorithm>

#include "api/credentials.hpp"
#include "api/resources.hpp"
#include "api/session_output.hpp"
#include "api/sign_in_limit.hpp"
#include "base/text.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;

struct SignInInput {
  std::string login;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(SignInInput, (), (login, password))
constexpr auto field_rules(const SignInInput*) {
  return std::array{Rule{.field = "login", .length = {1, 200}},
                    Rule{.field = "password", .length = {1, 256}, .secret = true}};
}

/// Read, compare, write. Every failure takes the same way, so that neither answer nor time tells which it was.
class SignIn : public std::enable_shared_from_this<SignIn> {
 public:
  SignIn(SignInInput input, std::string address, StagedContext context, Reply<MeOutput> reply)
      : input_(std::move(input)),
        login_(fold(input_.login)),
        address_(std::move(address)),
        context_(std::move(context)),
        limit_(context_.limiter, login_, address_),
        reply_(std::move(reply)) {}

  void start() {
    if (auto may_try = limit_.take(); !may_try) return reply_(std::unexpected(std::move(may_try.error())));
    auto find = [self = shared_from_this()](const desk::Reading& reading) -> Result<desk::SignInCandidate> {
      return desk::find_sign_in(reading, self->login_);
    };
    desk::read(context_.services.database, std::move(find),
               [self = shared_from_this()](Result<desk::SignInCandidate> candidate) {
                 if (!candidate) return self->reply_(std::unexpected(std::move(candidate.error())));
                 self->compare(std::move(*candidate));
               });
  }

 private:
  void compare(desk::SignInCandidate candidate) {
    const bool usable = candidate.user && candidate.active;
    auto hash = candidate.password_hash;
    context_.services.passwords.verify(
        std::move(input_.password), std::move(hash),
        [self = shared_from_this(), usable, candidate = std::move(candidate)](Result<bool> equal) mutable {
          if (!equal) return self->reply_(std::unexpected(std::move(equal.error())));
          if (*equal && usable) return self->open(std::move(candidate));
          self->refuse();
        });
  }

  void open(desk::SignInCandidate compared) {
    auto work = [self = shared_from_this(), compared = std::move(compared)](desk::Unit& unit) -> Result<Answer<MeOutput>> {
      // Whoever signs in again from the same browser leaves no session behind.
      if (const auto earlier = self->context_.authorise(unit); earlier && earlier->session)
        desk::close_session(unit, earlier->principal, earlier->session->id);
      const auto opened = desk::open_session(unit, compared, self->address_, self->context_.sessions);
      if (!opened) return std::unexpected(opened.error());
      return opened_session_answer(*opened, *unit.active);
    };
    desk::write(context_.services.database, std::move(work),
                [self = shared_from_this()](Result<Answer<MeOutput>> answer) {
                  if (answer) self->limit_.succeeded();
                  self->reply_(std::move(answer));
                });
  }

  void refuse() {
    auto work = [self = shared_from_this()](desk::Unit& unit) -> Result<void> {
      desk::record_failed_sign_in(unit, self->login_, self->address_);
      return {};
    };
    context_.services.database.write(std::move(work), [self = shared_from_this()](Result<void> recorded) {
      if (!recorded) return self->reply_(std::unexpected(std::move(recorded.error())));
      self->reply_(fail(ErrorCode::unauthenticated,
                        {"Login or password is wrong, or the account is switched off. Check both, or ask an admin.",
                         "登录名或密码不对，或账号已停用。请核对，或联系管理员。"}));
    });
  }

  SignInInput input_;
  const std::string login_;
  const std::string address_;
  const StagedContext context_;
  SignInLimit limit_;
  Reply<MeOutput> reply_;
};

void sign_in(const Call<None, None, SignInInput>& call, StagedContext context, Reply<MeOutput> reply) {
  std::make_shared<SignIn>(call.body, call.remote_address, std::move(context), std::move(reply))->start();
}

Result<Answer<MeOutput>> read_me(const Call<None, None, None>&, const QueryContext& context) {
  auto me = own_account(context);
  if (!me) return std::unexpected{std::move(me).error()};
  return std::move(*me);
}

std::unexpected<Error> only_in_person() {
  return fail(ErrorCode::forbidden, {"Sessions belong to signed-in people; a token can neither see nor end them.", "会话属于登录的人，令牌不能查看或结束会话。"});
}

Result<Answer<Page<SessionOutput>>> list_sessions(const Call<None, None, None>&, const QueryContext& context) {
  if (!context.session) return only_in_person();
  auto sessions = context.reading.access.sessions(context.principal.user);
  std::ranges::sort(sessions, std::greater{}, &desk::Session::last_used_at);
  Page<SessionOutput> page;
  for (const auto& session : sessions) {
    if (context.reading.now < session.expires_at) page.items.push_back(session_output(session, context.session));
  }
  return page;
}

/// The cookie goes with the session; so does what the browser kept of the desk. Not "cookies": that would sign people
/// out of everything else under the company's domain.
Answer<None> signed_out() {
  return Answer<None>{}
      .with_header("Set-Cookie", ended_session_cookie())
      .with_header("Clear-Site-Data", "\"cache\", \"storage\"");
}

Result<Answer<None>> sign_out(const Call<None, None, None>&, const CommandContext& context) {
  if (!context.session) return only_in_person();
  desk::close_session(context.unit, context.principal, *context.session);
  return signed_out();
}

struct SessionPath {
  SessionId session_id{};
};
BOOST_DESCRIBE_STRUCT(SessionPath, (), (session_id))

Result<Answer<None>> end_session(const Call<SessionPath, None, None>& call, const CommandContext& context) {
  if (!context.session) return only_in_person();
  const auto sessions = context.unit.access.sessions(context.principal.user);
  if (std::ranges::find(sessions, call.path.session_id, &desk::Session::id) == sessions.end())
    return fail(ErrorCode::not_found, {"You have no such session; it may have ended already.", "没有这个会话，可能已经结束。"});
  desk::close_session(context.unit, context.principal, call.path.session_id);
  if (call.path.session_id == context.session) return signed_out();
  return None{};
}

}  // namespace

void add_session_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "sign_in",
                               .verb = post,
                               .path = "/api/v1/sessions",
                               .access = Access::anyone(),
                               .rate = RateClass::sign_in,
                               .summary = "Signs in: opens a session, whose secret is in the cookie of the answer.",
                               .description = "Browsers keep the cookie; programs should use a token instead.",
                               .success = 201,
                               .errors = {ErrorCode::unauthenticated}},
                              sign_in));
  routes.push_back(make_route({.name = "read_me",
                               .verb = get,
                               .path = "/api/v1/me",
                               .access = Access::signed_in(),
                               .rate = RateClass::read,
                               .summary = "Who one is, with rights, roles and teams."},
                              read_me));
  routes.push_back(make_route({.name = "list_sessions",
                               .verb = get,
                               .path = "/api/v1/sessions",
                               .access = Access::signed_in(),
                               .rate = RateClass::read,
                               .summary = "One's own open sessions, last used first.",
                               .errors = {ErrorCode::forbidden}},
                              list_sessions));
  routes.push_back(make_route({.name = "sign_out",
                               .verb = del,
                               .path = "/api/v1/sessions/current",
                               .access = Access::signed_in(),
                               .rate = RateClass::write,
                               .summary = "Signs out: ends the session that the request came with.",
                               .errors = {ErrorCode::forbidden}},
                              sign_out));
  routes.push_back(make_route({.name = "end_session",
                               .verb = del,
                               .path = "/api/v1/sessions/{session_id}",
                               .access = Access::signed_in(),
                               .rate = RateClass::write,
                               .summary = "Ends one of one's own sessions.",
                               .errors = {ErrorCode::forbidden}},
                              end_session));
}

}  // namespace docket::api
