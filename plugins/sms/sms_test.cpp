// SPDX-License-Identifier: Apache-2.0
// Sending by kannel and by a described gateway, each against an emulator as strict as the real ones; a test a trap.
#include "docket/test_host.hpp"
#include "sms_emulator.hpp"
#include "sms_gateway.hpp"
#include "sms_text.hpp"
#include "support/catch.hpp"

using namespace docket::sdk;
using namespace docket::sms;

namespace {

struct Desk {
  TestHost host;
  SmsEmulator gateway{[this] { return host.now_us / 1'000'000; }};
  json::object settings;
  Desk() {
    host.secrets["/password"] = SmsWorld{}.password;
    host.secrets["/callback/secret"] = "a secret of the callback";
    host.reachable["sms.test:80"] = gateway.port();
    kannel();
  }
  void kannel() {
    settings = {{"gateway", "kannel"}, {"url", "http://sms.test/cgi-bin/sendsms"}, {"user", "docket"}, {"password", "/password"}, {"sender", "10690001"}};
  }
  void vendor() {
    settings = {{"gateway", "http"},
                {"url", "http://sms.test/sms/v1/send"},
                {"password", "/password"},
                {"signature", "示例科技"},
                {"numbers", "national"},
                {"headers", json::array{json::object{{"name", "X-Api-Key"}, {"value", "{{password}}"}}}},
                {"body_type", "json"},
                {"body", R"({"mobile": "{{to}}", "content": "{{text}}", "ext": "{{key}}", "parts": {{parts}}})"},
                {"id", {{"path", "data.0.sid"}}},
                {"answers", json::parse(R"([{"path": "code", "equals": ["0"], "means": "accepted"},
                                            {"path": "code", "equals": ["5", "12"], "means": "settings"},
                                            {"path": "code", "equals": ["22"], "means": "later", "wait_s": 60},
                                            {"path": "code", "pattern": "^5\\d\\d$", "means": "later"},
                                            {"path": "code", "equals": ["20", "21"], "means": "rejected"}])")}};
  }
  json::object send(std::string_view to, std::string_view body = "工单 T-1 即将超时", const std::string& key = "1-7-0") {
    auto delivery = sample_delivery(to, "提醒", body);
    delivery["key"] = key;
    return TestPlugin(host, &docket_plugin_entry, settings).deliver(delivery);
  }
};

std::string outcome(const json::object& answer) {
  return text_of(answer, "outcome");
}

}  // namespace

TEST_CASE("Chinese leaves kannel as UCS-2, with its sender, and its size stands in the story", "[sms]") {
  Desk desk;
  const auto answer = desk.send("138 0000 1111", "工单 T-1 即将超时 & 100%+\n请处理");
  CHECK(outcome(answer) == "accepted");
  CHECK(text_of(answer, "vendor_id") == "1-7-0");
  CHECK(text_of(answer, "error") == "UCS-2, 23 characters, 1 part");
  const auto shown = desk.gateway.shown();
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].to == "+8613800001111");
  CHECK(shown[0].from == "10690001");
  CHECK(shown[0].text == "工单 T-1 即将超时 & 100%+\n请处理");
  CHECK(shown[0].ucs2);
  CHECK(shown[0].receipt_url.empty());
  CHECK(desk.host.logged("UCS-2, 23 characters, 1 part"));
  CHECK_FALSE(desk.host.logged("13800001111"));  // numbers do not stand in logs
}

TEST_CASE("Latin leaves kannel in the GSM alphabet", "[sms]") {
  Desk desk;
  CHECK(outcome(desk.send("13800001111", "Ticket T-1 is late")) == "accepted");
  CHECK_FALSE(desk.gateway.shown().at(0).ucs2);
}

TEST_CASE("A long text is cut to the parts that are paid for", "[sms]") {
  Desk desk;
  desk.settings["max_parts"] = 2;
  std::string text;
  for (int i = 0; i < 500; ++i) text += "长";
  CHECK(text_of(desk.send("13800001111", text), "error") == "UCS-2, 134 characters, 2 parts");
  CHECK(counted(desk.gateway.shown().at(0).text).parts == 2);
}

TEST_CASE("The text is what the settings say, with the mark that operators want", "[sms]") {
  Desk desk;
  desk.settings["signature"] = "示例科技";
  desk.settings["text"] = "{{subject}}：{{body}}（{{number}}）";
  CHECK(outcome(desk.send("13800001111", "已发货")) == "accepted");
  CHECK(desk.gateway.shown().at(0).text.starts_with("【示例科技】提醒：已发货（"));
  CHECK(outcome(desk.send("13800001111", "【示例科技】已发货", "1-8-0")) == "accepted");
  CHECK(desk.gateway.shown().at(1).text.starts_with("提醒：【示例科技】"));
}

TEST_CASE("What the gateway took is accepted, also when its number can not be noted", "[sms]") {
  Desk desk;
  desk.settings["callback"] = json::object{{"url", "https://desk.test/api/v1/hooks/sms"}, {"secret", "/callback/secret"}};
  desk.settings["incoming"] = json::object{};
  desk.host.state_fails = true;
  auto delivery = sample_delivery("13800001111");
  delivery["recipient"] = json::object{{"kind", "customer"}, {"id", 3}, {"name", "张三"}, {"address", "13800001111"}};
  const auto answer = TestPlugin(desk.host, &docket_plugin_entry, desk.settings).deliver(delivery);
  CHECK(outcome(answer) == "accepted");
  CHECK(desk.gateway.shown().size() == 1);
  CHECK(desk.host.logged("could not be noted"));
}

TEST_CASE("Numbers that get no SMS are refused here, before anybody is asked", "[sms]") {
  Desk desk;
  CHECK(outcome(desk.send("021-68881234")) == "rejected");
  CHECK(outcome(desk.send("转 8001")) == "rejected");
  const auto abroad = desk.send("+1 415 555 2671");
  CHECK(outcome(abroad) == "rejected");
  CHECK(text_of(abroad, "error").find("abroad: true") != std::string::npos);
  CHECK(desk.gateway.server().requests().empty());
  desk.settings["abroad"] = true;
  CHECK(outcome(desk.send("+1 415 555 2671")) == "accepted");
}

TEST_CASE("Trap: a wrong password at kannel is said once and stops the destination", "[sms]") {
  Desk desk;
  desk.host.secrets["/password"] = "wrong-one";
  const auto answer = desk.send("13800001111");
  CHECK(outcome(answer) == "failed");
  CHECK(yes_of(answer, "halt"));
  CHECK(text_of(answer, "error").find("Authorization failed") != std::string::npos);
  CHECK(text_of(answer, "error").find("wrong-one") == std::string::npos);
  CHECK(desk.gateway.server().requests().size() == 1);
  const auto health = TestPlugin(desk.host, &docket_plugin_entry, desk.settings).health();
  CHECK_FALSE(yes_of(health, "healthy", true));
  CHECK(yes_of(health, "halt"));
}

TEST_CASE("Health asks kannel about the account and sends nothing", "[sms]") {
  Desk desk;
  CHECK(yes_of(TestPlugin(desk.host, &docket_plugin_entry, desk.settings).health(), "healthy"));
  CHECK(desk.gateway.shown().empty());
  CHECK(desk.gateway.server().requests().size() == 1);
}

TEST_CASE("kannel: busy is later, a refused number never", "[sms]") {
  Desk desk;
  desk.gateway.change([](SmsWorld& world) { world.smsc_down = true; });
  CHECK(outcome(desk.send("13800001111")) == "retry_later");
  desk.gateway.change([](SmsWorld& world) {
    world.smsc_down = false;
    world.refused = {"+8613800001111"};
  });
  CHECK(outcome(desk.send("13800001111")) == "rejected");
}

TEST_CASE("Trap: a described gateway says 200 to everything; its body tells", "[sms]") {
  Desk desk;
  desk.vendor();
  const auto answer = desk.send("+86 138 0000 1111", "他说：\"好\"\n\\完");
  CHECK(outcome(answer) == "accepted");
  CHECK(text_of(answer, "vendor_id") == "sid-1");
  const auto shown = desk.gateway.shown();
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].to == "13800001111");
  CHECK(shown[0].text == "【示例科技】他说：\"好\"\n\\完");

  desk.gateway.change([](SmsWorld& world) { world.most_a_minute = 1; });
  auto said = desk.send("13800001111", "又一条", "1-8-0");
  CHECK(outcome(said) == "retry_later");
  CHECK(number_of(said, "retry_after_s") == 60);
  desk.gateway.change([](SmsWorld& world) { world.smsc_down = true; });
  CHECK(outcome(desk.send("13900001111", "又一条", "1-9-0")) == "retry_later");
  desk.gateway.change([](SmsWorld& world) {
    world.smsc_down = false;
    world.refused = {"13900001111"};
  });
  CHECK(outcome(desk.send("13900001111", "又一条", "1-10-0")) == "rejected");
  desk.settings.erase("signature");
  said = desk.send("13700001111", "又一条", "1-11-0");
  CHECK(outcome(said) == "failed");
  CHECK(yes_of(said, "halt"));
}

TEST_CASE("Trap: an answer that fits no rule is no success, and is not sent twice", "[sms]") {
  Desk desk;
  desk.vendor();
  desk.settings["answers"] = json::parse(R"([{"path": "code", "equals": ["OK"], "means": "accepted"}])");
  const auto answer = desk.send("13800001111");
  CHECK(outcome(answer) == "rejected");
  CHECK(text_of(answer, "error").find("fits none") != std::string::npos);
  CHECK_FALSE(yes_of(answer, "halt"));
}

TEST_CASE("A gateway of forms and words: parameters are escaped, those without value stay out", "[sms]") {
  TestHost host;
  EmulatorAnswer next;
  next.body = "OK:778899";
  next.media_type = "text/plain";
  Emulator emulator([&](const EmulatorRequest&) { return next; });
  host.reachable["sms.test:80"] = emulator.port();
  host.secrets["/password"] = "p&w=1";
  json::object settings{{"gateway", "http"}, {"url", "http://sms.test/send?v=2"}, {"method", "GET"}, {"user", "u"}, {"password", "/password"},
                        {"parameters", json::parse(R"([{"name": "pwd", "value": "{{password}}"}, {"name": "mob", "value": "{{to}}"},
                          {"name": "hex", "value": "{{ text_hex }}"}, {"name": "ext", "value": "{{sender}}"}])")},
                        {"headers", json::parse(R"([{"name": "Authorization", "value": "Basic {{basic}}"}])")},
                        {"answers", json::parse(R"([{"pattern": "^OK", "means": "accepted"}, {"pattern": "^BUSY", "means": "later"}])")},
                        {"id", {{"pattern", "^OK:(\\d+)"}}}};
  TestPlugin plugin(host, &docket_plugin_entry, settings);
  const auto answer = plugin.deliver(sample_delivery("13800001111", "", "单"));
  CHECK(outcome(answer) == "accepted");
  CHECK(text_of(answer, "vendor_id") == "778899");
  const auto request = emulator.requests().at(0);
  CHECK(request.query == "v=2&pwd=p%26w%3D1&mob=%2B8613800001111&hex=5355");
  CHECK(request.header("authorization") == "Basic dTpwJnc9MQ==");
  next.body = "BUSY";
  CHECK(outcome(plugin.deliver(sample_delivery("13800001111"))) == "retry_later");
  next.body = "";
  next.status = 500;
  CHECK(outcome(plugin.deliver(sample_delivery("13800001111"))) == "retry_later");
  next.status = 302;
  CHECK(yes_of(plugin.deliver(sample_delivery("13800001111")), "halt"));
}

TEST_CASE("A cut line, nonsense and a foreign host are failures of that delivery", "[sms]") {
  TestHost host;
  EmulatorAnswer next;
  Emulator emulator([&](const EmulatorRequest&) { return next; });
  host.reachable["sms.test:80"] = emulator.port();
  const json::object settings{{"gateway", "kannel"}, {"url", "http://sms.test/cgi-bin/sendsms"}};
  TestPlugin plugin(host, &docket_plugin_entry, settings);
  next.fault = EmulatorAnswer::Fault::cut;
  auto said = plugin.deliver(sample_delivery("13800001111"));
  CHECK(outcome(said) == "failed");
  CHECK_FALSE(yes_of(said, "halt"));
  next.fault = EmulatorAnswer::Fault::broken;
  CHECK(outcome(plugin.deliver(sample_delivery("13800001111"))) == "failed");
  next.fault = EmulatorAnswer::Fault::none;
  next.body = std::string(400'000, 'x');
  CHECK(outcome(plugin.deliver(sample_delivery("13800001111"))) == "failed");
  host.reachable.clear();
  CHECK(yes_of(TestPlugin(host, &docket_plugin_entry, settings).deliver(sample_delivery("13800001111")), "halt"));
}

TEST_CASE("Wrong settings are refused with what to do", "[sms]") {
  Desk desk;
  const auto refused = [&](std::string_view words) {
    CHECK_THROWS_WITH(TestPlugin(desk.host, &docket_plugin_entry, desk.settings), Catch::Contains(std::string(words)));
  };
  desk.settings["body"] = "x";
  refused("kannel's own is known");
  desk.vendor();
  desk.settings["body"] = R"({"mobile": "{{tel}}"})";
  refused("{{tel}} in body is no value");
  desk.settings["body"] = R"({"mobile": "{{to}}", "content": {{text})";
  refused("body is no JSON");
  desk.settings["body"] = R"({"mobile": "{{to}}"})";
  refused("names neither");
  desk.vendor();
  desk.settings["url"] = "http://{{to}}.test/";
  refused("host in url must be written out");
  desk.vendor();
  desk.settings["answers"] = json::parse(R"([{"means": "accepted"}])");
  refused("says nothing of the answer");
  desk.settings["answers"] = json::parse(R"([{"pattern": "(", "means": "accepted"}])");
  refused("no regular expression");
  desk.vendor();
  desk.settings["incoming"] = json::object{};
  refused("incoming needs callback");
}

TEST_CASE("Places in JSON", "[sms]") {
  const auto document = json::parse(R"({"a": {"b": [{"c": "x"}, 7, true, null]}})");
  CHECK(scalar_at(document, "a.b.0.c") == "x");
  CHECK(scalar_at(document, "$.a.b.1") == "7");
  CHECK(scalar_at(document, "a.b.2") == "true");
  CHECK(scalar_at(document, "a.b.3") == "");
  CHECK_FALSE(scalar_at(document, "a.b"));
  CHECK_FALSE(scalar_at(document, "a.b.9"));
  CHECK_FALSE(scalar_at(document, "a.b.0.c.d"));
}
