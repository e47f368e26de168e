// SPDX-License-Identifier: Apache-2.0
// Tryton's answers, also the strange ones, from a script; `./deploy/verify tryton` does the same with a real trytond.
#include "docket/emulator.hpp"
#include "docket/test_host.hpp"
#include "support/catch.hpp"
#include "tryton_records.hpp"
#include "tryton_rpc.hpp"

#include <algorithm>
#include <chrono>
#include <set>

using namespace docket::sdk;

namespace {

/// Parties with contacts, notes, and a session that ends when the test wants it.
struct Erp {
  TestHost host;
  std::string password = "right";
  bool session_alive = true, locked = false;
  int logins = 0;
  struct Party {
    std::int64_t id, changed_s;
    bool active = true;
  };
  std::vector<Party> parties;
  std::vector<json::object> notes;
  std::vector<json::object> asked;
  Emulator server{[this](const EmulatorRequest& request) { return answer(request); }};

  Erp() {
    host.secrets["/password"] = "right";
    host.reachable["erp.test:8000"] = server.port();
  }
  json::object settings() {
    return {{"url", "http://erp.test:8000"}, {"database", "erp"}, {"user", "docket"}, {"password", "/password"},
            {"company", 1},                  {"country_code", "+86"}, {"write_progress", true}};
  }

  static EmulatorAnswer page(int status) {
    EmulatorAnswer out;
    out.status = status;
    out.media_type = "text/html";
    out.body = "<!doctype html><title>no</title>";
    return out;
  }
  static EmulatorAnswer result(json::value value) {
    EmulatorAnswer out;
    out.body = json::serialize(json::object{{"id", 1}, {"result", std::move(value)}});
    return out;
  }

  EmulatorAnswer answer(const EmulatorRequest& request) {
    if (request.path != "/erp/") return page(404);
    const auto body = json::parse(request.body).as_object();
    if (body.size() != 3) return page(400);
    const auto method = text_of(body, "method");
    const auto& parameters = body.at("params").as_array();
    if (method == "common.db.login") {
      ++logins;
      if (locked) return page(429);
      if (text_of(parameters.at(1).as_object(), "password") != password) return page(401);
      session_alive = true;
      return result(json::array{7, "8295aa"});
    }
    if (request.header("authorization") != "Session ZG9ja2V0Ojc6ODI5NWFh" || !session_alive) return page(401);
    asked.push_back(body);
    if (method == "model.party.party.search_read") return result(search(parameters));
    if (method == "model.party.party.read") return result(read(parameters));
    if (method.ends_with("contact_mechanism.search_read")) return result(mechanisms(parameters));
    if (method.ends_with("address.search_read")) return result(json::array{});
    if (method == "model.ir.note.search_read") {
      json::array out;
      for (std::size_t i = 0; i < notes.size(); ++i) {
        const auto mark = text_of_array(parameters.at(0).as_array().at(1), 2);
        if (text_of(notes[i], "message").starts_with(mark.substr(0, mark.size() - 1))) out.push_back(json::object{{"id", static_cast<std::int64_t>(i + 1)}});
      }
      return result(std::move(out));
    }
    if (method == "model.ir.note.create") {
      notes.push_back(parameters.at(0).as_array().at(0).as_object());
      return result(json::array{static_cast<std::int64_t>(notes.size())});
    }
    if (method == "model.ir.note.write") {
      notes.at(static_cast<std::size_t>(parameters.at(0).as_array().at(0).as_int64() - 1))["message"] = parameters.at(1).as_object().at("message");
      return result(nullptr);
    }
    EmulatorAnswer out;
    out.body = json::serialize(json::object{{"id", 1}, {"error", json::array{"UserError", json::array{"You are not allowed", std::string(25'000, 'x'), nullptr}}}});
    return out;
  }

  static std::string text_of_array(const json::value& list, std::size_t at) { return std::string(list.as_array().at(at).as_string()); }

  json::array search(const json::array& parameters) const {
    const auto& domain = parameters.at(0).as_array();
    const auto after = domain.at(0).as_array().at(2).as_int64();
    const auto since = since_of(domain);
    json::array out;
    for (const auto& party : parties) {
      if (party.id > after && party.changed_s >= since && out.size() < parameters.at(2).to_number<std::size_t>())
        out.push_back(json::object{{"id", party.id}});
    }
    return out;
  }
  static std::int64_t since_of(const json::array& domain) {
    for (const auto& clause : domain) {
      const auto& parts = clause.as_array();
      if (!parts.at(0).is_string() || parts.at(0).as_string() != "OR") continue;
      const auto& at = parts.at(1).as_array().at(2).as_object();
      const std::chrono::sys_days day{std::chrono::year_month_day{std::chrono::year{static_cast<int>(number_of(at, "year"))},
                                                                  std::chrono::month{static_cast<unsigned>(number_of(at, "month"))},
                                                                  std::chrono::day{static_cast<unsigned>(number_of(at, "day"))}}};
      return std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count() + number_of(at, "hour") * 3600 +
             number_of(at, "minute") * 60 + number_of(at, "second");
    }
    return 0;
  }
  json::array read(const json::array& parameters) const {
    json::array out;
    for (const auto& id : parameters.at(0).as_array()) {
      for (const auto& party : parties) {
        if (party.id != id.as_int64()) continue;
        out.push_back(json::object{
            {"id", party.id},
            {"name", "上海示例"},
            {"active", party.active},
            {"write_date", nullptr},
            {"create_date", docket::tryton::datetime_of(party.changed_s)},
            {"contact_mechanisms.", json::array{json::object{{"type", "email"}, {"value", "a@example.com"}}, json::object{{"type", "mobile"}, {"value", "+8613800001111"}}}},
            {"addresses.", json::array{json::object{{"city", "上海"}}}}});
      }
    }
    return out;
  }
  static json::array mechanisms(const json::array& parameters) {
    const auto& domain = parameters.at(0).as_array();
    for (const auto& clause : domain) {
      if (clause.as_array().at(0) == "value_compact" && std::ranges::find(clause.as_array().at(2).as_array(), json::value("+8613800001111")) != clause.as_array().at(2).as_array().end())
        return {json::object{{"id", 1}, {"party", 2}}};
    }
    return {};
  }
};

std::set<std::string> pull(TestPlugin& plugin, std::string& cursor) {
  std::set<std::string> ids;
  for (int page = 0; page < 100; ++page) {
    const auto answer = plugin.pull({{"resource", "customers"}, {"cursor", cursor}, {"limit", 50}, {"full", false}});
    for (const auto& record : answer.at("records").as_array()) ids.emplace(record.as_object().at("id").as_string());
    cursor = text_of(answer, "cursor");
    if (!yes_of(answer, "more")) return ids;
  }
  FAIL("it does not end");
  return ids;
}

}  // namespace

TEST_CASE("All parties once, then those that changed", "[tryton]") {
  Erp erp;
  const auto now = erp.host.now_us / 1'000'000;
  for (std::int64_t id = 1; id <= 180; ++id) erp.parties.push_back({id, now - 5'000'000});
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  std::string cursor;
  CHECK(pull(plugin, cursor).size() == 180);
  erp.host.now_us += std::int64_t{3600} * 1'000'000;
  CHECK(pull(plugin, cursor).empty());
  erp.parties[41].changed_s = now + 3700;
  erp.host.now_us += std::int64_t{3600} * 1'000'000;
  CHECK(pull(plugin, cursor) == std::set<std::string>{"42"});
}

TEST_CASE("A party carries phone, mail and city; one that was archived is gone", "[tryton]") {
  Erp erp;
  erp.parties = {{1, 1'700'000'000, true}, {2, 1'700'000'000, false}};
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  const auto answer = plugin.pull({{"resource", "customers"}, {"cursor", ""}, {"limit", 50}, {"full", true}});
  const auto& records = answer.at("records").as_array();
  REQUIRE(records.size() == 2);
  const auto& data = records[0].as_object().at("data").as_object();
  CHECK(text_of(data, "phone") == "+8613800001111");
  CHECK(text_of(data, "email") == "a@example.com");
  CHECK(text_of(data, "city") == "上海");
  CHECK(text_of(records[0].as_object(), "updated_at") == "2023-11-14T22:13:20Z");
  CHECK(yes_of(records[1].as_object(), "deleted"));
}

TEST_CASE("Trap: a session that has ended is opened again, once", "[tryton]") {
  Erp erp;
  erp.parties = {{1, 1'700'000'000}};
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  std::string cursor;
  (void)pull(plugin, cursor);
  erp.session_alive = false;
  CHECK_NOTHROW(pull(plugin, cursor));
  CHECK(erp.logins == 2);
}

TEST_CASE("Trap: a wrong password is tried once, until it changes", "[tryton]") {
  Erp erp;
  erp.host.secrets["/password"] = "wrong";
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  for (int i = 0; i < 5; ++i) {
    const auto health = plugin.health();
    CHECK_FALSE(yes_of(health, "healthy"));
    CHECK(yes_of(health, "halt"));
  }
  CHECK(erp.logins == 1);
  erp.host.secrets["/password"] = "right";
  erp.parties = {{1, 1'700'000'000}};
  std::string cursor;
  CHECK(pull(plugin, cursor).size() == 1);
}

TEST_CASE("Trap: a locked user is said to be locked, and tried again when the lock may be over", "[tryton]") {
  Erp erp;
  erp.locked = true;
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  CHECK(text_of(plugin.health(), "detail").find("locked") != std::string::npos);
  erp.locked = false;
  erp.parties = {{1, 1'700'000'000}};
  std::string cursor;
  erp.host.now_us += 14 * 60 * 1'000'000LL;
  CHECK_THROWS(pull(plugin, cursor));
  CHECK(erp.logins == 1);
  erp.host.now_us += 2 * 60 * 1'000'000LL;
  CHECK(pull(plugin, cursor).size() == 1);
  CHECK(erp.logins == 2);
}

TEST_CASE("A password that was refused is tried again after an hour: it may have become right in Tryton", "[tryton]") {
  Erp erp;
  erp.password = "set anew";
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  CHECK_FALSE(yes_of(plugin.health(), "healthy"));
  erp.password = "right";
  erp.parties = {{1, 1'700'000'000}};
  std::string cursor;
  erp.host.now_us += 59 * 60 * 1'000'000LL;
  CHECK_THROWS(pull(plugin, cursor));
  CHECK(erp.logins == 1);
  erp.host.now_us += 2 * 60 * 1'000'000LL;
  CHECK(pull(plugin, cursor).size() == 1);
}

TEST_CASE("Trap: an error is 25 KB long and comes with 200", "[tryton]") {
  Erp erp;
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  const auto health = plugin.health();  // search_count is refused by the script
  CHECK_FALSE(yes_of(health, "healthy"));
  CHECK(text_of(health, "detail").size() < 500);
}

TEST_CASE("Progress is one note a ticket, whatever is repeated", "[tryton]") {
  Erp erp;
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  auto delivery = sample_delivery("", "退货已收到", "质检中");
  delivery["ticket"] = json::object{{"id", 128}, {"number", "T-128"}, {"link", "https://desk/tickets/128"}};
  delivery["event"] = json::object{{"type", "moved"}};
  CHECK(text_of(plugin.push(delivery), "outcome") == "rejected");  // nobody there knows this customer
  delivery["external"] = json::object{{"customers", "2"}};
  CHECK(text_of(plugin.push(delivery), "outcome") == "delivered");
  CHECK(text_of(plugin.push(delivery), "outcome") == "delivered");
  delivery["subject"] = "退款已发出";
  CHECK(text_of(plugin.push(delivery), "outcome") == "delivered");
  REQUIRE(erp.notes.size() == 1);
  CHECK(text_of(erp.notes[0], "resource") == "party.party,2");
  CHECK(text_of(erp.notes[0], "message").starts_with("[T-128] 退款已发出"));
}

TEST_CASE("A phone number without a country is looked up with it", "[tryton]") {
  Erp erp;
  erp.parties = {{2, 1'700'000'000}};
  TestPlugin plugin(erp.host, &docket_plugin_entry, erp.settings());
  const auto answer = plugin.look_up({{"phone", "13800001111"}, {"resources", {"customers"}}});
  CHECK(answer.at("records").as_object().at("customers").as_array().size() == 1);
  const auto nobody = plugin.look_up({{"phone", "13900002222"}, {"resources", {"customers"}}});
  CHECK(nobody.at("records").as_object().at("customers").as_array().empty());
}

TEST_CASE("Values with a class become what everybody writes", "[tryton]") {
  const auto value = json::parse(R"({"total_amount":{"__class__":"Decimal","decimal":"398.00"},"sale_date":{"__class__":"date","year":2026,"month":2,"day":1},
    "party":3,"party.":{"id":3,"rec_name":"客户"},"lines.":[{"quantity":2.0,"unit_price":{"__class__":"Decimal","decimal":"199.00"}}]})");
  const auto plain = docket::tryton::plain(value).as_object();
  CHECK(text_of(plain, "total_amount") == "398.00");
  CHECK(text_of(plain, "sale_date") == "2026-02-01");
  CHECK(text_of(plain.at("party").as_object(), "rec_name") == "客户");
  CHECK(text_of(plain.at("lines").as_array()[0].as_object(), "unit_price") == "199.00");
}
