// SPDX-License-Identifier: Apache-2.0
#include "docket/test_host.hpp"
#include "support/catch.hpp"
#include "wecom_emulator.hpp"

using namespace docket::sdk;
using namespace docket::wecom;

namespace {

struct Room {
  TestHost host;
  WecomEmulator wecom{[this] { return host.now_us / 1'000'000; }};
  TestPlugin robot{prepared(), &docket_plugin_entry, json::object{{"key", "/key"}, {"base_url", "http://wecom.test"}}};
  TestHost& prepared() {
    host.secrets["/key"] = WecomWorld{}.robot_key;
    host.reachable["wecom.test:80"] = wecom.port();
    return host;
  }
  json::object say(const std::string& body = "x") { return robot.deliver(sample_delivery("", "提醒", body)); }
};

}  // namespace

TEST_CASE("The robot speaks into its chat", "[wecom]") {
  Room room;
  CHECK(text_of(room.say(), "outcome") == "delivered");
  CHECK(room.wecom.seen().robot.size() == 1);
}

TEST_CASE("Trap: above twenty a minute the robot is refused, with HTTP 200, and tried again a minute later", "[wecom]") {
  Room room;
  for (int i = 0; i < 20; ++i) CHECK(text_of(room.say(), "outcome") == "delivered");
  const auto full = room.say();
  CHECK(text_of(full, "outcome") == "retry_later");
  CHECK(number_of(full, "retry_after_s") == 60);
  room.host.now_us += std::int64_t{60} * 1'000'000;
  CHECK(text_of(room.say(), "outcome") == "delivered");
}

TEST_CASE("Trap: a text too long for the robot is refused whole, so it is cut", "[wecom]") {
  Room room;
  CHECK(text_of(room.say(std::string(5000, 'x')), "outcome") == "delivered");
}

TEST_CASE("Trap: a robot that was removed answers 200; it is said once and stops the destination", "[wecom]") {
  Room room;
  room.host.secrets["/key"] = "gone";
  const auto gone = room.say();
  CHECK(text_of(gone, "outcome") == "failed");
  CHECK(yes_of(gone, "halt"));
  CHECK(text_of(gone, "error").find("gone") == std::string::npos);
}

TEST_CASE("Whoever is mentioned is mentioned in a text", "[wecom]") {
  TestHost host;
  WecomEmulator wecom([&] { return host.now_us / 1'000'000; });
  host.secrets["/key"] = WecomWorld{}.robot_key;
  host.reachable["wecom.test:80"] = wecom.port();
  TestPlugin robot(host, &docket_plugin_entry,
                   json::object{{"key", "/key"}, {"mention", json::array{"wangfang"}}, {"base_url", "http://wecom.test"}});
  CHECK(text_of(robot.deliver(sample_delivery("")), "outcome") == "delivered");
  CHECK(wecom.seen().robot.at(0).at("text").as_object().at("mentioned_list").as_array().size() == 1);
}
