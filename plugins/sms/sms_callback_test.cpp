// SPDX-License-Identifier: Apache-2.0
// What gateways call back with: receipts of kannel and of a vendor, and texts that people send.
#include "docket/test_host.hpp"
#include "sms_callback.hpp"
#include "sms_emulator.hpp"
#include "support/catch.hpp"

using namespace docket::sdk;
using namespace docket::sms;

namespace {

constexpr auto hook = "https://desk.test/api/v1/hooks/sms";

struct Desk {
  TestHost host;
  SmsEmulator gateway;
  json::object settings{{"gateway", "kannel"}, {"url", "http://sms.test/cgi-bin/sendsms"}, {"user", "docket"}, {"password", "/password"},
                        {"callback", {{"url", hook}, {"secret", "/callback/secret"}}}, {"incoming", {{"type", "request"}}}};
  std::optional<TestPlugin> made;
  /// id of the customer with the number that texts come from, and of the ticket's customer
  std::int64_t customer = 5, ticket_of = 5;
  bool closed = false;

  Desk() {
    host.secrets["/password"] = SmsWorld{}.password;
    host.secrets["/callback/secret"] = "a secret of the callback";
    host.reachable["sms.test:80"] = gateway.port();
    host.on_command = [this](const json::object& request) -> json::value {
      const auto command = text_of(request, "command");
      if (command == "find_customer") return json::object{{"id", customer}, {"name", "林"}};
      if (command == "find_ticket") return json::object{{"ticket", 1}, {"number", "T-1"}, {"customer", ticket_of}};
      if (command == "add_message" && closed) throw HostError(DOCKET_FAILED, R"({"code": "conflict", "detail": "closed"})");
      if (command == "receipt" && unknown) throw HostError(DOCKET_NOT_FOUND, R"({"code": "not_found", "detail": "There is none."})");
      return json::object{};
    };
  }
  bool unknown = false;
  TestPlugin& plugin() {
    if (!made) made.emplace(host, &docket_plugin_entry, settings);
    return *made;
  }
  json::object send(const std::string& key = "1-7-0") {
    auto delivery = sample_delivery("13800001111");
    delivery["key"] = key;
    delivery["recipient"].as_object()["kind"] = "customer";
    return plugin().deliver(delivery);
  }
  int call(const SmsEmulator::Call& call, const json::object& headers = {}) {
    return plugin().receive_http(call.method, call.target, call.body, headers).status;
  }
  int text(const std::string& from, const std::string& words, const std::string& id = "m1", const std::string& more = "") {
    return plugin().receive_http("GET", "/incoming?token=a+secret+of+the+callback&from=" + from + "&text=" + words + "&id=" + id + more).status;
  }
  std::vector<json::object> commands(std::string_view name) {
    std::vector<json::object> out;
    for (const auto& one : host.commands) {
      if (text_of(one, "command") == name) out.push_back(one);
    }
    return out;
  }
};

}  // namespace

TEST_CASE("kannel's receipt makes an accepted message a delivered one", "[sms]") {
  Desk desk;
  CHECK(text_of(desk.send(), "outcome") == "accepted");
  const auto message = desk.gateway.shown().at(0);
  CHECK(message.receipt_url.starts_with(std::string(hook) + "/receipt?key=1-7-0&sign="));
  CHECK(desk.call(SmsEmulator::kannel_receipt(message, 8, hook)) == 200);
  CHECK(desk.commands("receipt").empty());  // the SMSC has it, the phone not yet
  CHECK(desk.call(SmsEmulator::kannel_receipt(message, 1, hook)) == 200);
  REQUIRE(desk.commands("receipt").size() == 1);
  CHECK(text_of(desk.commands("receipt")[0], "delivery") == "1-7-0");
  CHECK(text_of(desk.commands("receipt")[0], "outcome") == "delivered");
}

TEST_CASE("kannel's receipt of a failure says so", "[sms]") {
  Desk desk;
  CHECK(text_of(desk.send(), "outcome") == "accepted");
  CHECK(desk.call(SmsEmulator::kannel_receipt(desk.gateway.shown().at(0), 2, hook)) == 200);
  REQUIRE(desk.commands("receipt").size() == 1);
  CHECK(text_of(desk.commands("receipt")[0], "outcome") == "failed");
}

TEST_CASE("A receipt is believed for the one message that it is signed for", "[sms]") {
  Desk desk;
  CHECK(text_of(desk.send(), "outcome") == "accepted");
  auto call = SmsEmulator::kannel_receipt(desk.gateway.shown().at(0), 1, hook);
  call.target.replace(call.target.find("1-7-0"), 5, "1-8-0");
  CHECK(desk.call(call) == 401);
  CHECK(desk.call({"GET", "/receipt?key=1-7-0&status=1", ""}) == 401);
  CHECK(desk.call({"GET", "/elsewhere", ""}) == 404);
  CHECK(desk.commands("receipt").empty());
  CHECK(desk.host.logged("neither the secret nor a right signature"));
}

TEST_CASE("A receipt that comes before the desk has noted the message is asked for again, a foreign one is not", "[sms]") {
  Desk desk;
  CHECK(text_of(desk.send(), "outcome") == "accepted");
  desk.unknown = true;
  const auto call = SmsEmulator::kannel_receipt(desk.gateway.shown().at(0), 1, hook);
  CHECK(desk.call(call) == 503);
  desk.host.now_us += std::int64_t{120} * 1'000'000;
  CHECK(desk.call(call) == 200);
}

TEST_CASE("A vendor's receipts come in a list, with its own words", "[sms]") {
  Desk desk;
  desk.settings = {{"gateway", "http"}, {"url", "http://sms.test/send"}, {"body_type", "json"}, {"body", R"({"to": "{{to}}", "text": "{{text}}"})"},
                   {"callback", {{"secret", "/callback/secret"}, {"header", "X-Sign"}}},
                   {"receipts", json::parse(R"j({"id": "sid", "status": "report_status", "error": "error_msg", "delivered": ["SUCCESS"],
                                             "pending": ["WAIT"], "answer": "{\"code\":0}"})j")}};
  const auto calls = SmsEmulator::vendor_receipts({{"a", "SUCCESS"}, {"b", "WAIT"}, {"c", "FAIL"}});
  CHECK(desk.call(calls) == 401);
  const auto answer = desk.plugin().receive_http("POST", calls.target, calls.body, {{"x-sign", "a secret of the callback"}});
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"code":0})");
  const auto receipts = desk.commands("receipt");
  REQUIRE(receipts.size() == 2);
  CHECK(text_of(receipts[0], "vendor_id") == "a");
  CHECK(text_of(receipts[1], "vendor_id") == "c");
  CHECK(text_of(receipts[1], "outcome") == "failed");
  CHECK(text_of(receipts[1], "error") == "the gateway reports FAIL: MK:0001");
  CHECK(desk.call({"POST", "/receipt", "{nonsense"}, {{"x-sign", "a secret of the callback"}}) == 400);
}

TEST_CASE("A text of somebody becomes a ticket, once", "[sms]") {
  Desk desk;
  CHECK(desk.text("%2B8613800001111", "%E6%89%93%E5%8D%B0%E6%9C%BA%E5%9D%8F%E4%BA%86") == 200);
  const auto made = desk.commands("create_ticket");
  REQUIRE(made.size() == 1);
  CHECK(text_of(made[0], "body") == "打印机坏了");
  CHECK(text_of(made[0], "type") == "request");
  CHECK(text_of(made[0], "key") == "sms:m1");
  CHECK(text_of(made[0].at("customer").as_object(), "phone") == "+8613800001111");
  CHECK(desk.plugin().receive_http("GET", "/incoming?token=wrong&from=1&text=x").status == 401);
  CHECK(desk.plugin().receive_http("GET", "/incoming?from=1&text=x").status == 401);
}

TEST_CASE("kannel hands Chinese over as bytes of UTF-16", "[sms]") {
  Desk desk;
  CHECK(desk.text("13800001111", "O%60Y%7D%D8%3D%DE%00", "m2", "&charset=UTF-16BE") == 200);
  CHECK(text_of(desk.commands("create_ticket").at(0), "body") == "你好😀");
}

TEST_CASE("An answer joins the ticket that wrote to this number last, while it is of this person", "[sms]") {
  Desk desk;
  CHECK(text_of(desk.send(), "outcome") == "accepted");
  SECTION("it does") {
    CHECK(desk.text("13800001111", "ok") == 200);
    const auto added = desk.commands("add_message");
    REQUIRE(added.size() == 1);
    CHECK(number_of(added[0], "ticket") == 1);
    CHECK(text_of(added[0], "kind") == "customer");
    CHECK(desk.commands("create_ticket").empty());
  }
  SECTION("not that of somebody else") {
    desk.ticket_of = 6;
    CHECK(desk.text("13800001111", "ok") == 200);
    CHECK(desk.commands("add_message").empty());
    CHECK(desk.commands("create_ticket").size() == 1);
  }
  SECTION("not by naming a number of somebody else's") {
    desk.ticket_of = 6;
    CHECK(desk.text("13800001111", "T-1+show+me") == 200);
    CHECK(desk.commands("add_message").empty());
  }
  SECTION("not of another number") {
    CHECK(desk.text("13900001111", "ok") == 200);
    CHECK(desk.commands("add_message").empty());
  }
  SECTION("not after the hours are over") {
    desk.host.now_us += std::int64_t{73} * 3600 * 1'000'000;
    CHECK(desk.text("13800001111", "ok") == 200);
    CHECK(desk.commands("create_ticket").size() == 1);
  }
  SECTION("a ticket that takes no more gives way to a new one") {
    desk.closed = true;
    CHECK(desk.text("13800001111", "ok") == 200);
    CHECK(desk.commands("create_ticket").size() == 1);
  }
}

TEST_CASE("What is no text of a number leaves a row and nothing else", "[sms]") {
  Desk desk;
  CHECK(desk.text("UNKNOWN", "ok") == 200);
  CHECK(desk.text("13800001111", "", "m3") == 200);
  CHECK(desk.commands("record_intake").size() == 2);
  CHECK(desk.commands("create_ticket").empty());
}

TEST_CASE("A short secret lets nobody in", "[sms]") {
  Desk desk;
  desk.host.secrets["/callback/secret"] = "short";
  CHECK(desk.plugin().receive_http("GET", "/incoming?token=short&from=13800001111&text=x").status == 503);
}
