// SPDX-License-Identifier: Apache-2.0
// Making the first admin of a new desk with the secret that the installation printed.
#include "api/resources.hpp"
#include "api/session_output.hpp"
#include "base/hash.hpp"
#include "desk/manage_people.hpp"
#include "desk/password_rules.hpp"

namespace docket::api {
namespace {

using Rule = json::FieldRule;

struct SetUpInput {
  std::string secret;
  std::string login;
  std::string name;
  std::string password;
  std::optional<std::string> email, language;
};
BOOST_DESCRIBE_STRUCT(SetUpInput, (), (secret, login, name, password, email, language))
constexpr auto field_rules(const SetUpInput*) {
  return std::array{
      Rule{.field = "secret", .description = "As the installation printed it.", .length = {1, 128}, .secret = true},
      Rule{.field = "login", .length = {2, 64}},
      Rule{.field = "name", .length = {1, 100}},
      Rule{.field = "password",
           .description = "At least 12 characters, and none that is tried first.",
           .length = {1, 256},
           .secret = true},
      Rule{.field = "email", .length = {0, 254}},
      Rule{.field = "language", .description = "zh or en.", .length = {2, 2}}};
}

/// Read, hash, write.
class SetUp : public std::enable_shared_from_this<SetUp> {
 public:
  SetUp(SetUpInput input, std::string address, StagedContext context, Reply<MeOutput> reply)
      : input_(std::move(input)),
        address_(std::move(address)),
        context_(std::move(context)),
        reply_(std::move(reply)) {}

  void start() {
    auto check = [self = shared_from_this()](const desk::Reading& reading) -> Result<void> {
      if (!reading.directory.users(UserId{}, 1, {}).empty())
        return fail(ErrorCode::conflict, {"This desk is set up already. Ask an admin for an account.", "服务台已经初始化过了，请向管理员要账号。"});
      const auto& expected = self->context_.setup_digest;
      if (!expected || !equal_secrets(bytes_of(*expected), bytes_of(sha256(self->input_.secret)))) {
        return fail(ErrorCode::unauthenticated,
                    {"The set-up secret is wrong. It is what the installation printed last. Lost: docket user add "
                     "makes the admin on the server; or stop the desk, run docket init for a new secret, and start it.",
                     "初始化密钥不对。它是安装最后打印的那一串。找不到时：在服务器上用 docket user add 直接建管理员；"
                     "或者停掉服务，再运行一次 docket init 取得新密钥，再启动。"});
      }
      return desk::check_new_password(self->input_.password, self->input_.login);
    };
    context_.services.database.read(std::move(check), [self = shared_from_this()](Result<void> good) {
      if (!good) return self->reply_(std::unexpected(std::move(good.error())));
      self->hash();
    });
  }

 private:
  void hash() {
    context_.services.passwords.hash(std::move(input_.password), [self = shared_from_this()](Result<std::string> hash) {
      if (!hash) return self->reply_(std::unexpected(std::move(hash.error())));
      self->write(std::move(*hash));
    });
  }

  void write(std::string hash) {
    auto make = [self = shared_from_this(), hash = std::move(hash)](desk::Unit& unit) -> Result<Answer<MeOutput>> {
      desk::UserChange wish;
      wish.login = self->input_.login;
      wish.name = self->input_.name;
      wish.email = self->input_.email;
      wish.language = self->input_.language;
      const auto user = desk::set_up_desk(unit, wish, hash);
      if (!user) return std::unexpected(user.error());
      const auto opened = desk::open_session(unit, user->id, self->address_, self->context_.sessions);
      if (!opened) return std::unexpected(opened.error());
      return opened_session_answer(*opened, *unit.active);
    };
    desk::write(context_.services.database, std::move(make),
                [self = shared_from_this()](Result<Answer<MeOutput>> answer) { self->reply_(std::move(answer)); });
  }

  SetUpInput input_;
  const std::string address_;
  const StagedContext context_;
  Reply<MeOutput> reply_;
};

void set_up(const Call<None, None, SetUpInput>& call, StagedContext context, Reply<MeOutput> reply) {
  std::make_shared<SetUp>(call.body, call.remote_address, std::move(context), std::move(reply))->start();
}

struct SetUpState {
  bool open = false;
};
BOOST_DESCRIBE_STRUCT(SetUpState, (), (open))
constexpr auto field_rules(const SetUpState*) {
  return std::array{json::FieldRule{.field = "open", .description = "The desk has nobody yet: its first admin is to be made."}};
}

Result<Answer<SetUpState>> read_state(const Call<None, None, None>&, const QueryContext& context) {
  return SetUpState{context.reading.directory.users({}, 1, {}).empty()};
}

}  // namespace

void add_set_up_routes(std::vector<Route>& routes) {
  routes.push_back(make_route({.name = "read_set_up",
                               .verb = http::Method::get,
                               .path = "/api/v1/setup",
                               .access = Access::anyone(),
                               .rate = RateClass::read,
                               .summary = "Whether the desk still waits for its first admin."},
                              read_state));
  routes.push_back(make_route({.name = "set_up",
                               .verb = http::Method::post,
                               .path = "/api/v1/setup",
                               .access = Access::anyone(),
                               .rate = RateClass::sign_in,
                               .summary = "Makes the first admin of a new desk and signs them in.",
                               .description = "Works once, while the desk has no user.",
                               .success = 201,
                               .errors = {ErrorCode::unauthenticated, ErrorCode::conflict}},
                              set_up));
}

}  // namespace docket::api
