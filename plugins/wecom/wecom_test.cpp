// SPDX-License-Identifier: Apache-2.0
// The app's messages against the emulator, one test a known trap; and the vendor's own test vectors.
#include "docket/callback_crypto.hpp"
#include "docket/test_host.hpp"
#include "docket/text.hpp"
#include "support/catch.hpp"
#include "wecom_emulator.hpp"
#include "wecom_message.hpp"

#include <fstream>

using namespace docket::sdk;
using namespace docket::wecom;

namespace {

struct Desk {
  TestHost host;
  WecomEmulator wecom{[this] { return host.now_us / 1'000'000; }};
  json::object settings{{"corp_id", WecomWorld{}.corp_id}, {"agent_id", WecomWorld{}.agent_id}, {"secret", "/secret"},
                        {"style", "card"}, {"base_url", "http://wecom.test"}};
  std::optional<TestPlugin> plugin;
  Desk() {
    host.secrets["/secret"] = WecomWorld{}.secret;
    host.reachable["wecom.test:80"] = wecom.port();
  }
  TestPlugin& run() {
    if (!plugin) plugin.emplace(host, &docket_plugin_entry, settings);
    return *plugin;
  }
  json::object send(const std::string& to, const std::string& key = "1-7-0", const std::string& subject = "工单提醒", int attempt = 1) {
    auto delivery = sample_delivery(to, subject);
    delivery["key"] = key;
    delivery["attempt"] = attempt;
    return run().deliver(delivery);
  }
};

std::string outcome(const json::object& answer) {
  return text_of(answer, "outcome");
}

}  // namespace

namespace {

constexpr const char* kVectorAes = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";  // its last character leaves bits over, which strict decoders refuse

/// How many bytes of padding `sealed` ends with, by the layout: 16 random bytes, 4 of length, the text, the receiver.
std::size_t padding(std::string_view sealed, std::string_view plain, std::string_view receiver) {
  const auto bytes = sealed.size() / 4 * 3 - static_cast<std::size_t>(std::ranges::count(sealed, '='));
  return bytes - 20 - plain.size() - receiver.size();
}

}  // namespace

TEST_CASE("Vector: WeCom's check of an address", "[wecom][vectors]") {
  const auto crypto = CallbackCrypto::make("QDG6eK", kVectorAes, "wx5823bf96d3bd56c7");
  REQUIRE(crypto);
  const std::string echo = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==";
  CHECK(crypto->signature("1409659589", "263014780", echo) == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3");
  CHECK(crypto->decrypt(echo) == "1616140317555161061");
  CHECK(padding(echo, "1616140317555161061", "wx5823bf96d3bd56c7") == 7);
  CHECK_FALSE(CallbackCrypto::make("QDG6eK", kVectorAes, "wx5823bf96d3bd56c8")->decrypt(echo));
}

TEST_CASE("Vector: WeCom's message, padded by 30 to 32 and not to 16", "[wecom][vectors]") {
  const auto crypto = CallbackCrypto::make("QDG6eK", kVectorAes, "wx5823bf96d3bd56c7");
  REQUIRE(crypto);
  const std::string message =
      "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUk"
      "SUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekU"
      "NXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rU"
      "PA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+"
      "qN+E7Q==";
  CHECK(crypto->signature("1409659813", "1372623149", message) == "477715d11cdb4164915debcba66cb864d751f3e6");
  const auto plain = crypto->decrypt(message);
  REQUIRE(plain);
  CHECK(padding(message, *plain, "wx5823bf96d3bd56c7") == 30);
  for (const auto* part : {"<FromUserName><![CDATA[mycreate]]>", "<Content><![CDATA[hello]]></Content>", "<AgentID>218</AgentID>"})
    CHECK(plain->find(part) != std::string::npos);
}

TEST_CASE("Vector: WeCom's signature alone", "[wecom][vectors]") {
  const auto signer = CallbackCrypto::make("kjr2TKI8umCBfVF3wAHk8JiPwma5VBme", kVectorAes, "");
  REQUIRE(signer);
  CHECK(signer->signature("1583940690", "6KmUQuPVu7UhjyVqRdbo5SfcRqaHvbUlKSHFvBV2ZuR6TIlKsygcfeSd1GDplg1C5KSKr6UPHCaC/nIX3ZNt9w==",
                          "VHh7ymSeb0jc4lSb") == "1ba3cb09c0d2c2b3ed6900d37f91a6efae6cb011");
}

TEST_CASE("The envelope holds any length and refuses what is not for it", "[wecom][vectors]") {
  const auto crypto = CallbackCrypto::make("t", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "corp");
  for (std::size_t size = 0; size < 100; ++size) CHECK(crypto->decrypt(crypto->encrypt(std::string(size, 'x'))) == std::string(size, 'x'));
  const auto other = CallbackCrypto::make("t", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "corporation");
  CHECK_FALSE(other->decrypt(crypto->encrypt("x")));
  CHECK_FALSE(crypto->decrypt("not base64!"));
  CHECK_FALSE(crypto->decrypt(""));
  CHECK_FALSE(crypto->decrypt("AAAA"));
  CHECK_FALSE(CallbackCrypto::make("t", "too short", "corp"));
}

TEST_CASE("A message reaches its member as a card that leads to the ticket", "[wecom]") {
  Desk desk;
  const auto answer = desk.send("wangfang");
  CHECK(outcome(answer) == "accepted");
  CHECK_FALSE(text_of(answer, "vendor_id").empty());
  const auto seen = desk.wecom.seen();
  REQUIRE(seen.shown.size() == 1);
  const auto& card = seen.shown[0].at("template_card").as_object();
  CHECK(card.at("card_type").as_string() == "text_notice");
  CHECK(card.at("main_title").as_object().at("title").as_string() == "工单提醒");
}

TEST_CASE("Trap: a repeated try is identical and is shown once", "[wecom]") {
  Desk desk;
  CHECK(outcome(desk.send("wangfang")) == "accepted");
  CHECK(outcome(desk.send("wangfang")) == "accepted");
  CHECK(desk.wecom.seen().shown.size() == 1);
  CHECK(outcome(desk.send("wangfang", "1-8-0")) == "accepted");
  CHECK(desk.wecom.seen().shown.size() == 2);
}

TEST_CASE("Trap: a second notice with the words of the first is shown; a repeated try is not", "[wecom]") {
  const auto* style = GENERATE("text", "markdown", "card");
  Desk desk;
  desk.settings["style"] = style;
  CHECK(outcome(desk.send("wangfang")) == "accepted");
  desk.host.now_us += 60'000'000;
  CHECK(outcome(desk.send("wangfang", "1-8-0")) == "accepted");
  CHECK(desk.wecom.seen().shown.size() == 2);
  desk.host.now_us += 1'000'000;
  CHECK(outcome(desk.send("wangfang", "1-8-0", "工单提醒", 2)) == "accepted");
  CHECK(desk.wecom.seen().shown.size() == 2);
  desk.host.now_us += 1'800'000'000;
  CHECK(outcome(desk.send("wangfang", "1-9-0")) == "accepted");
  CHECK(desk.wecom.seen().shown.size() == 3);
}

TEST_CASE("Trap: an expired token is fetched once more, and a dead one too", "[wecom]") {
  Desk desk;
  CHECK(outcome(desk.send("wangfang")) == "accepted");
  CHECK(desk.wecom.seen().tokens_asked == 1);
  CHECK(outcome(desk.send("liwei", "1-8-0")) == "accepted");
  CHECK(desk.wecom.seen().tokens_asked == 1);
  SECTION("in time, before it ends") {
    desk.host.now_us += std::int64_t{7000} * 1'000'000;
    CHECK(outcome(desk.send("wangfang", "1-9-0")) == "accepted");
    CHECK(desk.wecom.seen().tokens_asked == 2);
  }
  SECTION("when the vendor ends it early") {
    desk.wecom.change([](WecomWorld& world) { world.end_token = true; });
    CHECK(outcome(desk.send("wangfang", "1-9-0")) == "accepted");
    CHECK(desk.wecom.seen().tokens_asked == 2);
  }
  SECTION("when no token is good enough") {
    desk.wecom.change([](WecomWorld& world) { world.every_answer = 42001; });
    CHECK(outcome(desk.send("wangfang", "1-9-0")) == "failed");
    CHECK(desk.wecom.seen().tokens_asked == 2);  // once, never a loop
  }
}

TEST_CASE("Trap: a wrong secret is said once and stops the destination", "[wecom]") {
  Desk desk;
  desk.host.secrets["/secret"] = "wrong";
  const auto answer = desk.send("wangfang");
  CHECK(outcome(answer) == "failed");
  CHECK(yes_of(answer, "halt"));
  CHECK(text_of(answer, "error").find("Secret") != std::string::npos);
  CHECK(text_of(answer, "error").find("wrong\"") == std::string::npos);
  CHECK(desk.wecom.seen().tokens_asked == 1);
}

TEST_CASE("Trap: partial failure stands in an answer that says ok", "[wecom]") {
  Desk desk;
  desk.wecom.change([](WecomWorld& world) { world.unlicensed.insert("zhaolei"); });
  CHECK(outcome(desk.send("zhaolei")) == "rejected");
  CHECK(outcome(desk.send("nobody", "1-8-0")) == "rejected");
}

TEST_CASE("Trap: errors in HTTP 200 become what they mean", "[wecom]") {
  Desk desk;
  const auto with = [&](std::int64_t code, const std::string& key) {
    desk.wecom.change([&](WecomWorld& world) { world.every_answer = code; });
    return desk.send("wangfang", key);
  };
  auto answer = with(45009, "1-1-0");
  CHECK(outcome(answer) == "retry_later");
  CHECK(number_of(answer, "retry_after_s") == 60);
  CHECK(outcome(with(-1, "1-2-0")) == "retry_later");
  answer = with(60020, "1-3-0");
  CHECK(outcome(answer) == "failed");
  CHECK(yes_of(answer, "halt"));
  CHECK(outcome(with(45002, "1-4-0")) == "rejected");
}

TEST_CASE("Trap: above thirty a minute to one member WeCom answers ok and shows nothing", "[wecom]") {
  Desk desk;
  for (int i = 0; i < 31; ++i) CHECK(outcome(desk.send("wangfang", "1-" + std::to_string(i) + "-0")) == "accepted");
  CHECK(desk.wecom.seen().shown.size() == 30);
  CHECK(desk.wecom.seen().dropped.size() == 1);
  // So nobody notices but whoever keeps below: the desk does, by the limits of the manifest.
  std::ifstream file(WECOM_MANIFEST);
  const auto manifest = json::parse(std::string(std::istreambuf_iterator<char>(file), {})).as_object();
  const auto& limits = manifest.at("limits").as_object();
  CHECK(number_of(limits, "per_recipient_per_minute") < 30);
  CHECK(number_of(limits, "per_recipient_per_hour") < 1000);
}

TEST_CASE("Trap: escapes in the JSON are refused, so texts go out as they are", "[wecom]") {
  Desk desk;
  for (const auto* style : {"card", "text", "markdown"}) {
    INFO(style);
    desk.settings["style"] = style;
    desk.plugin.reset();
    const auto answer = desk.send("wangfang", std::string("1-1-") + style, "工单 😀 \"x\" \x01\x1b[31m é\u2028");
    INFO(text_of(answer, "error"));
    CHECK(outcome(answer) == "accepted");
  }
  CHECK(desk.wecom.seen().shown.size() == 3);
}

TEST_CASE("Trap: the address of this server is not among the trusted", "[wecom]") {
  Desk desk;
  desk.wecom.change([](WecomWorld& world) { world.trusted_address = false; });
  const auto answer = desk.send("wangfang");
  CHECK(yes_of(answer, "halt"));
  CHECK_THAT(text_of(answer, "error"), Catch::Contains("60020") && Catch::Contains("可信IP"));
}

TEST_CASE("Trap: texts too long for the vendor are cut between characters", "[wecom]") {
  Desk desk;
  desk.settings["style"] = "text";
  auto delivery = sample_delivery("wangfang", "提醒", std::string(3000, 'a') + "工单");
  CHECK(outcome(desk.run().deliver(delivery)) == "accepted");
  CHECK(shortened("工单工单", 10) == "工单…");
  CHECK(shortened("工单工单", 12) == "工单工单");
  CHECK(shortened("abc", 2).empty());
}

TEST_CASE("Customers of members are pulled page by page, whole", "[wecom]") {
  Desk desk;
  desk.wecom.change([](WecomWorld& world) {
    for (int member = 0; member < 130; ++member) {
      auto& list = world.customers["u" + std::to_string(1000 + member)];
      for (int i = 0; i < member % 4; ++i)
        list.push_back({{"external_contact", {{"external_userid", "wo" + std::to_string(member) + "-" + std::to_string(i)}, {"name", "客户"}}},
                        {"follow_info", {{"userid", "u"}, {"remark", "老客户"}, {"remark_mobiles", {"13800001111"}}}}});
    }
  });
  std::set<std::string> ids;
  std::string cursor;
  for (int page = 0; page < 50; ++page) {
    const auto answer = desk.run().pull({{"resource", "customers"}, {"cursor", cursor}, {"limit", 60}, {"full", true}});
    for (const auto& record : answer.at("records").as_array()) {
      ids.emplace(record.as_object().at("id").as_string());
      CHECK(record.as_object().at("data").as_object().at("mobile").as_string() == "13800001111");
    }
    cursor = text_of(answer, "cursor");
    if (!yes_of(answer, "more")) break;
  }
  CHECK(ids.size() == 193);
}

TEST_CASE("Half a callback is refused when the plugin is made", "[wecom]") {
  Desk desk;
  desk.settings["callback_token"] = "/token";
  CHECK_THROWS_WITH(desk.run(), Catch::Contains("belong together"));
}
