// SPDX-License-Identifier: Apache-2.0
// DingTalk's two HTTP interfaces behind one token: the old one (oapi, "errcode" in HTTP 200) and the new one (api, real
// status with a dotted code). open.dingtalk.com: access tokens, call limits, error codes.
#pragma once

#include "docket/http.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace docket::dingtalk {

namespace json = boost::json;

enum class Verdict {
  token,         ///< the access token is old: fetch another, once
  later,         ///< busy or too many calls
  settings,      ///< wrong secret, app, right or address: nothing works until an admin has looked
  no_recipient,  ///< this person cannot be reached
  refused        ///< this request is not taken, whoever sends it
};

class ApiError : public std::runtime_error {
 public:
  ApiError(std::string code, Verdict verdict, const std::string& message, std::int64_t wait_s = 0);
  [[nodiscard]] const std::string& code() const { return code_; }
  [[nodiscard]] Verdict verdict() const { return verdict_; }
  /// What the vendor asks to wait, 0 when it does not say.
  [[nodiscard]] std::int64_t wait_s() const { return wait_s_; }

 private:
  std::string code_;
  Verdict verdict_;
  std::int64_t wait_s_;
};

/// One app. One thread; keeps the token in memory only.
class Api {
 public:
  struct Account {
    std::string base_url, old_base_url, app_key;
    std::string app_secret;  ///< a reference, for Host::secret
  };
  Api(sdk::Host host, Account account);

  /// POST to the old interface, e.g. "/topapi/message/corpconversation/asyncsend_v2". Throws ApiError, TransportError.
  [[nodiscard]] json::object old_post(const std::string& path, const json::object& body);
  /// Any method on the new interface; an empty answer is an empty object.
  [[nodiscard]] json::object call(const std::string& method, const std::string& path, const json::object& body);

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

[[nodiscard]] sdk::Outcome outcome_of(const ApiError& error);

/// Take an answer apart; throw ApiError where it says that it did not work, TransportError where it is none.
[[nodiscard]] json::object checked_old(const sdk::WebAnswer& answer);
[[nodiscard]] json::object checked_new(const sdk::WebAnswer& answer);

}  // namespace docket::dingtalk
