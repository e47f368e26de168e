// SPDX-License-Identifier: Apache-2.0
#include "docket/test_host.hpp"
#include "support/catch.hpp"
#include "wecom_emulator.hpp"

using namespace docket::sdk;
using namespace docket::wecom;

TEST_CASE("The robot speaks into its chat, and says what is wrong", "[wecom]") {
  TestHost host;
  WecomEmulator wecom([&] { return host.now_us / 1'000'000; });
  host.secrets["/key"] = WecomWorld{}.robot_key;
  host.reachable["wecom.test:80"] = wecom.port();
  TestPlugin robot(host, &docket_plugin_entry, json::object{{"key", "/key"}, {"base_url", "http://wecom.test"}});

  CHECK(text_of(robot.deliver(sample_delivery("")), "outcome") == "delivered");
  CHECK(wecom.seen().robot.size() == 1);

  for (int i = 0; i < 19; ++i) (void)robot.deliver(sample_delivery(""));
  const auto full = robot.deliver(sample_delivery(""));
  CHECK(text_of(full, "outcome") == "retry_later");
  CHECK(number_of(full, "retry_after_s") == 60);
  host.now_us += std::int64_t{60} * 1'000'000;
  CHECK(text_of(robot.deliver(sample_delivery("", "提醒", std::string(5000, 'x'))), "outcome") == "delivered");

  host.secrets["/key"] = "gone";
  const auto gone = robot.deliver(sample_delivery(""));
  CHECK(text_of(gone, "outcome") == "failed");
  CHECK(yes_of(gone, "halt"));
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
