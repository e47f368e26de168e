// SPDX-License-Identifier: Apache-2.0
// The API over a desk in memory under the shipped definitions, spoken to as a client would.
#pragma once

#include "api/gateway.hpp"
#include "api/table_files.hpp"
#include "definition/yaml_compiler.hpp"
#include "support/memory_desk.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace docket::test {

/// Remembers what was hashed; no work.
class PlainPasswords final : public desk::PasswordHasher {
 public:
  void hash(std::string password, std::move_only_function<void(Result<std::string>)> done) override {
    ++hashed;
    done("hash of " + password);
  }
  void verify(std::string password, std::optional<std::string> encoded,
              std::move_only_function<void(Result<bool>)> done) override {
    if (before_answer) before_answer();
    done(encoded == "hash of " + password);
  }
  std::function<void()> before_answer{};  ///< what happens while a password is compared
  int hashed = 0;
};

/// Files stay where they are.
class BlobsInPlace final : public desk::BlobStore {
 public:
  std::string take(const std::string& temporary_file) override;
  std::optional<std::string> verified_path(const std::string& sha256) const override;

 private:
  std::map<std::string, std::string> paths_;
};

class AtOnce final : public desk::SideWork {
 public:
  void run(Work work) override { work({}); }
};

/// A machine that says what it was told.
class ToldSystem final : public desk::System {
 public:
  desk::SystemState state() const override { return told; }
  std::vector<desk::Backup> backups() const override { return kept; }
  bool remove_backup(const std::string& name) override {
    return std::erase_if(kept, [&](const desk::Backup& backup) { return backup.name == name; }) > 0;
  }
  desk::SystemState told{};
  std::vector<desk::Backup> kept{};
};

struct ApiAnswer {
  int status = 0;
  boost::json::value body{};
  std::map<std::string, std::string> headers{};
  std::string text{};
  std::string file{};

  [[nodiscard]] std::string code() const;                                      ///< of a problem
  [[nodiscard]] const boost::json::value& at(std::string_view pointer) const;  ///< JSON pointer into the body
};

/// One desk with an admin "boss" (signed in by the set-up). One thread.
class ApiDesk {
 public:
  ApiDesk();

  /// `who` is a name given to user(), "boss", or empty for a stranger. The body is JSON text.
  ApiAnswer call(const std::string& who, http::Method method, const std::string& target, const std::string& body = {},
                 http::Headers more = {});
  ApiAnswer get(const std::string& who, const std::string& target) { return call(who, http::Method::get, target); }
  ApiAnswer post(const std::string& who, const std::string& target, const std::string& body = {},
                 http::Headers more = {}) {
    return call(who, http::Method::post, target, body, std::move(more));
  }
  ApiAnswer patch(const std::string& who, const std::string& target, const std::string& body,
                  const std::string& version = "*") {
    return call(who, http::Method::patch, target, body, {{"if-match", version}});
  }
  /// Adds a person with one role (in a team, or everywhere) and a token; online. Gives the id.
  std::int64_t user(const std::string& login, const std::string& role, const std::string& team);

  static constexpr const char* setup_secret = "the-setup-secret";
  MemoryDesk desk;
  PlainPasswords passwords;
  BlobsInPlace blobs;
  AtOnce side;
  TemporaryDirectory directory;
  api::TableFiles exports{directory.path() / "exports"};
  desk::LiveBoard board;
  ToldSystem machine;
  definition::YamlCompiler compiler;
  api::Gateway gateway;
  std::map<std::string, http::Headers> credentials;  ///< by login
};

}  // namespace docket::test
