// SPDX-License-Identifier: Apache-2.0
// WeCom (企业微信): messages of an app to its members, cards whose buttons act on tickets, answers typed in the chat, and
// the customers that members have added (客户联系).
#include "wecom_api.hpp"
#include "wecom_inbox.hpp"
#include "wecom_message.hpp"

#include "docket/text.hpp"

#include <algorithm>
#include <set>

namespace docket::wecom {
namespace {

using sdk::Host;
using sdk::Outcome;

constexpr std::string_view kTake = "take";
constexpr std::string_view kAnswer = "answer";
constexpr std::size_t kFollowersAtOnce = 100;
constexpr std::string_view kAnswering = "answering:";
constexpr std::string_view kPressed = "pressed";
constexpr std::int64_t kPressed_s = 1200;  // longer than a call counts as fresh, whichever way the clocks differ
constexpr std::size_t kMostPresses = 800;  // of everybody within that time: what one value of the state holds
/// There is no relation between the member and any customer.
constexpr std::int64_t kNoCustomers = 84061;

std::string command_key(const Incoming& incoming) {
  return incoming.id.size() <= 150 ? incoming.id : sdk::sha256_hex(incoming.id);
}

class WeCom : public sdk::Plugin {
 public:
  WeCom(Host h, const json::object& settings)
      : Plugin(h),
        corp_id_(sdk::text_of(settings, "corp_id")),
        agent_id_(sdk::number_of(settings, "agent_id")),
        style_(style_of(sdk::text_of(settings, "style", "card"))),
        token_(sdk::text_of(settings, "callback_token")),
        aes_key_(sdk::text_of(settings, "callback_aes_key")),
        reply_s_(60 * sdk::number_of(settings, "reply_minutes", 10)),
        api_(h, {sdk::text_of(settings, "base_url", "https://qyapi.weixin.qq.com"), corp_id_, sdk::text_of(settings, "secret")}) {
    if (token_.empty() != aes_key_.empty())
      throw std::runtime_error("callback_token and callback_aes_key belong together: give both, or neither");
  }

  Outcome deliver(const sdk::Delivery& delivery) override {
    try {
      const auto answer = api_.post("/cgi-bin/message/send", app_message(delivery, agent_id_, style_,
                                                has_callback() ? buttons_of(delivery) : std::vector<Button>{}));
      // Whoever could not be reached stands here although errcode is 0; ids come back in lower case.
      for (const auto* list : {"invaliduser", "unlicenseduser"}) {
        if (!sdk::text_of(answer, list).empty())
          return Outcome::rejected(std::string("WeCom does not know the member or the member has no licence (") + list + ")");
      }
      return Outcome::accepted(sdk::text_of(answer, "msgid"));
    } catch (const ApiError& error) {
      return outcome_of(error);
    } catch (const sdk::TransportError& error) {
      return error.refused() ? Outcome::failed(error.what()).halting() : Outcome::failed(error.what());
    }
  }

  sdk::Health health() override {
    try {
      const auto app = api_.get("/cgi-bin/agent/get", "agentid=" + std::to_string(agent_id_));
      return {true, sdk::text_of(app, "name")};
    } catch (const ApiError& error) {
      return {false, error.what(), error.verdict() == Verdict::settings};
    } catch (const sdk::TransportError& error) {
      return {false, error.what()};
    }
  }

  sdk::HttpAnswer receive_http(const sdk::HttpRequest& request) override {
    if (!has_callback()) return {404, "no callback is configured for this app"};
    const auto crypto = sdk::CallbackCrypto::make(host.secret(token_), host.secret(aes_key_), corp_id_);
    if (!crypto) {
      host.error("callback_aes_key is not the 43 characters of an EncodingAESKey");
      return {503};
    }
    const auto query = signed_query(request.query);
    if (request.method == "GET") {
      const auto echo = checked_echo(*crypto, query);
      if (!echo) return {403, "not signed with the configured Token"};
      return {200, *echo, {{"content-type", "text/plain"}}};
    }
    const auto incoming = opened(*crypto, query, request.body);
    if (!incoming) return {403, "not signed with the configured Token"};
    if (!is_fresh(query, host.now_s())) {
      host.warning("a call of WeCom is signed for a time that is not within ten minutes of this machine's: it is sent a second time, or the clock is wrong");
      return {403, "signed for another time"};
    }
    act_on(*incoming);
    return {200, {}};
  }

  sdk::Page pull(const sdk::PullRequest& request) override {
    sdk::Page page;
    auto members = followers();
    const auto cursor = cursor_of(request.cursor);
    std::erase_if(members, [&](const std::string& member) { return member <= cursor.done; });
    if (members.empty()) return page;
    const auto count = std::min(members.size(), kFollowersAtOnce);
    json::array batch(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(count));
    const auto last = members[count - 1];
    std::string next;
    try {
      const auto answer = api_.post("/cgi-bin/externalcontact/batch/get_by_user",
                                    {{"userid_list", std::move(batch)},
                                     {"cursor", cursor.vendor},
                                     {"limit", std::clamp(request.limit, 1, 100)}});
      next = sdk::text_of(answer, "next_cursor");
      if (const auto* list = answer.if_contains("external_contact_list"); list != nullptr && list->is_array()) {
        for (const auto& entry : list->as_array()) add_contact(page, entry);
      }
    } catch (const ApiError& error) {
      if (error.code() != kNoCustomers) throw;
    }
    const bool batch_done = next.empty();
    page.more = !batch_done || members.size() > count;
    page.cursor = json::serialize(json::object{{"done", batch_done ? last : cursor.done}, {"vendor", next}});
    if (!page.more) page.cursor.clear();  // the next sync begins anew: WeCom has no "changed since"
    return page;
  }

 private:
  struct Cursor {
    std::string done, vendor;
  };
  static Cursor cursor_of(const std::string& text) {
    if (text.empty()) return {};
    const auto value = json::parse(text);
    return {sdk::text_of(value.as_object(), "done"), sdk::text_of(value.as_object(), "vendor")};
  }

  [[nodiscard]] bool has_callback() const { return !token_.empty(); }

  /// Members who may have customers, in order.
  std::vector<std::string> followers() {
    const auto answer = api_.get("/cgi-bin/externalcontact/get_follow_user_list");
    std::set<std::string> sorted;
    if (const auto* list = answer.if_contains("follow_user"); list != nullptr && list->is_array()) {
      for (const auto& member : list->as_array()) {
        if (member.is_string()) sorted.emplace(member.as_string());
      }
    }
    return {sorted.begin(), sorted.end()};
  }

  static void add_contact(sdk::Page& page, const json::value& entry) {
    const auto part = [&](const char* name) {
      const auto* found = entry.is_object() ? entry.as_object().if_contains(name) : nullptr;
      return found != nullptr && found->is_object() ? found->as_object() : json::object{};
    };
    auto data = part("external_contact");
    const auto follow = part("follow_info");
    const auto id = sdk::text_of(data, "external_userid");
    if (id.empty()) {
      page.refused.emplace_back("", "a contact without external_userid");
      return;
    }
    for (const auto* name : {"userid", "remark", "description", "remark_corp_name", "state"}) {
      if (const auto text = sdk::text_of(follow, name); !text.empty()) data["follow_" + std::string(name)] = text;
    }
    if (const auto* mobiles = follow.if_contains("remark_mobiles"); mobiles != nullptr && mobiles->is_array() && !mobiles->as_array().empty())
      data["mobile"] = mobiles->as_array().front();
    page.records.push_back({.id = id, .data = std::move(data)});
  }

  void act_on(const Incoming& incoming) {
    if (incoming.kind == "event" && incoming.event == "template_card_event") {
      press(incoming);
    } else if (incoming.kind == "text") {
      hear(incoming);
    }
  }

  /// A button of one of our cards.
  void press(const Incoming& incoming) {
    const auto ticket = ticket_of_task(incoming.task_id);
    if (!ticket) return;
    if (incoming.event_key == kAnswer) {
      if (pressed_before(incoming)) return;
      host.put_state(std::string(kAnswering) + incoming.member,
                     json::serialize(json::object{{"ticket", *ticket}, {"until", host.now_s() + reply_s_}}));
      remember_press(incoming);
      tell(incoming.member, "请直接发送回复内容，将作为公开回复发给客户；发送“取消”放弃。\nSend your answer to the customer now, or \"cancel\".");
      return;
    }
    json::object request{{"key", command_key(incoming)}, {"ticket", *ticket}, {"act_for", incoming.member}};
    if (incoming.event_key == kTake) {
      request["command"] = "take_ticket";
    } else if (incoming.event_key.starts_with(kMove)) {
      request["command"] = "move_ticket";
      request["transition"] = incoming.event_key.substr(kMove.size());
    } else {
      return;  // no button of ours
    }
    const auto answer = host.command(request);
    if (!answer.ok) {
      tell(incoming.member, "没有成功：" + answer.detail_zh());
      return;
    }
    mark_done(incoming);
  }

  // A press that asks for an answer gives no command, so no key of the desk's tells it from the same one again: WeCom calls
  // up to three times, and what somebody captured would open the answer anew.
  [[nodiscard]] json::array presses() const {
    json::array recent;
    const auto kept = host.state(kPressed);
    if (!kept) return recent;
    const auto all = json::parse(*kept);  // named: what a loop goes through does not keep it alive
    for (const auto& press : all.as_array()) {
      if (sdk::number_of(press.as_object(), "until") > host.now_s()) recent.push_back(press);
    }
    return recent;
  }
  static std::string name_of(const Incoming& press) { return sdk::sha256_hex(press.id).substr(0, 32); }
  [[nodiscard]] bool pressed_before(const Incoming& incoming) const {
    const auto name = name_of(incoming);
    return std::ranges::any_of(presses(), [&](const json::value& press) { return sdk::text_of(press.as_object(), "press") == name; });
  }
  void remember_press(const Incoming& incoming) {
    auto recent = presses();
    if (recent.size() >= kMostPresses) recent.erase(recent.begin());
    recent.push_back(json::object{{"press", name_of(incoming)}, {"until", host.now_s() + kPressed_s}});
    host.put_state(kPressed, json::serialize(recent));
  }

  /// The pressed card shows that it was done, for everybody who has it. It is only a courtesy: what it is about has happened.
  void mark_done(const Incoming& incoming) {
    if (incoming.response_code.empty()) return;
    try {
      (void)api_.post("/cgi-bin/message/update_template_card",
                      {{"userids", json::array{json::value(incoming.member)}},
                       {"agentid", agent_id_},
                       {"response_code", incoming.response_code},
                       {"button", json::object{{"replace_name", incoming.event_key == kTake ? "已接单" : "已处理"}}}});
    } catch (const std::exception& error) {
      host.warning(std::string("a card could not be updated: ") + error.what());
    }
  }

  /// A text that a member sent to the app.
  void hear(const Incoming& incoming) {
    const auto key = std::string(kAnswering) + incoming.member;
    if (const auto named = sdk::addressed(incoming.content)) {
      const auto found = host.command({{"command", "find_ticket"}, {"number", named->number}, {"act_for", incoming.member}});
      if (found.ok) {
        answer_ticket(incoming, sdk::number_of(found.body.as_object(), "ticket"), named->text);
        return;
      }
      // Whoever is asked for an answer may begin it with "A4 纸…", which is no ticket.
      if (!host.state(key)) {
        tell(incoming.member, "没有找到工单 " + named->number + "，或您无权查看。");
        return;
      }
    }
    const auto waiting = host.state(key);
    if (incoming.content == "取消" || incoming.content == "cancel") {
      if (waiting) host.forget_state(key);
      tell(incoming.member, "已取消。");
      return;
    }
    if (waiting) {
      const auto value = json::parse(*waiting).as_object();
      if (sdk::number_of(value, "until") >= host.now_s()) {
        if (answer_ticket(incoming, sdk::number_of(value, "ticket"), incoming.content)) host.forget_state(key);
        return;
      }
      host.forget_state(key);
    }
    tell(incoming.member, "要回复工单，请在卡片上按“回复”，或发送“工单号 内容”，例如：T128 已为您换货。");
  }

  bool answer_ticket(const Incoming& incoming, std::int64_t ticket, const std::string& text) {
    const auto answer = host.command({{"command", "add_message"},
                                      {"key", command_key(incoming)},
                                      {"ticket", ticket},
                                      {"kind", "reply"},
                                      {"body", text},
                                      {"act_for", incoming.member}});
    if (answer.ok) {
      tell(incoming.member, "已回复工单 " + sdk::text_of(answer.body.as_object(), "number") + "。");
    } else {
      tell(incoming.member, "没有发出：" + answer.detail_zh() + "\n您的内容：" + text);
    }
    return answer.ok;
  }

  void tell(const std::string& member, std::string_view text) {
    try {
      (void)api_.post("/cgi-bin/message/send", plain_message(agent_id_, member, text));
    } catch (const std::exception& error) {
      host.warning(std::string("a member could not be told what came of a message: ") + error.what());
    }
  }

  std::string corp_id_;
  std::int64_t agent_id_;
  Style style_;
  std::string token_, aes_key_;
  std::int64_t reply_s_;
  Api api_;
};

}  // namespace
}  // namespace docket::wecom

DOCKET_PLUGIN(docket::wecom::WeCom)
