// SPDX-License-Identifier: Apache-2.0
// A whole desk in the test's own process: real store, real TLS on port 0, and a clock that the test moves.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "desk/people.hpp"
#include "domain/identity/principal.hpp"
#include "server/application.hpp"
#include "support/temporary_directory.hpp"

namespace docket::test {

/// Who works at a desk under test.
struct Person {
  std::string login;
  std::vector<desk::RoleGrant> grants;
  std::vector<desk::Membership> memberships{};
  std::vector<std::string> skills{}, regions{}, product_lines{};
  domain::Presence presence = domain::Presence::online;
};

class DeskServer {
 public:
  /// Publishes `config` and serves it from the instant `start` on.
  DeskServer(const std::filesystem::path& config, Time start);

  [[nodiscard]] std::uint16_t port() const { return application_->port(); }
  [[nodiscard]] std::string ca_certificate() const { return ca_certificate_; }
  [[nodiscard]] server::Engine& engine() { return application_->engine(); }
  /// For calls without the front door.
  [[nodiscard]] api::Gateway& gateway() { return application_->gateway(); }
  [[nodiscard]] std::filesystem::path data() const { return directory_.path() / "desk"; }
  [[nodiscard]] ManualClock& clock() { return clock_; }

  /// Makes the account, past the API; gives its id.
  UserId add(const Person& person);
  /// A token of that person with these rights (none named: all rights that there are). The secret.
  std::string token(const std::string& login, std::vector<domain::Right> scopes = {});

  /// Moves the clock to each instant at which something falls due, does it, and ends at `to`.
  void pass_to(Time to);
  /// Ends the server and starts it anew on the same data.
  void restart();

 private:
  void start();

  TemporaryDirectory directory_;
  ManualClock clock_;
  std::string ca_certificate_;
  std::unique_ptr<server::Application> application_;
};

}  // namespace docket::test
