// SPDX-License-Identifier: Apache-2.0
// Yida's forms read to their end, looked up and written, against the emulator.
#include "dingtalk_emulator.hpp"
#include "docket/test_host.hpp"
#include "support/catch.hpp"
#include "yida_window.hpp"

#include <random>

using namespace docket::sdk;
using namespace docket::dingtalk;

namespace {

struct Crm {
  TestHost host;
  DingtalkEmulator dingtalk{[this] { return host.now_us / 1'000'000; }};
  std::optional<TestPlugin> plugin;
  Crm() {
    host.secrets = {{"/secret", DingtalkWorld{}.app_secret}, {"/yida", YidaForms{}.system_token}};
    host.reachable["dingtalk.test:80"] = dingtalk.port();
    plugin.emplace(host, &docket_plugin_entry,
                   json::object{{"app_key", DingtalkWorld{}.app_key},
                                {"app_secret", "/secret"},
                                {"app_type", YidaForms{}.app_type},
                                {"system_token", "/yida"},
                                {"user_id", YidaForms{}.user_id},
                                {"forms", json::array{json::object{{"resource", "customers"}, {"form", "FORM-C"}, {"phone_field", "textField_phone"}},
                                                      json::object{{"resource", "orders"}, {"form", "FORM-O"}, {"phone_field", "textField_buyer"}}}},
                                {"tickets", json::object{{"form", "FORM-T"}, {"number_field", "textField_no"}, {"state_field", "textField_state"}}},
                                {"zone_offset_minutes", 480},
                                {"base_url", "http://dingtalk.test"}});
  }
  void add(const std::string& form, const std::string& id, std::int64_t changed_s, json::object data) {
    dingtalk.change_forms([&](YidaForms& forms) { forms.rows.push_back({form, id, changed_s, std::move(data)}); });
  }
  /// All ids from a cursor on; leaves the cursor for the next run.
  std::multiset<std::string> pull(std::string& cursor, const std::function<void(int)>& between = {}) {
    std::multiset<std::string> ids;
    for (int page = 0; page < 500; ++page) {
      const auto answer = plugin->pull({{"resource", "customers"}, {"cursor", cursor}, {"limit", 100}, {"full", false}});
      for (const auto& record : answer.at("records").as_array()) ids.emplace(record.as_object().at("id").as_string());
      cursor = text_of(answer, "cursor");
      if (!yes_of(answer, "more")) return ids;
      if (between) between(page);
    }
    FAIL("it does not end");
    return ids;
  }
};

constexpr std::int64_t kDay = 1'766'000'000;

}  // namespace

TEST_CASE("Times of Yida are read and written in its zone", "[yida]") {
  CHECK(yida_time(0, 480) == "1970-01-01 08:00:00");
  CHECK(yida_seconds("1970-01-01 08:00:00", 480) == 0);
  CHECK(yida_seconds("2026-02-28T23:59Z", 480) == 1'772'323'140);
  CHECK(yida_seconds("2026-02-28T23:59:01Z", 480) == 1'772'323'141);
  CHECK(rfc3339(1'772'323'141) == "2026-02-28T23:59:01Z");
  for (const auto* bad : {"", "2026-02-30T00:00Z", "2026-02-28", "2026-02-28T25:00Z", "yyyy-mm-ddThh:mmZ"}) CHECK_FALSE(yida_seconds(bad, 480));
}

TEST_CASE("Trap: a form of more than 5,000 rows is read whole", "[yida]") {
  Crm crm;
  crm.dingtalk.change_forms([](YidaForms& forms) {
    for (int i = 0; i < 12'345; ++i) forms.rows.push_back({"FORM-C", "F" + std::to_string(i), kDay + i / 7, {{"textField_name", "客户"}}});
  });
  std::string cursor;
  const auto ids = crm.pull(cursor);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 12'345);

  // Later only what changed, with a minute of overlap.
  crm.add("FORM-C", "new", kDay + 5000, {});
  const auto later = crm.pull(cursor);
  CHECK(later.contains("new"));
  CHECK(later.size() < 500);
}

TEST_CASE("Trap: rows that change while a form is read are missed by nobody", "[yida]") {
  Crm crm;
  std::mt19937 random(7);
  crm.dingtalk.change_forms([](YidaForms& forms) {
    for (int i = 0; i < 3'000; ++i) forms.rows.push_back({"FORM-C", "F" + std::to_string(i), kDay + i, {}});
  });
  std::string cursor;
  std::int64_t now = kDay + 100'000;
  auto ids = crm.pull(cursor, [&](int) {
    crm.dingtalk.change_forms([&](YidaForms& forms) {
      for (int i = 0; i < 5; ++i) forms.rows[random() % forms.rows.size()].changed_s = ++now;
    });
  });
  ids.merge(crm.pull(cursor));
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 3'000);
}

TEST_CASE("Trap: many rows of one second are paged, too many are said", "[yida]") {
  Crm crm;
  const auto rows = [&](int count) {
    crm.dingtalk.change_forms([&](YidaForms& forms) {
      forms.rows.clear();
      for (int i = 0; i < count; ++i) forms.rows.push_back({"FORM-C", "F" + std::to_string(i), kDay, {}});
    });
  };
  std::string cursor;
  rows(1'250);
  const auto ids = crm.pull(cursor);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1'250);
  rows(6'000);
  cursor.clear();
  CHECK_THROWS_WITH(crm.pull(cursor), Catch::Contains("same second"));
}

TEST_CASE("An empty form stays empty, and its cursor where it was", "[yida]") {
  Crm crm;
  std::string cursor;
  CHECK(crm.pull(cursor).empty());
  const auto first = cursor;
  CHECK(crm.pull(cursor).empty());
  CHECK(cursor == first);
}

TEST_CASE("A customer is looked up by phone, with orders", "[yida]") {
  Crm crm;
  crm.add("FORM-C", "C1", kDay, {{"textField_phone", "13800001111"}, {"textField_name", "王女士"}});
  crm.add("FORM-C", "C2", kDay, {{"textField_phone", "13900002222"}});
  crm.add("FORM-O", "O1", kDay, {{"textField_buyer", "13800001111"}});
  const auto answer = crm.plugin->look_up({{"phone", "13800001111"}, {"resources", {"customers", "orders"}}});
  const auto& records = answer.at("records").as_object();
  REQUIRE(records.at("customers").as_array().size() == 1);
  CHECK(records.at("customers").as_array()[0].as_object().at("data").as_object().at("textField_name").as_string() == "王女士");
  CHECK(records.at("orders").as_array().size() == 1);
}

TEST_CASE("A ticket's progress makes one row and changes it from then on", "[yida]") {
  Crm crm;
  auto delivery = sample_delivery("");
  delivery["event"] = json::object{{"type", "moved"}};
  delivery["ticket"] = json::object{{"id", 128}, {"number", "T-128"}, {"state", "inspection"}, {"subject", "退货"}};
  const auto first = crm.plugin->push(delivery);
  CHECK(text_of(first, "outcome") == "delivered");
  const auto id = text_of(first, "external_id");
  CHECK_FALSE(id.empty());
  // The answer got lost and the host does not know the id: the same row is found by the ticket's number.
  CHECK(text_of(crm.plugin->push(delivery), "external_id") == id);
  delivery["external"] = json::object{{"tickets", id}};
  delivery["ticket"].as_object()["state"] = "refund";
  CHECK(text_of(crm.plugin->push(delivery), "outcome") == "delivered");
  crm.dingtalk.change_forms([&](YidaForms& forms) {
    REQUIRE(forms.rows.size() == 1);
    CHECK(text_of(forms.rows[0].data, "textField_state") == "refund");
  });
}

TEST_CASE("Trap: too fast is retried, a wrong key is not", "[yida]") {
  Crm crm;
  auto delivery = sample_delivery("");
  delivery["event"] = json::object{{"type", "moved"}};
  crm.dingtalk.change_forms([](YidaForms& forms) { forms.too_fast = 1; });
  CHECK(text_of(crm.plugin->push(delivery), "outcome") == "retry_later");
  crm.host.secrets["/yida"] = "wrong";
  const auto answer = crm.plugin->push(delivery);
  CHECK(text_of(answer, "outcome") == "failed");
  CHECK(yes_of(answer, "halt"));
}
