// SPDX-License-Identifier: Apache-2.0
// A desk as it is installed: made by `docket init`, served by `docket serve`, set up and used over its API only.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/load_client.hpp"
#include "support/server_process.hpp"

namespace docket::tests {

/// Everything throws std::runtime_error with what the program or the server said. One thread.
class LiveDesk {
 public:
  /// `binary` is the docket program, `config` the definitions to publish, `data` a directory that is not there yet;
  /// `options` are further ones of `docket serve`.
  LiveDesk(std::filesystem::path binary, std::filesystem::path config, std::filesystem::path data,
           std::vector<std::string> options = {});

  /// Makes the data directory. The log of every server goes to `data`.log beside it.
  void init();
  /// Starts the server on any free port; gives the time until it was ready. `patience` over: throws.
  std::chrono::milliseconds start(std::chrono::milliseconds patience = std::chrono::seconds{60});
  /// Makes the first admin over the API; its token is token().
  void set_up_admin();
  /// Signs in as the admin of a demo desk, or one whose password is known, and makes a token.
  void sign_in_admin(const std::string& password);
  /// The password that `docket demo` kept.
  [[nodiscard]] std::string demo_password() const;
  /// A further token of the admin.
  [[nodiscard]] std::string add_token(const std::string& name) const;
  /// Goes on with a new token of the admin: rates are a token's, and this one's may soon be spent.
  void renew_token() { token_ = add_token("tests"); }
  /// Makes a user with a token. `grants` and `memberships` are JSON as the API takes them; the user is online.
  std::string add_person(const std::string& login, const boost::json::value& grants,
                         const boost::json::value& memberships);

  /// One request on a connection of its own; `body` may be empty.
  [[nodiscard]] Reply call(std::string_view method, std::string_view path, std::string_view token,
                           std::string_view body = {}, std::string_view headers = {}) const;
  /// The same, as JSON; throws when the status is not 2xx.
  [[nodiscard]] boost::json::value json(std::string_view method, std::string_view path, std::string_view token,
                                        const boost::json::value& body = nullptr) const;

  [[nodiscard]] Target target() const;
  [[nodiscard]] ServerProcess& process() { return process_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] const std::filesystem::path& data() const { return data_; }
  [[nodiscard]] std::filesystem::path database() const { return data_ / "docket.db"; }
  [[nodiscard]] std::filesystem::path log_file() const { return data_.string() + ".log"; }
  /// `docket COMMAND --data …`, to its end.
  [[nodiscard]] Finished run(std::vector<std::string> command) const;

 private:
  /// Opens a session with `body` at `path`, and makes the admin's token with it.
  void enter(std::string_view path, const boost::json::object& body);

  std::filesystem::path binary_, config_, data_;
  ServerProcess process_;
  std::string secret_{}, token_{};
};

/// All rights of the API's vocabulary, for a token that may do what its owner may.
[[nodiscard]] boost::json::array every_scope();

}  // namespace docket::tests
