// SPDX-License-Identifier: Apache-2.0
// Work notices against the emulator, one test a known trap.
#include "dingtalk_emulator.hpp"
#include "docket/test_host.hpp"
#include "support/catch.hpp"

using namespace docket::sdk;
using namespace docket::dingtalk;

namespace {

struct Desk {
  TestHost host;
  DingtalkEmulator dingtalk{[this] { return host.now_us / 1'000'000; }};
  std::optional<TestPlugin> plugin;
  Desk() {
    host.secrets["/secret"] = DingtalkWorld{}.app_secret;
    host.reachable["dingtalk.test:80"] = dingtalk.port();
    restart();
  }
  void restart() {
    plugin.reset();
    plugin.emplace(host, &docket_plugin_entry,
                   json::object{{"app_key", DingtalkWorld{}.app_key}, {"app_secret", "/secret"}, {"agent_id", DingtalkWorld{}.agent_id},
                                {"base_url", "http://dingtalk.test"}, {"old_base_url", "http://dingtalk.test"}});
  }
  json::object send(const std::string& to, const std::string& key) {
    auto delivery = sample_delivery(to);
    delivery["key"] = key;
    return plugin->deliver(delivery);
  }
  void pass(std::int64_t seconds) { host.now_us += seconds * 1'000'000; }
  /// Receipts so far, "vendor id outcome".
  std::vector<std::string> receipts() const {
    std::vector<std::string> out;
    for (const auto& command : host.commands) out.push_back(text_of(command, "vendor_id") + " " + text_of(command, "outcome"));
    return out;
  }
};

}  // namespace

TEST_CASE("A notice is accepted, and delivered once DingTalk says so", "[dingtalk]") {
  Desk desk;
  const auto answer = desk.send("wangfang", "1-7-0");
  CHECK(text_of(answer, "outcome") == "accepted");
  const auto task = text_of(answer, "vendor_id");
  CHECK_FALSE(task.empty());
  (void)desk.plugin->poll();
  CHECK(desk.receipts().empty());  // too early to ask
  desk.pass(30);
  (void)desk.plugin->poll();
  CHECK(desk.receipts() == std::vector<std::string>{task + " delivered"});
  (void)desk.plugin->poll();
  CHECK(desk.receipts().size() == 1);
}

TEST_CASE("Trap: the same content on the same day is dropped with ok; ours differ from message to message", "[dingtalk]") {
  Desk desk;
  (void)desk.send("wangfang", "1-7-0");
  (void)desk.send("wangfang", "1-8-0");
  CHECK(desk.dingtalk.seen().shown.size() == 2);
  // The same delivery tried again is the same message: dropped by DingTalk, and the person has it already.
  (void)desk.send("wangfang", "1-7-0");
  CHECK(desk.dingtalk.seen().shown.size() == 2);
  CHECK(desk.dingtalk.seen().dropped.size() == 1);
}

TEST_CASE("What DingTalk took is accepted, also when its result can not be asked for", "[dingtalk]") {
  Desk desk;
  desk.host.state_fails = true;
  const auto answer = desk.send("wangfang", "1-7-0");
  CHECK(text_of(answer, "outcome") == "accepted");
  CHECK_FALSE(text_of(answer, "vendor_id").empty());
  CHECK(desk.host.logged("will not be asked for"));
  desk.host.state_fails = false;
  CHECK(text_of(desk.send("liwei", "1-8-0"), "outcome") == "accepted");
  desk.pass(30);
  (void)desk.plugin->poll();
  CHECK(desk.receipts().size() == 1);
}

TEST_CASE("Trap: over the limit of a day DingTalk answers ok; the receipt says what happened", "[dingtalk]") {
  Desk desk;
  desk.dingtalk.change([](DingtalkWorld& world) { world.daily_most = 2; });
  for (int i = 0; i < 3; ++i) CHECK(text_of(desk.send("liwei", "2-" + std::to_string(i) + "-0"), "outcome") == "accepted");
  desk.pass(60);
  (void)desk.plugin->poll();
  REQUIRE(desk.host.commands.size() == 3);
  CHECK(text_of(desk.host.commands[2], "outcome") == "failed");
  CHECK(text_of(desk.host.commands[2], "error").find("500") != std::string::npos);
}

TEST_CASE("Trap: somebody who is not there is told of later", "[dingtalk]") {
  Desk desk;
  CHECK(text_of(desk.send("left_the_company", "1-1-0"), "outcome") == "accepted");
  desk.pass(60);
  (void)desk.plugin->poll();
  CHECK(text_of(desk.host.commands.at(0), "outcome") == "failed");
}

TEST_CASE("Trap: the gate answers in HTML, or in JSON of another form", "[dingtalk]") {
  for (const auto gate : {DingtalkWorld::Gate::html, DingtalkWorld::Gate::json}) {
    Desk desk;
    desk.dingtalk.change([&](DingtalkWorld& world) { world.gate = gate; });
    const auto answer = desk.send("wangfang", "1-1-0");
    CHECK(text_of(answer, "outcome") == "retry_later");
    CHECK(number_of(answer, "retry_after_s") == 300);
  }
}

TEST_CASE("Trap: an interface that is frozen for everybody is asked again later", "[dingtalk]") {
  Desk desk;
  for (const auto code : {90002, 90018, -1}) {
    desk.dingtalk.change([&](DingtalkWorld& world) { world.every_answer = code; });
    CHECK(text_of(desk.send("wangfang", "1-1-0"), "outcome") == "retry_later");
  }
}

TEST_CASE("Trap: a token that ended is renewed once", "[dingtalk]") {
  Desk desk;
  (void)desk.send("wangfang", "1-1-0");
  SECTION("in time") {
    desk.dingtalk.change([](DingtalkWorld& world) { world.token_lasts_s = 100; });
    desk.pass(7300);
    CHECK(text_of(desk.send("wangfang", "1-2-0"), "outcome") == "accepted");
  }
  SECTION("when the vendor ended it early") {
    desk.dingtalk.change([](DingtalkWorld& world) { world.end_token = true; });
    CHECK(text_of(desk.send("wangfang", "1-2-0"), "outcome") == "accepted");
  }
  SECTION("when no token is good enough") {
    desk.dingtalk.change([](DingtalkWorld& world) { world.every_answer = 42001; });
    CHECK(text_of(desk.send("wangfang", "1-2-0"), "outcome") == "failed");
  }
  CHECK(desk.dingtalk.seen().tokens_asked == 2);  // once, never a loop
}

TEST_CASE("Trap: results are kept for a day; a notice that is older holds up no other", "[dingtalk]") {
  Desk desk;
  (void)desk.send("wangfang", "1-1-0");
  desk.pass(25 * 3600);  // the server was off
  const auto task = text_of(desk.send("liwei", "1-2-0"), "vendor_id");
  desk.pass(60);
  (void)desk.plugin->poll();
  CHECK(desk.receipts() == std::vector<std::string>{task + " delivered"});
}

TEST_CASE("Trap: a notice whose result is not there yet holds up no other", "[dingtalk]") {
  Desk desk;
  const auto first = text_of(desk.send("wangfang", "1-1-0"), "vendor_id");
  const auto second = text_of(desk.send("liwei", "1-2-0"), "vendor_id");
  desk.dingtalk.change([&](DingtalkWorld& world) { world.without_result = first; });
  desk.pass(60);
  (void)desk.plugin->poll();
  CHECK(desk.receipts() == std::vector<std::string>{second + " delivered"});
  desk.dingtalk.change([](DingtalkWorld& world) { world.without_result.clear(); });
  (void)desk.plugin->poll();
  CHECK(desk.receipts() == std::vector<std::string>{second + " delivered", first + " delivered"});
  (void)desk.plugin->poll();
  CHECK(desk.receipts().size() == 2);
}

TEST_CASE("A receipt that the desk does not take yet is given again, and only until it is taken", "[dingtalk]") {
  Desk desk;
  const auto task = text_of(desk.send("wangfang", "1-1-0"), "vendor_id");
  bool written_down = false;
  desk.host.on_command = [&](const json::object&) -> json::value {
    if (!written_down) throw HostError(DOCKET_FAILED, R"({"code":"not_found","detail":"There is no such delivery."})");
    return json::object{};
  };
  desk.pass(60);
  (void)desk.plugin->poll();
  CHECK(desk.receipts().size() == 1);
  written_down = true;
  (void)desk.plugin->poll();
  CHECK(desk.receipts() == std::vector<std::string>{task + " delivered", task + " delivered"});
  (void)desk.plugin->poll();
  CHECK(desk.receipts().size() == 2);
}

TEST_CASE("Results of many notices are asked for one after the other, across ends of both processes", "[dingtalk]") {
  Desk desk;
  desk.dingtalk.change([](DingtalkWorld& world) { world.daily_most = 1000; });
  for (int i = 0; i < 130; ++i) {
    if (i % 50 == 49) desk.restart();  // the sender finds the end of the queue again
    (void)desk.send(i % 2 == 0 ? "wangfang" : "liwei", "1-" + std::to_string(i) + "-0");
  }
  desk.pass(60);
  int polls = 1;
  while (yes_of(desk.plugin->poll(), "more")) {
    ++polls;
    desk.restart();
  }
  CHECK(polls == 3);  // at most 50 in one
  CHECK(desk.receipts().size() == 130);
  CHECK(desk.host.state.size() <= 2);  // where the queue begins and ends
  (void)desk.send("wangfang", "1-200-0");
  desk.pass(60);
  (void)desk.plugin->poll();
  CHECK(desk.receipts().size() == 131);
}

TEST_CASE("Trap: a wrong secret is said once and stops the destination", "[dingtalk]") {
  Desk desk;
  desk.host.secrets["/secret"] = "wr0ng";
  const auto answer = desk.send("wangfang", "1-1-0");
  CHECK(text_of(answer, "outcome") == "failed");
  CHECK(yes_of(answer, "halt"));
  CHECK(text_of(answer, "error").find("wr0ng") == std::string::npos);
  CHECK(desk.dingtalk.seen().tokens_asked == 1);
}

TEST_CASE("Trap: a message above 2,048 bytes is refused, and Markdown in a text would act; ours fit and stay text", "[dingtalk]") {
  Desk desk;
  auto delivery = sample_delivery("wangfang", "标题 [x](http://evil.example)", "![a](http://evil.example/p.png)\n" + std::string(4000, '*'));
  CHECK(text_of(desk.plugin->deliver(delivery), "outcome") == "accepted");
  const auto seen = desk.dingtalk.seen();
  REQUIRE(seen.shown.size() == 1);
  const auto text = text_of(seen.shown[0].at("msg").at("action_card").as_object(), "markdown");
  CHECK(text.find("](http") == std::string::npos);
}
