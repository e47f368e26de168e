// SPDX-License-Identifier: Apache-2.0
// What DingTalk calls with, and its own test vectors.
#include "dingtalk_emulator.hpp"
#include "docket/http.hpp"
#include "docket/test_host.hpp"
#include "support/catch.hpp"

using namespace docket::sdk;
using namespace docket::dingtalk;

namespace {

constexpr const char* kAesKey = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij";

struct Chat {
  TestHost host;
  DingtalkEmulator dingtalk{[this] { return host.now_us / 1'000'000; }};
  CallbackCrypto crypto = *CallbackCrypto::make("call-token", kAesKey, DingtalkWorld{}.app_key);
  std::optional<TestPlugin> plugin;
  Chat() {
    host.secrets = {{"/secret", DingtalkWorld{}.app_secret}, {"/token", "call-token"}, {"/aes", kAesKey}};
    host.reachable["dingtalk.test:80"] = dingtalk.port();
    host.on_command = [](const json::object& request) -> json::value {
      if (text_of(request, "number") == "T-9") throw HostError(DOCKET_FAILED, R"({"code":"not_found","detail":"no such ticket"})");
      if (text_of(request, "body") == "已经关了")
        throw HostError(DOCKET_FAILED, R"({"code":"conflict","detail":"The ticket is closed.","detail_zh":"工单已关闭。"})");
      return json::object{{"ticket", 128}, {"number", "T-128"}};
    };
    plugin.emplace(host, &docket_plugin_entry,
                   json::object{{"app_key", DingtalkWorld{}.app_key}, {"app_secret", "/secret"}, {"agent_id", DingtalkWorld{}.agent_id},
                                {"robot_code", "robot"}, {"callback_token", "/token"}, {"callback_aes_key", "/aes"},
                                {"base_url", "http://dingtalk.test"}, {"old_base_url", "http://dingtalk.test"}});
  }
  TestPlugin::Http call(const DingtalkEmulator::Call& made) { return plugin->receive_http("POST", made.target, made.body, made.headers); }
};

}  // namespace

TEST_CASE("Vector: DingTalk's first callback", "[dingtalk][vectors]") {
  const auto one = CallbackCrypto::make("123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw");
  REQUIRE(one);
  const std::string first = "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==";
  CHECK(one->signature("1614767836", "A7Co0cJLMzIDtMMI", first) == "9a95a004dd16f5c307e849b994173f76aa26e5eb");
  CHECK(one->decrypt(first) == "success");
  CHECK_FALSE(CallbackCrypto::make("123456", "1234567890123456789012345678901234567890123", "another")->decrypt(first));
}

TEST_CASE("Vector: DingTalk's second callback", "[dingtalk][vectors]") {
  const auto two = CallbackCrypto::make("123456", kAesKey, "suite4xxxxxxxxxxxxxxx");
  REQUIRE(two);
  const std::string second =
      "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/Z"
      "pulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==";
  CHECK(two->signature("1445827045067", "nEXhMP4r", second) == "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0");
  CHECK(two->decrypt(second) ==
        R"({"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"})");
}

TEST_CASE("Vector: the signature of DingTalk's robot", "[dingtalk][vectors]") {
  const auto sign = hmac_sha256_base64("this is secret", "1577262236757\nthis is secret");
  CHECK(escape_url(sign) == "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D");
}

TEST_CASE("Trap: a token that ended early is renewed in the new interface too", "[dingtalk]") {
  Chat chat;
  CHECK(chat.call(chat.dingtalk.chat("wangfang", "T-128 一", "m1")).status == 200);
  chat.dingtalk.change([](DingtalkWorld& world) { world.end_token = true; });
  CHECK(chat.call(chat.dingtalk.chat("wangfang", "T-128 二", "m2")).status == 200);
  CHECK(chat.dingtalk.seen().told.size() == 2);
  CHECK(chat.dingtalk.seen().tokens_asked == 2);
}

TEST_CASE("An event is answered with a sealed success, a forged one is not", "[dingtalk]") {
  Chat chat;
  const auto good = chat.call(chat.dingtalk.event(chat.crypto, {{"EventType", "check_url"}}));
  CHECK(good.status == 200);
  const auto answer = json::parse(good.body).as_object();
  CHECK(chat.crypto.decrypt(text_of(answer, "encrypt")) == "success");
  CHECK(chat.crypto.signed_by(text_of(answer, "msg_signature"), text_of(answer, "timeStamp"), text_of(answer, "nonce"), text_of(answer, "encrypt")));

  const auto other = *CallbackCrypto::make("other", kAesKey, DingtalkWorld{}.app_key);
  CHECK(chat.call(chat.dingtalk.event(other, {{"EventType", "check_url"}})).status == 403);
  auto bent = chat.dingtalk.event(chat.crypto, {{"EventType", "check_url"}});
  bent.body = "[]";
  CHECK(chat.call(bent).status == 403);
}

TEST_CASE("A person answers a ticket by writing to the robot", "[dingtalk]") {
  Chat chat;
  CHECK(chat.call(chat.dingtalk.chat("wangfang", " T-128 备件明天到", "m1")).status == 200);
  REQUIRE(chat.host.commands.size() == 2);
  const auto said = chat.host.commands[1];
  CHECK(text_of(said, "command") == "add_message");
  CHECK(text_of(said, "act_for") == "wangfang");
  CHECK(text_of(said, "key") == "m1");
  CHECK(text_of(said, "body") == "备件明天到");
  CHECK(chat.dingtalk.seen().told.size() == 1);

  CHECK(chat.call(chat.dingtalk.chat("wangfang", "你好", "m2")).status == 200);
  CHECK(chat.call(chat.dingtalk.chat("wangfang", "T-9 x", "m3")).status == 200);
  CHECK(chat.host.commands.size() == 3);
  CHECK(chat.dingtalk.seen().told.size() == 3);
  CHECK(chat.call(chat.dingtalk.chat("wangfang", "T-128 已经关了", "m4")).status == 200);
  REQUIRE(chat.dingtalk.seen().told.size() == 4);
  CHECK(json::serialize(chat.dingtalk.seen().told.back()).find("没有发出：工单已关闭。") != std::string::npos);
}

TEST_CASE("A message to the robot without its signature, or too old, is refused", "[dingtalk]") {
  Chat chat;
  auto forged = chat.dingtalk.chat("wangfang", "T-128 x", "m1");
  SECTION("signature") { forged.headers["sign"] = "AAAA"; }
  SECTION("time") { chat.host.now_us += GENERATE(std::int64_t{600}, std::int64_t{-600}) * 1'000'000; }
  SECTION("none") { forged.headers = {}; }
  CHECK(chat.call(forged).status == 403);
  CHECK(chat.host.commands.empty());
}
