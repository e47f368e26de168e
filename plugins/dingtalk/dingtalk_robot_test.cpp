// SPDX-License-Identifier: Apache-2.0
#include "dingtalk_emulator.hpp"
#include "docket/test_host.hpp"
#include "support/catch.hpp"

using namespace docket::sdk;
using namespace docket::dingtalk;

namespace {

struct Room {
  TestHost host;
  DingtalkEmulator dingtalk{[this] { return host.now_us / 1'000'000; }};
  json::object settings{{"access_token", "/token"}, {"sign_secret", "/sign"}, {"base_url", "http://dingtalk.test"}};
  Room() {
    host.secrets = {{"/token", DingtalkWorld{}.robot_token}, {"/sign", DingtalkWorld{}.robot_secret}};
    host.reachable["dingtalk.test:80"] = dingtalk.port();
  }
  json::object say() {
    TestPlugin robot(host, &docket_plugin_entry, settings);
    return robot.deliver(sample_delivery(""));
  }
};

}  // namespace

TEST_CASE("The robot signs, mentions and keeps the keyword", "[dingtalk]") {
  Room room;
  room.settings["keyword"] = "告警";
  room.settings["at_mobiles"] = json::array{"13800001111"};
  room.dingtalk.change([](DingtalkWorld& world) { world.robot_keyword = "告警"; });
  CHECK(text_of(room.say(), "outcome") == "delivered");
  const auto message = room.dingtalk.seen().robot.at(0);
  CHECK(text_of(message.at("markdown").as_object(), "text").find("@13800001111") != std::string::npos);
}

TEST_CASE("Trap: the robot's security settings are an admin's business", "[dingtalk]") {
  Room room;
  room.host.secrets["/sign"] = "SECother";
  const auto answer = room.say();
  CHECK(text_of(answer, "outcome") == "failed");
  CHECK(yes_of(answer, "halt"));
}

TEST_CASE("Trap: above twenty a minute the robot is silent for ten", "[dingtalk]") {
  Room room;
  for (int i = 0; i < 20; ++i) CHECK(text_of(room.say(), "outcome") == "delivered");
  const auto answer = room.say();
  CHECK(text_of(answer, "outcome") == "retry_later");
  CHECK(number_of(answer, "retry_after_s") == 600);
  room.host.now_us += std::int64_t{601} * 1'000'000;
  CHECK(text_of(room.say(), "outcome") == "delivered");
}
