// SPDX-License-Identifier: Apache-2.0
// Tryton 6.0's JSON-RPC: a session that is opened once, errors in answers that say 200, and values with a class
// (trytond/protocols/jsonrpc.py).
#pragma once

#include "docket/http.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace docket::tryton {

namespace json = boost::json;

/// Tryton understood and said no: a right, a rule, a missing module.
class RpcError : public std::runtime_error {
 public:
  RpcError(std::string kind, const std::string& message);
  /// "UserError", "UserWarning", "ConcurrencyException" or an exception's text.
  [[nodiscard]] const std::string& kind() const { return kind_; }

 private:
  std::string kind_;
};

/// User or password is wrong, or tried too often. The same password is tried once an
/// hour: Tryton slows down and then locks. After a lock it is tried in a quarter of one.
class LoginRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One user of one database. One thread.
class Rpc {
 public:
  struct Account {
    std::string url, database, user;
    std::string password;  ///< a reference, for Host::secret
  };
  Rpc(sdk::Host host, Account account);

  /// "model.party.party.read" with its parameters, the context among them. A session that has ended is opened again once.
  /// Throws RpcError, LoginRefused and sdk::TransportError.
  [[nodiscard]] json::value call(const std::string& method, json::array parameters);

 private:
  void log_in();
  sdk::WebAnswer post(const std::string& method, const json::array& parameters, const std::string& session);

  sdk::Host host_;
  Account account_;
  sdk::Http http_;
  std::string session_{};
  std::string refused_{};           ///< digest of the password that was refused
  std::int64_t refused_until_s_ = 0;  ///< then it is tried again: it may be right now, or the lock over
};

/// Values as everybody writes them: a Decimal becomes its digits, a date "2026-02-01", a datetime RFC 3339; members that end
/// in a dot ("party.") lose it.
[[nodiscard]] json::value plain(const json::value& value);

/// UTC seconds as Tryton's datetime.
[[nodiscard]] json::object datetime_of(std::int64_t seconds);

}  // namespace docket::tryton
