// SPDX-License-Identifier: Apache-2.0
// DingTalk (钉钉): work notices with what became of them, event callbacks, and answers written to the app's robot.
#include "dingtalk_api.hpp"
#include "dingtalk_inbox.hpp"
#include "dingtalk_message.hpp"
#include "docket/text.hpp"
#include "sent_notices.hpp"

#include <algorithm>
#include <array>

namespace docket::dingtalk {
namespace {

using sdk::Outcome;

constexpr int kResultsAtOnce = 50;
constexpr std::int64_t kPoll_s = 30;

/// Why a notice was not delivered, by the codes of send results.
std::string reason_of(std::int64_t code) {
  switch (code) {
    case 143105: return "the person has had 500 notices today (当天已达 500 条)";
    case 143106: return "the same content was sent to this person today (当天已发送过相同内容)";
    default: return "dropped with code " + std::to_string(code);
  }
}

bool has_member(const json::object& result, const char* list, const std::string& member) {
  const auto* found = result.if_contains(list);
  if (found == nullptr || !found->is_array()) return false;
  return std::ranges::any_of(found->as_array(), [&](const json::value& one) {
    return one.is_string() && std::string_view(one.as_string()) == member;
  });
}

class DingTalk : public sdk::Plugin {
 public:
  DingTalk(sdk::Host h, const json::object& settings)
      : Plugin(h),
        app_key_(sdk::text_of(settings, "app_key")),
        secret_(sdk::text_of(settings, "app_secret")),
        agent_id_(sdk::number_of(settings, "agent_id")),
        robot_code_(sdk::text_of(settings, "robot_code")),
        token_(sdk::text_of(settings, "callback_token")),
        aes_key_(sdk::text_of(settings, "callback_aes_key")),
        owner_(sdk::text_of(settings, "callback_owner", app_key_)),
        api_(h, {sdk::text_of(settings, "base_url", "https://api.dingtalk.com"),
                 sdk::text_of(settings, "old_base_url", "https://oapi.dingtalk.com"), app_key_, secret_}),
        sent_(h) {
    if (token_.empty() != aes_key_.empty())
      throw std::runtime_error("callback_token and callback_aes_key belong together: give both, or neither");
  }

  Outcome deliver(const sdk::Delivery& delivery) override {
    try {
      const auto answer = api_.old_post("/topapi/message/corpconversation/asyncsend_v2",
                                        {{"agent_id", agent_id_},
                                         {"userid_list", delivery.address},
                                         {"to_all_user", false},
                                         {"msg", work_notice(delivery)}});
      const auto task = std::to_string(sdk::number_of(answer, "task_id"));
      try {
        sent_.add({task, delivery.address, host.now_s()});
      } catch (const std::exception& error) {
        // It is on its way: sent again it would be dropped as the same content, and count as failed.
        host.warning(std::string("a notice was sent whose result will not be asked for, since it could not be noted: ") + error.what());
      }
      return Outcome::accepted(task);
    } catch (const ApiError& error) {
      return outcome_of(error);
    } catch (const sdk::TransportError& error) {
      return error.refused() ? Outcome::failed(error.what()).halting() : Outcome::failed(error.what());
    }
  }

  /// Asks what became of notices: "ok" to a notice means only that it was taken.
  sdk::PollAnswer poll() override {
    sdk::PollAnswer out;
    out.next_in_s = kPoll_s;
    try {
      out.more = sent_.settle(host.now_s(), kResultsAtOnce, [this](const SentNotices::Notice& notice) { return settled(notice); });
    } catch (const ApiError& error) {
      out.error = error.what();
      out.halt = error.verdict() == Verdict::settings;
      out.next_in_s = std::max(out.next_in_s, error.wait_s());
    } catch (const sdk::TransportError& error) {
      out.error = error.what();
    }
    return out;
  }

  sdk::Health health() override {
    try {
      // A cheap question that needs token and address; a department that everybody has.
      (void)api_.old_post("/topapi/v2/department/get", {{"dept_id", 1}});
      return {true};
    } catch (const ApiError& error) {
      // Without the right to read departments the app can still send.
      const bool reached = error.verdict() == Verdict::refused;
      return {reached, reached ? "" : error.what(), error.verdict() == Verdict::settings};
    } catch (const sdk::TransportError& error) {
      return {false, error.what()};
    }
  }

  sdk::HttpAnswer receive_http(const sdk::HttpRequest& request) override {
    if (request.method != "POST") return {405};
    if (request.path == "/robot") return hear(request);
    if (request.path == "/events") return take_event(request);
    return {404, "there are /events and /robot"};
  }

 private:
  /// Whether the result is there; then it has been told.
  bool settled(const SentNotices::Notice& notice) {
    json::object answer;
    try {
      answer = api_.old_post("/topapi/message/corpconversation/getsendresult",
                             {{"agent_id", agent_id_}, {"task_id", std::stoll(notice.task_id)}});
    } catch (const ApiError& error) {
      if (error.verdict() != Verdict::refused) throw;
      host.warning(std::string("the result of a notice is not to be had: ") + error.what());
      return false;  // this one; the others may be
    }
    const auto* found = answer.if_contains("send_result");
    if (found == nullptr || !found->is_object()) return false;
    const auto& result = found->as_object();
    if (has_member(result, "read_user_id_list", notice.member) || has_member(result, "unread_user_id_list", notice.member))
      return receipt(notice, {});
    if (const auto* list = result.if_contains("forbidden_list"); list != nullptr && list->is_array()) {
      for (const auto& entry : list->as_array()) {
        if (entry.is_object() && sdk::text_of(entry.as_object(), "userid") == notice.member)
          return receipt(notice, reason_of(sdk::number_of(entry.as_object(), "code")));
      }
    }
    for (const auto* name : {"invalid_user_id_list", "forbidden_user_id_list", "failed_user_id_list"}) {
      if (has_member(result, name, notice.member)) return receipt(notice, std::string("DingTalk says ") + name);
    }
    return false;
  }

  bool receipt(const SentNotices::Notice& notice, const std::string& error) {
    json::object request{{"command", "receipt"}, {"vendor_id", notice.task_id}, {"outcome", error.empty() ? "delivered" : "failed"}};
    if (!error.empty()) request["error"] = error;
    const auto answer = host.command(request);
    if (!answer.ok) host.warning("a receipt was not taken: " + answer.detail());
    return answer.ok;  // it may come before the desk has written down that the message went: then again with a later call
  }

  sdk::HttpAnswer take_event(const sdk::HttpRequest& request) {
    if (token_.empty()) return {404, "no event subscription is configured for this app"};
    const auto crypto = sdk::CallbackCrypto::make(host.secret(token_), host.secret(aes_key_), owner_);
    if (!crypto) {
      host.error("callback_aes_key is not the 43 characters of an aes_key");
      return {503};
    }
    const auto event = opened(*crypto, request);
    if (!event) return {403, "not signed with the configured Token"};
    host.info("event " + sdk::shortened(sdk::text_of(*event, "EventType"), 100));
    return {200, sealed_success(*crypto, host.now_us() / 1000, request.parameter("nonce").value_or("docket")),
            {{"content-type", "application/json"}}};
  }

  /// "T128 正文" to the robot answers the ticket's customer.
  sdk::HttpAnswer hear(const sdk::HttpRequest& request) {
    const auto message = robot_message_of(request, host.secret(secret_), host.now_us() / 1000);
    if (!message) return {403, "not signed with the app's secret"};
    if (message->member.empty()) return {200, "{}"};  // somebody from outside of the company
    const auto said = sdk::addressed(message->text);
    if (!said) {
      tell(message->member, "要回复工单，请发送“工单号 内容”，例如：T128 已为您换货。");
      return {200, "{}"};
    }
    const auto found = host.command({{"command", "find_ticket"}, {"number", said->number}, {"act_for", message->member}});
    if (!found.ok) {
      tell(message->member, "没有找到工单 " + said->number + "，或您无权查看。");
      return {200, "{}"};
    }
    const auto answer = host.command({{"command", "add_message"},
                                      {"key", message->id},
                                      {"ticket", sdk::number_of(found.body.as_object(), "ticket")},
                                      {"kind", "reply"},
                                      {"body", said->text},
                                      {"act_for", message->member}});
    tell(message->member, answer.ok ? "已回复工单 " + said->number + "。" : "没有发出：" + answer.detail_zh() + "\n您的内容：" + said->text);
    return {200, "{}"};
  }

  void tell(const std::string& member, const std::string& text) {
    if (robot_code_.empty()) return;
    try {
      (void)api_.call("POST", "/v1.0/robot/oToMessages/batchSend",
                      {{"robotCode", robot_code_},
                       {"userIds", json::array{json::value(member)}},
                       {"msgKey", "sampleText"},
                       {"msgParam", json::serialize(json::object{{"content", sdk::shortened(text, 2000)}})}});
    } catch (const std::exception& error) {
      host.warning(std::string("a person could not be told what came of a message: ") + error.what());
    }
  }

  std::string app_key_, secret_;
  std::int64_t agent_id_;
  std::string robot_code_, token_, aes_key_, owner_;
  Api api_;
  SentNotices sent_;
};

}  // namespace
}  // namespace docket::dingtalk

DOCKET_PLUGIN(docket::dingtalk::DingTalk)
