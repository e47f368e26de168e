// SPDX-License-Identifier: Apache-2.0
// A WeCom group robot (企业微信群机器人): messages into one chat, by a webhook whose key is the secret (document 91770).
#include "docket/http.hpp"
#include "wecom_message.hpp"

namespace docket::wecom {
namespace {

using sdk::Outcome;

class Robot : public sdk::Plugin {
 public:
  Robot(sdk::Host h, const json::object& settings)
      : Plugin(h),
        base_url_(sdk::text_of(settings, "base_url", "https://qyapi.weixin.qq.com")),
        key_(sdk::text_of(settings, "key")),
        http_(h) {
    if (const auto* list = settings.if_contains("mention"); list != nullptr && list->is_array()) mention_ = list->as_array();
  }

  Outcome deliver(const sdk::Delivery& delivery) override {
    try {
      const auto answer = http_.post_json(base_url_ + "/cgi-bin/webhook/send?key=" + sdk::escape_url(host.secret(key_)),
                                          robot_message(delivery, mention_));
      if (answer.status != 200) return Outcome::failed("WeCom answers with status " + std::to_string(answer.status));
      const auto said = answer.json();
      const auto code = said.is_object() ? sdk::number_of(said.as_object(), "errcode", -1) : -1;
      switch (code) {
        case 0: return Outcome::delivered();
        case -1: return Outcome::retry_later("WeCom is busy", 5);
        case 45009: return Outcome::retry_later("more than 20 messages a minute (每分钟超过 20 条)", 60);
        case 93000:
          return Outcome::failed("the robot's key is wrong or the robot was removed (机器人 key 无效或已被移除)").halting();
        default:
          return Outcome::rejected("WeCom answers " + std::to_string(code) + ": " +
                                   sdk::text_of(said.as_object(), "errmsg").substr(0, 200));
      }
    } catch (const sdk::TransportError& error) {
      return error.refused() ? Outcome::failed(error.what()).halting() : Outcome::failed(error.what());
    }
  }

 private:
  std::string base_url_, key_;
  json::array mention_{};
  sdk::Http http_;
};

}  // namespace
}  // namespace docket::wecom

DOCKET_PLUGIN(docket::wecom::Robot)
