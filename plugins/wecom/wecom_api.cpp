// SPDX-License-Identifier: Apache-2.0
#include "wecom_api.hpp"

#include <string_view>

namespace docket::wecom {
namespace {

/// A token is renewed this long before it ends.
constexpr std::int64_t kMargin_s = 300;

/// What the vendor's texts do not say.
std::string_view hint(std::int64_t code) {
  switch (code) {
    case 40001: return "the app's Secret is wrong (应用 Secret 不正确)";
    case 40013: return "the Corp ID is wrong (企业 ID 不正确)";
    case 40056:
    case 301002: return "the AgentId does not belong to this Secret (AgentId 与 Secret 不匹配)";
    case 48002: return "the app may not call this interface (应用无此接口权限)";
    case 50003: return "the app is switched off (应用已停用)";
    case 60020: return "this server's public address is not in the app's trusted list (未加入应用的企业可信IP)";
    case 60111: return "no such member (成员不存在)";
    case 81013: return "the member cannot see the app or has no licence (成员不在应用可见范围或无许可)";
    case 93000: return "the robot's key is wrong or the robot was removed (机器人 key 无效或已被移除)";
    default: return "";
  }
}

}  // namespace

Verdict verdict_of(std::int64_t errcode) {
  switch (errcode) {
    case 40014:
    case 42001: return Verdict::token;
    case -1:
    case 45009:
    case 45033: return Verdict::later;
    case 40001:
    case 40013:
    case 40056:
    case 48002:
    case 50003:
    case 60020:
    case 93000:
    case 301002: return Verdict::settings;
    case 60111:
    case 81013: return Verdict::no_recipient;
    default: return Verdict::refused;
  }
}

ApiError::ApiError(std::int64_t code, const std::string& message)
    : std::runtime_error([&] {
        std::string text = "WeCom answers " + std::to_string(code);
        if (const auto more = hint(code); !more.empty()) return text + ": " + std::string(more);
        return text + ": " + message.substr(0, 200);
      }()),
      code_(code) {}

json::object checked(const sdk::WebAnswer& answer) {
  if (answer.status != 200)
    throw sdk::TransportError("WeCom answers with status " + std::to_string(answer.status), false);
  auto value = answer.json();
  if (!value.is_object()) throw sdk::TransportError("WeCom's answer is no JSON object", false);
  auto& object = value.as_object();
  if (const auto code = sdk::number_of(object, "errcode"); code != 0) throw ApiError(code, sdk::text_of(object, "errmsg"));
  return std::move(object);
}

Api::Api(sdk::Host host, Account account) : host_(host), account_(std::move(account)), http_(host) {}

const std::string& Api::token() {
  if (!token_.empty() && host_.now_s() < token_until_s_) return token_;
  const auto answer = checked(http_.get(account_.base_url + "/cgi-bin/gettoken?corpid=" + sdk::escape_url(account_.corp_id) +
                                        "&corpsecret=" + sdk::escape_url(host_.secret(account_.secret))));
  token_ = sdk::text_of(answer, "access_token");
  if (token_.empty()) throw sdk::TransportError("WeCom gave no access token", false);
  const auto lasts = sdk::number_of(answer, "expires_in", 7200);
  token_until_s_ = host_.now_s() + std::max<std::int64_t>(lasts - kMargin_s, lasts / 2);
  return token_;
}

template <class Send>
json::object Api::with_token(Send send) {
  const bool cached = !token_.empty();
  const auto& first = token();
  try {
    return checked(send(first));
  } catch (const ApiError& error) {
    // 40001 from an ordinary call means the token; from gettoken itself it means the secret, and is not tried again.
    if (error.verdict() != Verdict::token && error.code() != 40001) throw;
    if (!cached && error.code() == 40001) throw;
  }
  token_.clear();
  return checked(send(token()));
}

json::object Api::get(const std::string& path, const std::string& query) {
  return with_token([&](const std::string& token) {
    return http_.get(account_.base_url + path + "?access_token=" + sdk::escape_url(token) + (query.empty() ? "" : "&" + query));
  });
}

json::object Api::post(const std::string& path, const json::object& body) {
  return with_token([&](const std::string& token) {
    return http_.post_json(account_.base_url + path + "?access_token=" + sdk::escape_url(token), body);
  });
}

sdk::Outcome outcome_of(const ApiError& error) {
  switch (error.verdict()) {
    case Verdict::token: return sdk::Outcome::failed(error.what());
    case Verdict::later: return sdk::Outcome::retry_later(error.what(), error.code() == -1 ? 1 : 60);
    case Verdict::settings: return sdk::Outcome::failed(error.what()).halting();
    case Verdict::no_recipient:
    case Verdict::refused: return sdk::Outcome::rejected(error.what());
  }
  return sdk::Outcome::failed(error.what());
}

}  // namespace docket::wecom
