// SPDX-License-Identifier: Apache-2.0
#include "support/desk_server.hpp"

#include <stdexcept>

#include "base/enum.hpp"
#include "desk/manage_people.hpp"
#include "desk/sign_in.hpp"
#include "server/set_up.hpp"

namespace docket::test {
namespace {

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}

}  // namespace

DeskServer::DeskServer(const std::filesystem::path& config, Time start_at) : clock_(start_at) {
  ca_certificate_ = server::set_up_data(directory_.path() / "desk", config, {}, clock_).ca_certificate;
  start();
}

void DeskServer::start() {
  server::NodeSettings settings;
  settings.data = directory_.path() / "desk";
  settings.port = 0;
  settings.io_threads = 1;
  application_ = std::make_unique<server::Application>(settings, clock_);
}

void DeskServer::restart() {
  application_.reset();
  start();
}

UserId DeskServer::add(const Person& person) {
  desk::UserChange wish;
  wish.login = person.login;
  wish.name = person.login;
  wish.grants = person.grants;
  wish.memberships = person.memberships;
  wish.skills = person.skills;
  wish.regions = person.regions;
  wish.product_lines = person.product_lines;
  const auto system = domain::system_principal("test");
  return value_of(desk::write_and_wait(engine().database(), [&](desk::Unit& unit) -> Result<UserId> {
    auto user = desk::create_user(unit, system, wish, {});
    if (!user) return std::unexpected(user.error());
    if (auto present = desk::set_presence(unit, system, user->id, person.presence); !present)
      return std::unexpected(present.error());
    return user->id;
  }));
}

std::string DeskServer::token(const std::string& login, std::vector<domain::Right> scopes) {
  if (scopes.empty()) {
    for (const auto name : enum_names<domain::Right>()) scopes.push_back(*enum_from_name<domain::Right>(name));
  }
  const auto system = domain::system_principal("test");
  return value_of(desk::write_and_wait(engine().database(), [&](desk::Unit& unit) -> Result<std::string> {
    const auto user = unit.directory.find_user_by_login(login);
    if (!user) return fail(ErrorCode::not_found, "no such user: " + login);
    desk::NewToken wish;
    wish.name = "test";
    wish.scopes = scopes;
    wish.user = user->id;
    auto made = desk::create_token(unit, system, wish);
    if (!made) return std::unexpected(made.error());
    return made->secret;
  }));
}

void DeskServer::pass_to(Time to) {
  while (true) {
    const auto next = value_of(desk::write_and_wait(
        engine().database(), [](desk::Unit& unit) -> Result<std::optional<Time>> { return unit.tickets.next_due(); }));
    if (!next || *next > to) break;
    if (*next > clock_.now()) clock_.set(*next);
    application_->catch_up();
  }
  clock_.set(to);
  application_->catch_up();
}

}  // namespace docket::test
