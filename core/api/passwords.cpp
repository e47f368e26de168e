// SPDX-License-Identifier: Apache-2.0
// Setting passwords: one's own with the present one, others' with the right to.
#include "api/resources.hpp"
#include "api/session_output.hpp"
#include "api/sign_in_limit.hpp"
#include "api/user_output.hpp"
#include "desk/manage_people.hpp"
#include "desk/password_rules.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;

struct PasswordInput {
  std::string password;
  std::optional<std::string> current_password;
};
BOOST_DESCRIBE_STRUCT(PasswordInput, (), (password, current_password))
constexpr auto field_rules(const PasswordInput*) {
  return std::array{
      Rule{.field = "password",
           .description = "At least 12 characters, and none that is tried first.",
           .length = {1, 256},
           .secret = true},
      Rule{.field = "current_password", .description = "For one's own.", .length = {1, 256}, .secret = true}};
}

/// Read, compare (one's own), hash, write.
class SetPassword : public std::enable_shared_from_this<SetPassword> {
 public:
  SetPassword(UserId user, PasswordInput input, std::string address, StagedContext context, Reply<None> reply)
      : user_(user),
        input_(std::move(input)),
        address_(std::move(address)),
        context_(std::move(context)),
        reply_(std::move(reply)) {}

  void start() {
    auto check = [self = shared_from_this()](const desk::Reading& reading) { return self->check(reading); };
    desk::read(context_.services.database, std::move(check), [self = shared_from_this()](Result<Found> found) {
      if (!found) return self->reply_(std::unexpected(std::move(found.error())));
      if (found->own)
        self->compare(std::move(*found));
      else
        self->hash();
    });
  }

 private:
  struct Found {
    bool own = false;
    std::string login{};
    std::optional<std::string> password_hash{};
  };

  Result<Found> check(const desk::Reading& reading) const {
    const auto caller = context_.authorise(reading);
    if (!caller) return std::unexpected(caller.error());
    Found found;
    found.own = caller->principal.user == user_;
    if (found.own && !caller->session)
      return fail(ErrorCode::forbidden, {"A password is changed by its owner in person; a token can not do it.", "密码须由本人登录后修改，不能用令牌。"});
    // Before anything tells whether there is such a person.
    if (!found.own && !caller->principal.may(domain::Right::user_manage))
      return fail(ErrorCode::forbidden, {"Setting the passwords of others needs the right user_manage.", "设置他人的密码需要“管理用户”权限。"});
    const auto user = reading.directory.find_user(user_);
    if (!user) return fail(ErrorCode::not_found, {"There is no such user.", "没有这位用户。"});
    if (auto may = desk::may_set_password(caller->principal, *user, *reading.active); !may)
      return std::unexpected(std::move(may.error()));
    if (auto good = desk::check_new_password(input_.password, user->login); !good)
      return std::unexpected(std::move(good.error()));
    if (found.own && !input_.current_password)
      return fail_field("/current_password", {"Give your present password as well.", "请填写当前密码。"});
    found.login = user->login;
    if (found.own) found.password_hash = reading.access.password_hash(user_);
    return found;
  }

  void compare(Found found) {
    // Counts like a sign-in: a stolen session is no way to guess the password behind it.
    SignInLimit limit{context_.limiter, found.login, address_};
    if (auto may_try = limit.take(); !may_try) return reply_(std::unexpected(std::move(may_try.error())));
    context_.services.passwords.verify(
        std::move(*input_.current_password), std::move(found.password_hash),
        [self = shared_from_this()](Result<bool> equal) {
          if (!equal) return self->reply_(std::unexpected(std::move(equal.error())));
          if (!*equal) return self->reply_(fail_field("/current_password", {"This is not your present password.", "当前密码不对。"}));
          self->hash();
        });
  }

  void hash() {
    context_.services.passwords.hash(std::move(input_.password), [self = shared_from_this()](Result<std::string> hash) {
      if (!hash) return self->reply_(std::unexpected(std::move(hash.error())));
      self->write(std::move(*hash));
    });
  }

  void write(std::string hash) {
    auto work = [self = shared_from_this(), hash = std::move(hash)](desk::Unit& unit) -> Result<Answer<None>> {
      const auto caller = self->context_.authorise(unit);
      if (!caller) return std::unexpected(caller.error());
      if (auto set = desk::set_password(unit, caller->principal, self->user_, hash); !set)
        return std::unexpected(std::move(set.error()));
      if (caller->principal.user != self->user_) return Answer<None>{};
      const auto opened = desk::open_session(unit, self->user_, self->address_, self->context_.sessions);
      if (!opened) return std::unexpected(opened.error());
      return opened_session_cookie(*opened);
    };
    desk::write(context_.services.database, std::move(work),
                [self = shared_from_this()](Result<Answer<None>> answer) { self->reply_(std::move(answer)); });
  }

  const UserId user_;
  PasswordInput input_;
  const std::string address_;
  const StagedContext context_;
  Reply<None> reply_;
};

void set_password(const Call<UserPath, None, PasswordInput>& call, StagedContext context, Reply<None> reply) {
  std::make_shared<SetPassword>(call.path.user_id, call.body, call.remote_address, std::move(context), std::move(reply))
      ->start();
}

}  // namespace

void add_password_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "set_password",
                               .verb = http::Method::put,
                               .path = "/api/v1/users/{user_id}/password",
                               .access = Access::signed_in(),
                               .rate = RateClass::sign_in,
                               .summary = "Sets a password and ends all sessions of that person.",
                               .description = "One's own with the present one; a new session is opened for the browser "
                                              "that did it. Those of others with the right user_manage, and never of "
                                              "somebody who has rights that one lacks.",
                               .errors = {ErrorCode::forbidden}},
                              set_password));
}

}  // namespace docket::api
