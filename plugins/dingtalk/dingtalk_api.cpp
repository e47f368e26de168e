// SPDX-License-Identifier: Apache-2.0
#include "dingtalk_api.hpp"

#include <algorithm>
#include <string_view>

namespace docket::dingtalk {
namespace {

/// The vendor advises to renew ten minutes before the end.
constexpr std::int64_t kMargin_s = 600;
/// How long an address that called too often is blocked.
constexpr std::int64_t kBlocked_s = 300;

Verdict verdict_of(std::int64_t code) {
  switch (code) {
    case 40001:
    case 40014:
    case 41001:
    case 42001: return Verdict::token;
    case -1:
    case 88:
    case 90002:
    case 90018: return Verdict::later;
    case 40013:
    case 40056:
    case 40089:
    case 50002:
    case 60020: return Verdict::settings;
    case 33012:
    case 60121: return Verdict::no_recipient;
    default: return Verdict::refused;
  }
}

/// Codes of the new interface, by their words.
Verdict verdict_of(int status, std::string_view code) {
  const auto has = [&](std::string_view word) { return code.find(word) != std::string_view::npos; };
  if (code == "InvalidAuthentication") return Verdict::token;
  if (status == 429 || has("requestTooFast") || has("FrequencyTooFast") || has("tooManyVisitors") || has("RateLimited") ||
      has("Throttling"))
    return Verdict::later;
  if (status >= 500) return Verdict::later;
  if (has("invalidClientId") || has("invalid.client") || has("illegalIp") || status == 401 || status == 403 || has("noPermission"))
    return Verdict::settings;
  return Verdict::refused;
}

/// The gate before both interfaces answers in a form of its own: HTML, or {"status":1111,"wait":5,...}.
void check_gate(const sdk::WebAnswer& answer) {
  const auto begin = answer.body.find_first_not_of(" \r\n\t");
  if (begin == std::string::npos || answer.body[begin] != '<') return;
  throw ApiError("blocked", Verdict::later, "too many calls from this address; DingTalk blocks it for five minutes", kBlocked_s);
}

json::object object_of(const sdk::WebAnswer& answer) {
  check_gate(answer);
  if (answer.body.empty()) return {};
  auto value = answer.json();
  if (!value.is_object()) throw sdk::TransportError("DingTalk's answer is no JSON object", false);
  auto& object = value.as_object();
  if (sdk::number_of(object, "status") == 1111)
    throw ApiError("1111", Verdict::later, "too many calls from this address",
                   std::max<std::int64_t>(sdk::number_of(object, "wait"), kBlocked_s));
  return std::move(object);
}

}  // namespace

ApiError::ApiError(std::string code, Verdict verdict, const std::string& message, std::int64_t wait_s)
    : std::runtime_error("DingTalk answers " + code + ": " + message.substr(0, 200)),
      code_(std::move(code)),
      verdict_(verdict),
      wait_s_(wait_s) {}

json::object checked_old(const sdk::WebAnswer& answer) {
  auto object = object_of(answer);
  if (answer.status >= 500) throw sdk::TransportError("DingTalk answers with status " + std::to_string(answer.status), false);
  const auto code = sdk::number_of(object, "errcode");
  if (code == 0) return object;
  auto text = sdk::text_of(object, "errmsg");
  if (const auto more = sdk::text_of(object, "sub_msg"); !more.empty()) text += " (" + more + ")";
  throw ApiError(std::to_string(code), verdict_of(code), text);
}

json::object checked_new(const sdk::WebAnswer& answer) {
  auto object = object_of(answer);
  if (answer.status < 300) return object;
  const auto code = sdk::text_of(object, "code", "status " + std::to_string(answer.status));
  throw ApiError(code, verdict_of(answer.status, code), sdk::text_of(object, "message"), answer.retry_after_s());
}

Api::Api(sdk::Host host, Account account) : host_(host), account_(std::move(account)), http_(host) {}

const std::string& Api::token() {
  if (!token_.empty() && host_.now_s() < token_until_s_) return token_;
  token_.clear();
  json::object answer;
  try {
    answer = checked_new(http_.post_json(account_.base_url + "/v1.0/oauth2/accessToken",
                                         json::object{{"appKey", account_.app_key}, {"appSecret", host_.secret(account_.app_secret)}}));
  } catch (const ApiError& error) {
    if (error.verdict() == Verdict::later) throw;
    throw ApiError(error.code(), Verdict::settings, "Client ID or Client Secret is wrong (Client ID 或 Client Secret 不正确)");
  }
  token_ = sdk::text_of(answer, "accessToken");
  if (token_.empty()) throw sdk::TransportError("DingTalk gave no access token", false);
  const auto lasts = sdk::number_of(answer, "expireIn", 7200);
  token_until_s_ = host_.now_s() + std::max<std::int64_t>(lasts - kMargin_s, lasts / 2);
  return token_;
}

template <class Send>
json::object Api::with_token(Send send) {
  const auto& first = token();
  try {
    return send(first);
  } catch (const ApiError& error) {
    if (error.verdict() != Verdict::token) throw;
  }
  token_.clear();
  return send(token());
}

json::object Api::old_post(const std::string& path, const json::object& body) {
  return with_token([&](const std::string& token) {
    return checked_old(http_.post_json(account_.old_base_url + path + "?access_token=" + sdk::escape_url(token), body));
  });
}

json::object Api::call(const std::string& method, const std::string& path, const json::object& body) {
  return with_token([&](const std::string& token) {
    sdk::WebRequest request;
    request.method = method;
    request.url = account_.base_url + path;
    request.headers = {{"x-acs-dingtalk-access-token", token}};
    if (method != "GET" && method != "DELETE") {
      request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
      request.body = json::serialize(body);
    }
    return checked_new(http_.send(request));
  });
}

sdk::Outcome outcome_of(const ApiError& error) {
  switch (error.verdict()) {
    case Verdict::token: return sdk::Outcome::failed(error.what());
    case Verdict::later: return sdk::Outcome::retry_later(error.what(), error.wait_s());
    case Verdict::settings: return sdk::Outcome::failed(error.what()).halting();
    case Verdict::no_recipient:
    case Verdict::refused: return sdk::Outcome::rejected(error.what());
  }
  return sdk::Outcome::failed(error.what());
}

}  // namespace docket::dingtalk
