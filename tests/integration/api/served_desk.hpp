// SPDX-License-Identifier: Apache-2.0
// The shipped desk behind its real door, with a few people, and tables of requests with what must come of them.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/desk_server.hpp"
#include "support/tls_client.hpp"

namespace docket::test {

struct ApiAnswer {
  int status = 0;
  std::string body;
  ClientHeaders headers;
  [[nodiscard]] std::string header(std::string_view lower_case_name) const;
  [[nodiscard]] boost::json::value json() const;
  [[nodiscard]] std::string text(std::string_view member) const;     ///< likewise
  [[nodiscard]] std::int64_t number(std::string_view member) const;  ///< of the top object
};

/// One request as somebody, and what must come of it.
struct ApiCase {
  std::string name;
  std::string who;  ///< login; empty: a stranger
  std::string method;
  std::string path;
  std::string body{};
  int status = 200;
  std::vector<std::string> contains{};  ///< in the body
  std::vector<std::string> lacks{};
  ClientHeaders headers{};
};

/// One thread. People: boss (admin), lena (lead in returns only), rui (agent of returns), fin (agent of finance), cole
/// (collaborator: sees only what is theirs), audrey (auditor). Each acts with a token that holds all rights of theirs.
class ServedDesk {
 public:
  ServedDesk();

  ApiAnswer call(const std::string& who, std::string_view method, std::string_view path, std::string_view body = {},
                 const ClientHeaders& headers = {});
  /// Without anybody's token, from an address of its own: such requests share no rate limit with others.
  ApiAnswer stranger(std::string_view method, std::string_view path, std::string_view body = {},
                     ClientHeaders headers = {});
  void run(const std::vector<ApiCase>& cases);

  [[nodiscard]] UserId id_of(const std::string& login) const { return ids_.at(login); }
  [[nodiscard]] std::string token_of(const std::string& login) const { return tokens_.at(login); }
  [[nodiscard]] std::string path_of(const std::string& login) const;
  /// Forgets the person's token, so that the next call makes one. For rates that are spent.
  void renew_token(const std::string& login);
  [[nodiscard]] ClientOptions door() const;
  /// Kinds of the desk's own events so far, oldest first.
  [[nodiscard]] std::vector<std::string> audited();
  /// A ticket of the team; its id.
  std::int64_t ticket(const std::string& team, const std::string& more = {});

  DeskServer server;

 private:
  TlsClient& connection(const std::string& who);

  std::map<std::string, UserId> ids_;
  std::map<std::string, std::string> tokens_;
  std::map<std::string, std::unique_ptr<TlsClient>> connections_;
  int strangers_ = 0;
};

/// 2026-03-02 is a Monday, an ordinary working day.
[[nodiscard]] Time monday_morning();

}  // namespace docket::test
