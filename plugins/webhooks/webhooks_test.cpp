// SPDX-License-Identifier: Apache-2.0
#include "docket/callback_crypto.hpp"
#include "docket/emulator.hpp"
#include "docket/test_host.hpp"
#include "signature.hpp"
#include "support/catch.hpp"

using namespace docket::sdk;
namespace webhooks = docket::webhooks;

namespace {

constexpr auto secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Stage {
  EmulatorAnswer next{};
  Emulator emulator{[this](const EmulatorRequest&) { return next; }};
  TestHost host;
  json::object settings{{"url", "http://hooks.example/in"}, {"secret", "/secret"}};
  Stage() {
    host.secrets["/secret"] = secret;
    host.reachable["hooks.example:80"] = emulator.port();
  }
  json::object deliver() { return TestPlugin(host, &docket_plugin_entry, settings).deliver(sample_delivery("")); }
};

}  // namespace

TEST_CASE("Vector: Standard Webhooks v1", "[webhooks][vectors]") {
  const auto key = webhooks::key_of(secret);
  REQUIRE(key);
  const auto body = R"({"test": 2432232314})";
  const std::string signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  CHECK(webhooks::sign(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == signature);
  CHECK(webhooks::verify(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body, "v1,AAAA " + signature, 1614265330 + 299));
  CHECK_FALSE(webhooks::verify(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body, signature, 1614265330 + 301));
  CHECK_FALSE(webhooks::verify(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", std::string(body) + " ", signature, 1614265330));
  CHECK_FALSE(webhooks::key_of("whsec_short"));
}

TEST_CASE("What goes out is signed, by both secrets while one is rotated", "[webhooks]") {
  Stage stage;
  CHECK(text_of(stage.deliver(), "outcome") == "delivered");
  stage.host.secrets["/old_secret"] = std::string(32, 'k');
  stage.settings["old_secret"] = "/old_secret";
  CHECK(text_of(stage.deliver(), "outcome") == "delivered");
  const auto requests = stage.emulator.requests();
  REQUIRE(requests.size() == 2);
  for (const auto& request : requests) {
    CHECK(request.header("webhook-id") == "1-7-0");
    CHECK(webhooks::verify(*webhooks::key_of(secret), request.header("webhook-id"), request.header("webhook-timestamp"), request.body,
                           request.header("webhook-signature"), stage.host.now_us / 1'000'000));
  }
  CHECK(webhooks::verify(std::string(32, 'k'), "1-7-0", requests[1].header("webhook-timestamp"), requests[1].body,
                         requests[1].header("webhook-signature"), stage.host.now_us / 1'000'000));
}

TEST_CASE("Answers have their meanings: gone ends it, redirects are failures, limits are kept", "[webhooks]") {
  Stage stage;
  stage.next.status = 410;
  auto said = stage.deliver();
  CHECK(text_of(said, "outcome") == "rejected");
  CHECK(yes_of(said, "halt"));
  stage.next.status = 302;
  stage.next.headers = {{"Location", "http://127.0.0.1/"}};
  CHECK(text_of(stage.deliver(), "outcome") == "failed");
  stage.next = {};
  stage.next.status = 429;
  stage.next.headers = {{"Retry-After", "30"}};
  said = stage.deliver();
  CHECK(text_of(said, "outcome") == "retry_later");
  CHECK(number_of(said, "retry_after_s") == 30);
  stage.settings["url"] = "http://elsewhere.example/";
  CHECK(yes_of(stage.deliver(), "halt"));
}

TEST_CASE("What comes in with a right signature becomes a ticket, once for its id", "[webhooks]") {
  Stage stage;
  stage.host.secrets["/incoming/0/secret"] = secret;
  stage.host.secrets["/incoming/1/secret"] = "It's a Secret to Everybody";
  stage.settings = {{"incoming", json::array{json::object{{"name", "shop"}, {"signature", "standard"}, {"secret", "/incoming/0/secret"}, {"type", "return"}},
                                             json::object{{"name", "forge"}, {"signature", "github"}, {"secret", "/incoming/1/secret"}}}}};
  TestPlugin plugin(stage.host, &docket_plugin_entry, stage.settings);
  const std::string body = R"({"type":"order.complaint","data":{"subject":"破损","body":"屏幕碎了"}})";
  const auto now = std::to_string(stage.host.now_us / 1'000'000);
  const auto signature = webhooks::sign(*webhooks::key_of(secret), "msg_1", now, body);
  const json::object headers{{"webhook-id", "msg_1"}, {"webhook-timestamp", now}, {"webhook-signature", signature}};
  CHECK(plugin.receive_http("POST", "/shop", body, headers).status == 202);
  REQUIRE(stage.host.commands.size() == 1);
  CHECK(text_of(stage.host.commands[0], "key") == "shop:msg_1");
  CHECK(text_of(stage.host.commands[0], "subject") == "破损");
  CHECK(text_of(stage.host.commands[0], "type") == "return");
  CHECK(plugin.receive_http("POST", "/shop", body + " ", headers).status == 401);
  CHECK(plugin.receive_http("POST", "/shop", body).status == 401);
  CHECK(plugin.receive_http("GET", "/shop").status == 404);
  CHECK(plugin.receive_http("POST", "/nowhere", body, headers).status == 404);
  CHECK(plugin.receive_http("POST", "/forge", "Hello, World!",
                            {{"x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}})
            .status == 400);  // right, and no JSON
  CHECK(plugin.receive_http("POST", "/forge", "Hello, World?",
                            {{"x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}})
            .status == 401);
  CHECK(stage.host.commands.size() == 1);
}

TEST_CASE("A captured request is the same under another number that its signature does not cover", "[webhooks]") {
  Stage stage;
  const std::string key = "It's a Secret to Everybody";
  stage.host.secrets["/incoming/0/secret"] = key;
  stage.settings = {{"incoming", json::array{json::object{{"name", "forge"}, {"signature", "github"}, {"secret", "/incoming/0/secret"}}}}};
  TestPlugin plugin(stage.host, &docket_plugin_entry, stage.settings);
  const std::string body = R"({"title":"坏了"})";
  const auto signature = "sha256=" + hmac_sha256_hex(key, body);
  for (const auto* number : {"one", "two"})
    CHECK(plugin.receive_http("POST", "/forge", body, {{"x-hub-signature-256", signature}, {"x-github-delivery", number}}).status == 202);
  REQUIRE(stage.host.commands.size() == 2);
  CHECK(stage.host.commands[0].at("key") == stage.host.commands[1].at("key"));
}
