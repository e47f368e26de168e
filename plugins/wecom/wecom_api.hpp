// SPDX-License-Identifier: Apache-2.0
// WeCom's HTTP interface: the access token with its rules, and the answers that say "200" whatever happened.
// developer.work.weixin.qq.com documents 91039 (token), 90236 (messages), 90313 (error codes).
#pragma once

#include "docket/http.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace docket::wecom {

namespace json = boost::json;

/// What an error code means for whoever wanted something.
enum class Verdict {
  token,        ///< the access token is old: fetch another, once
  later,        ///< busy or too many calls
  settings,     ///< wrong secret, app or address: nothing works until an admin has looked
  no_recipient, ///< this person cannot be reached
  refused       ///< this message is not taken, whoever sends it
};
[[nodiscard]] Verdict verdict_of(std::int64_t errcode);

/// An answer whose errcode is not 0.
class ApiError : public std::runtime_error {
 public:
  ApiError(std::int64_t code, const std::string& message);
  [[nodiscard]] std::int64_t code() const { return code_; }
  [[nodiscard]] Verdict verdict() const { return verdict_of(code_); }

 private:
  std::int64_t code_;
};

/// One app of one company. One thread; keeps the token in memory only.
class Api {
 public:
  struct Account {
    std::string base_url, corp_id;
    std::string secret;  ///< a reference, for Host::secret
  };
  Api(sdk::Host host, Account account);

  /// GET with query (without the token), or POST. Throws ApiError and sdk::TransportError.
  [[nodiscard]] json::object get(const std::string& path, const std::string& query = {});
  [[nodiscard]] json::object post(const std::string& path, const json::object& body);

 private:
  template <class Send>
  json::object with_token(Send send);
  const std::string& token();

  sdk::Host host_;
  Account account_;
  sdk::Http http_;
  std::string token_{};
  std::int64_t token_until_s_ = 0;
};

/// What came of a delivery that failed with this error.
[[nodiscard]] sdk::Outcome outcome_of(const ApiError& error);

/// Takes an answer apart. Throws ApiError when it says that it did not work, TransportError when it is no answer.
[[nodiscard]] json::object checked(const sdk::WebAnswer& answer);

}  // namespace docket::wecom
