// SPDX-License-Identifier: Apache-2.0
// Cards whose buttons act, answers from the chat, and calls that are not WeCom's.
#include "docket/callback_crypto.hpp"
#include "docket/test_host.hpp"
#include "support/catch.hpp"
#include "wecom_emulator.hpp"

using namespace docket::sdk;
using namespace docket::wecom;

namespace {

constexpr const char* kAesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

struct Chat {
  TestHost host;
  WecomEmulator wecom{[this] { return host.now_us / 1'000'000; }};
  CallbackCrypto crypto = *CallbackCrypto::make("call-token", kAesKey, WecomWorld{}.corp_id);
  std::optional<TestPlugin> plugin;
  Chat() {
    host.secrets = {{"/secret", WecomWorld{}.secret}, {"/token", "call-token"}, {"/aes", kAesKey}};
    host.reachable["wecom.test:80"] = wecom.port();
    host.on_command = [](const json::object& request) -> json::value {
      if (text_of(request, "command") == "find_ticket") {
        if (text_of(request, "number") != "T-128") throw HostError(DOCKET_FAILED, R"({"code":"not_found","detail":"no such ticket"})");
        return json::object{{"ticket", 128}, {"number", "T-128"}};
      }
      return json::object{{"ticket", request.at("ticket")}, {"number", "T-128"}, {"state", "taken"}};
    };
    plugin.emplace(host, &docket_plugin_entry,
                   json::object{{"corp_id", WecomWorld{}.corp_id}, {"agent_id", WecomWorld{}.agent_id}, {"secret", "/secret"},
                                {"style", "card"}, {"callback_token", "/token"}, {"callback_aes_key", "/aes"},
                                {"reply_minutes", 10}, {"base_url", "http://wecom.test"}});
  }
  json::object card() {
    auto delivery = sample_delivery("wangfang");
    delivery["actions"] = json::array{json::object{{"kind", "take"}, {"name", "take"}, {"label", "接单"}},
                                      json::object{{"kind", "move"}, {"name", "approve"}, {"label", "同意"}},
                                      json::object{{"kind", "answer"}, {"name", "answer"}, {"label", "回复"}}};
    auto ticket = json::object{{"id", 128}, {"number", "T-128"}, {"link", "https://desk/tickets/128"}};
    delivery["ticket"] = std::move(ticket);
    REQUIRE(text_of(plugin->deliver(delivery), "outcome") == "accepted");
    return wecom.seen().shown.back();
  }
  int call(const WecomEmulator::Call& made) { return plugin->receive_http("POST", made.target, made.body).status; }
  int text(const std::string& content, const std::string& id) { return call(wecom.text_from(crypto, "wangfang", content, id)); }
  std::string told() {
    const auto seen = wecom.seen();
    const auto& last = seen.shown.back();
    return last.contains("text") ? text_of(last.at("text").as_object(), "content") : "";
  }
};

}  // namespace

TEST_CASE("A card's button takes the ticket as the member, and the card shows it", "[wecom]") {
  Chat chat;
  const auto card = chat.card();
  CHECK(card.at("template_card").as_object().at("button_list").as_array().size() == 3);
  const auto press = chat.wecom.press(chat.crypto, "wangfang", card, "take");
  CHECK(chat.call(press) == 200);
  REQUIRE(chat.host.commands.size() == 1);
  const auto command = chat.host.commands[0];
  CHECK(text_of(command, "command") == "take_ticket");
  CHECK(number_of(command, "ticket") == 128);
  CHECK(text_of(command, "act_for") == "wangfang");
  REQUIRE(chat.wecom.seen().updates.size() == 1);
  CHECK(chat.wecom.seen().updates[0].at("button").as_object().at("replace_name").as_string() == "已接单");

  // WeCom calls up to three times; the command carries the same key, so the desk does it once.
  CHECK(chat.call(press) == 200);
  CHECK(chat.host.commands.at(1).at("key") == command.at("key"));
}

TEST_CASE("Without a callback nobody would hear a button, so cards have none", "[wecom]") {
  Chat chat;
  chat.plugin.emplace(chat.host, &docket_plugin_entry,
                      json::object{{"corp_id", WecomWorld{}.corp_id}, {"agent_id", WecomWorld{}.agent_id}, {"secret", "/secret"},
                                   {"style", "card"}, {"base_url", "http://wecom.test"}});
  CHECK_FALSE(chat.card().at("template_card").as_object().contains("button_list"));
}

TEST_CASE("A step that is called as a button of ours is still a step", "[wecom]") {
  Chat chat;
  auto delivery = sample_delivery("wangfang");
  delivery["ticket"] = json::object{{"id", 128}, {"number", "T-128"}};
  delivery["actions"] = json::array{json::object{{"kind", "move"}, {"name", "take"}, {"label", "取走"}}};
  REQUIRE(text_of(chat.plugin->deliver(delivery), "outcome") == "accepted");
  CHECK(chat.call(chat.wecom.press(chat.crypto, "wangfang", chat.wecom.seen().shown.back(), "move:take")) == 200);
  CHECK(text_of(chat.host.commands.back(), "command") == "move_ticket");
  CHECK(text_of(chat.host.commands.back(), "transition") == "take");
}

TEST_CASE("Any other button is a step of the workflow; a refusal is told", "[wecom]") {
  Chat chat;
  const auto card = chat.card();
  CHECK(chat.call(chat.wecom.press(chat.crypto, "wangfang", card, "move:approve")) == 200);
  CHECK(text_of(chat.host.commands.back(), "command") == "move_ticket");
  CHECK(text_of(chat.host.commands.back(), "transition") == "approve");

  chat.host.on_command = [](const json::object&) -> json::value {
    throw HostError(DOCKET_FAILED, R"({"code":"transition_not_allowed","detail":"Step approve leads from review; the ticket is in done.","detail_zh":"已经结束的工单不能同意"})");
  };
  CHECK(chat.call(chat.wecom.press(chat.crypto, "wangfang", card, "move:approve")) == 200);
  CHECK(chat.told().find("没有成功：已经结束的工单不能同意") != std::string::npos);
  chat.host.on_command = [](const json::object&) -> json::value {
    throw HostError(DOCKET_FAILED, R"({"code":"conflict","detail":"only in English"})");
  };
  CHECK(chat.call(chat.wecom.press(chat.crypto, "wangfang", card, "move:approve")) == 200);
  CHECK(chat.told().find("没有成功：only in English") != std::string::npos);
  CHECK(chat.wecom.seen().updates.size() == 1);
}

TEST_CASE("An answer is typed after the button, or after the ticket's number", "[wecom]") {
  Chat chat;
  const auto card = chat.card();
  CHECK(chat.call(chat.wecom.press(chat.crypto, "wangfang", card, "answer")) == 200);
  CHECK(chat.host.commands.empty());
  CHECK(chat.text("备件明天到，后天上门。", "m1") == 200);
  REQUIRE(chat.host.commands.size() == 1);
  CHECK(text_of(chat.host.commands[0], "command") == "add_message");
  CHECK(text_of(chat.host.commands[0], "kind") == "reply");
  CHECK(text_of(chat.host.commands[0], "body") == "备件明天到，后天上门。");
  CHECK(text_of(chat.host.commands[0], "key") == "m1");
  CHECK(chat.told() == "已回复工单 T-128。");

  // Used up: the next text is no answer to anything.
  CHECK(chat.text("谢谢", "m2") == 200);
  CHECK(chat.host.commands.size() == 1);
  CHECK(chat.told().find("T128 已为您换货") != std::string::npos);

  CHECK(chat.text("T-128：已为您安排换货", "m3") == 200);
  CHECK(text_of(chat.host.commands.back(), "body") == "已为您安排换货");
  CHECK(chat.text("T-999 x", "m4") == 200);
  CHECK(chat.told().find("没有找到工单 T-999") != std::string::npos);

  // The answer that was asked for may begin with what only looks like a number.
  chat.host.now_us += 1'000'000;  // a press is known by its second
  CHECK(chat.call(chat.wecom.press(chat.crypto, "wangfang", card, "answer")) == 200);
  CHECK(chat.text("A4 纸已补发", "m5") == 200);
  CHECK(text_of(chat.host.commands.back(), "body") == "A4 纸已补发");
}

TEST_CASE("A press that somebody captured does not open the answer again", "[wecom]") {
  Chat chat;
  const auto press = chat.wecom.press(chat.crypto, "wangfang", chat.card(), "answer");
  CHECK(chat.call(press) == 200);
  CHECK(chat.text("备件明天到", "m1") == 200);
  REQUIRE(chat.host.commands.size() == 1);
  SECTION("at once") { CHECK(chat.call(press) == 200); }
  SECTION("before its time is over") {
    chat.host.now_us += std::int64_t{599} * 1'000'000;
    CHECK(chat.call(press) == 200);
  }
  SECTION("later") {
    chat.host.now_us += std::int64_t{600} * 1'000'000;
    CHECK(chat.call(press) == 403);
  }
  CHECK(chat.text("这是说给别人的", "m2") == 200);
  CHECK(chat.host.commands.size() == 1);
}

TEST_CASE("A call that is signed for another time does nothing", "[wecom]") {
  Chat chat;
  const auto press = chat.wecom.press(chat.crypto, "wangfang", chat.card(), "take");
  chat.host.now_us += GENERATE(std::int64_t{601}, std::int64_t{-601}, std::int64_t{86'400}) * 1'000'000;
  CHECK(chat.call(press) == 403);
  CHECK(chat.host.commands.empty());
}

TEST_CASE("An answer that comes too late, or is called off, goes to nobody", "[wecom]") {
  Chat chat;
  const auto card = chat.card();
  CHECK(chat.call(chat.wecom.press(chat.crypto, "wangfang", card, "answer")) == 200);
  SECTION("too late") {
    chat.host.now_us += std::int64_t{601} * 1'000'000;
    CHECK(chat.text("这是说给别人的", "m1") == 200);
  }
  SECTION("called off") {
    CHECK(chat.text("取消", "m1") == 200);
    CHECK(chat.text("这是说给别人的", "m2") == 200);
  }
  CHECK(chat.host.commands.empty());
}

TEST_CASE("Calls that WeCom did not sign do nothing", "[wecom]") {
  Chat chat;
  const auto card = chat.card();
  auto press = chat.wecom.press(chat.crypto, "wangfang", card, "take");
  SECTION("another token") {
    const auto other = *CallbackCrypto::make("other", kAesKey, WecomWorld{}.corp_id);
    press = chat.wecom.press(other, "wangfang", card, "take");
  }
  SECTION("another company") {
    const auto other = *CallbackCrypto::make("call-token", kAesKey, "ww-other");
    press = chat.wecom.press(other, "wangfang", card, "take");
  }
  SECTION("a changed body") { press.body[press.body.find("<Encrypt>") + 30] ^= 1; }
  SECTION("no signature") { press.target = "/events"; }
  SECTION("no XML") { press.body = "{\"Encrypt\":1}"; }
  SECTION("entities") { press.body = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><Encrypt>&e;</Encrypt></xml>"; }
  CHECK(chat.call(press) == 403);
  CHECK(chat.host.commands.empty());
}

TEST_CASE("The address check answers what was sealed, with a bare plus in it", "[wecom]") {
  Chat chat;
  for (int tries = 0; tries < 50; ++tries) {
    const auto echo = chat.crypto.encrypt("1616140317555161061");
    const auto signature = chat.crypto.signature("1", "2", echo);
    const auto answer = chat.plugin->receive_http("GET", "/events?msg_signature=" + signature + "&timestamp=1&nonce=2&echostr=" + echo);
    CHECK(answer.status == 200);
    CHECK(answer.body == "1616140317555161061");
  }
  CHECK(chat.plugin->receive_http("GET", "/events?msg_signature=0&timestamp=1&nonce=2&echostr=AAAA").status == 403);
}
