// SPDX-License-Identifier: Apache-2.0
#include "docket/emulator.hpp"
#include "docket/test_host.hpp"
#include "support/catch.hpp"

using namespace docket::sdk;

namespace {

struct Receiver {
  EmulatorAnswer next{};
  Emulator emulator{[this](const EmulatorRequest&) { return next; }};
  TestHost host;
  Receiver() {
    host.secrets["/token"] = "s3cret";
    host.reachable["receiver.example:80"] = emulator.port();
  }
  json::object deliver(std::string_view url = "http://receiver.example/in") {
    TestPlugin plugin(host, &docket_plugin_entry, {{"url", url}, {"token", "/token"}});
    return plugin.deliver(sample_delivery(""));
  }
};

}  // namespace

TEST_CASE("The template posts a message with its key and its secret", "[template]") {
  Receiver receiver;
  CHECK(text_of(receiver.deliver(), "outcome") == "delivered");
  const auto requests = receiver.emulator.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].header("authorization") == "Bearer s3cret");
  CHECK(requests[0].header("idempotency-key") == "1-7-0");
  CHECK(requests[0].header("host") == "receiver.example");
  CHECK(json::parse(requests[0].body).as_object().at("subject").as_string() == "工单提醒");
}

TEST_CASE("The template says what came of it", "[template]") {
  Receiver receiver;
  receiver.next.status = 401;
  auto said = receiver.deliver();
  CHECK(text_of(said, "outcome") == "failed");
  CHECK(yes_of(said, "halt"));
  receiver.next.status = 429;
  receiver.next.headers = {{"Retry-After", "17"}};
  said = receiver.deliver();
  CHECK(text_of(said, "outcome") == "retry_later");
  CHECK(number_of(said, "retry_after_s") == 17);
  receiver.next.status = 404;
  CHECK(text_of(receiver.deliver(), "outcome") == "rejected");
}

TEST_CASE("A host that is not on the lists, and an answer that breaks off, are failures with words", "[template]") {
  Receiver receiver;
  CHECK_THROWS_WITH(receiver.deliver("http://other.example/"), Catch::Contains("does not let the plugin call other.example:80"));
  receiver.next.fault = EmulatorAnswer::Fault::cut;
  CHECK_THROWS_WITH(receiver.deliver(), Catch::Contains("Empty reply"));
  receiver.next.fault = EmulatorAnswer::Fault::broken;
  CHECK_THROWS(receiver.deliver());
}
