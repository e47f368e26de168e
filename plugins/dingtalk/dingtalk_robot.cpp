// SPDX-License-Identifier: Apache-2.0
// A DingTalk group robot (钉钉群机器人): messages into one chat by a webhook, signed where the robot demands it.
#include "dingtalk_message.hpp"
#include "docket/callback_crypto.hpp"
#include "docket/http.hpp"

namespace docket::dingtalk {
namespace {

using sdk::Outcome;

/// Above 20 messages a minute the robot is silent for ten.
constexpr std::int64_t kSilent_s = 600;

class Robot : public sdk::Plugin {
 public:
  Robot(sdk::Host h, const json::object& settings)
      : Plugin(h),
        base_url_(sdk::text_of(settings, "base_url", "https://oapi.dingtalk.com")),
        token_(sdk::text_of(settings, "access_token")),
        secret_(sdk::text_of(settings, "sign_secret")),
        keyword_(sdk::text_of(settings, "keyword")),
        http_(h) {
    if (const auto* list = settings.if_contains("at_mobiles"); list != nullptr && list->is_array()) mobiles_ = list->as_array();
  }

  Outcome deliver(const sdk::Delivery& delivery) override {
    auto url = base_url_ + "/robot/send?access_token=" + sdk::escape_url(host.secret(token_));
    if (!secret_.empty()) {
      const auto timestamp = std::to_string(host.now_us() / 1000);
      const auto secret = host.secret(secret_);
      url += "&timestamp=" + timestamp + "&sign=" + sdk::escape_url(sdk::hmac_sha256_base64(secret, timestamp + "\n" + secret));
    }
    try {
      const auto answer = http_.post_json(url, robot_message(delivery, keyword_, mobiles_));
      if (answer.body.find("\"punish\"") != std::string::npos) return Outcome::retry_later("too many calls from this address", kSilent_s);
      if (answer.status != 200) return Outcome::failed("DingTalk answers with status " + std::to_string(answer.status));
      const auto said = answer.json();
      if (!said.is_object()) return Outcome::failed("DingTalk's answer is no JSON object");
      return outcome(sdk::number_of(said.as_object(), "errcode", -1), sdk::text_of(said.as_object(), "errmsg"));
    } catch (const sdk::TransportError& error) {
      return error.refused() ? Outcome::failed(error.what()).halting() : Outcome::failed(error.what());
    }
  }

 private:
  static Outcome outcome(std::int64_t code, const std::string& message) {
    const auto text = "DingTalk answers " + std::to_string(code) + ": " + message.substr(0, 200);
    switch (code) {
      case 0: return Outcome::delivered();
      case -1: return Outcome::retry_later(text, 5);
      case 130101:
      case 410100: return Outcome::retry_later("more than 20 messages a minute (每分钟超过 20 条)", kSilent_s);
      case 310000:  // keyword, signature or address: the robot's security settings
      case 400013:
      case 400101:
      case 400102:
      case 400106: return Outcome::failed(text).halting();
      default: return Outcome::rejected(text);
    }
  }

  std::string base_url_, token_, secret_, keyword_;
  json::array mobiles_{};
  sdk::Http http_;
};

}  // namespace
}  // namespace docket::dingtalk

DOCKET_PLUGIN(docket::dingtalk::Robot)
