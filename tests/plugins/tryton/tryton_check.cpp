// SPDX-License-Identifier: Apache-2.0
// The Tryton plugin against a real trytond, which this program starts, kills in the middle of a sync and starts again.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "docket/test_host.hpp"
#include "plugins/tryton/test_erp.hpp"

namespace docket::tests {
namespace {

using sdk::number_of;
using sdk::text_of;
namespace json = boost::json;

class Check {
 public:
  Check(const TestErp::Place& place, int parties, std::int64_t now_s)
      : place_(place), parties_(parties), now_s_(now_s), erp_(place, now_s), begun_(std::chrono::steady_clock::now()) {
    host_.reachable["127.0.0.1:" + std::to_string(place.port)] = place.port;
    host_.secrets["/password"] = erp_.password();
    host_.call_ms = 60'000;
  }

  int run() {
    erp_.start();
    party_ids_ = erp_.make_books(parties_);
    sdk::TestPlugin plugin(host_, &docket_plugin_entry,
                           {{"url", erp_.url()}, {"database", place_.database}, {"user", "admin"}, {"password", "/password"},
                            {"company", 1}, {"country_code", "+86"}, {"write_progress", true}});
    look_up(plugin);
    push(plugin);
    sync_with_a_kill(plugin);
    changed_contact(plugin);
    wrong_password();
    const auto own_rate = erp_.own_rate();
    std::printf("%d parties synced across a kill of trytond in %.1f s, its start of %.1f s left out %.0f/s; trytond's own rate is %.0f/s; "
                "%d faults\n", parties_, sync_s_, restart_s_, parties_ / std::max(0.001, sync_s_ - restart_s_), own_rate, faults_);
    return faults_ == 0 ? 0 : 1;
  }

 private:
  void tick() {
    const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_).count();
    host_.now_us = now_s_ * 1'000'000 + passed;
    host_.begin_call();
  }
  void expect(bool holds, const std::string& what) {
    std::fprintf(stderr, "%s  %s\n", holds ? "ok   " : "FAULT", what.c_str());
    if (!holds) ++faults_;
  }

  void look_up(sdk::TestPlugin& plugin) {
    tick();
    const auto answer = plugin.look_up({{"phone", "13800000000"}, {"resources", {"customers", "orders"}}});
    const auto& records = answer.at("records").as_object();
    const auto& customers = records.at("customers").as_array();
    const auto& orders = records.at("orders").as_array();
    expect(customers.size() == 1 && text_of(customers[0].as_object().at("data").as_object(), "name") == "客户0",
           "a phone number without country finds the party");
    expect(orders.size() == 1, "and its order");
    if (orders.empty()) return;
    const auto& order = orders[0].as_object().at("data").as_object();
    expect(text_of(order, "total_amount") == "398.00" && text_of(order, "state") == "processing" && text_of(order, "shipment_state") == "waiting",
           "with amount, state and shipment: " + json::serialize(order).substr(0, 300));
    expect(!order.at("lines").as_array().empty() &&
               json::serialize(order.at("lines")).find("路由器 X1") != std::string::npos, "and its lines name the product");
  }

  void push(sdk::TestPlugin& plugin) {
    auto delivery = sdk::sample_delivery("", "退货已收到", "质检中");
    delivery["ticket"] = json::object{{"id", 128}, {"number", "T-128"}, {"link", "https://desk/tickets/128"}};
    delivery["event"] = json::object{{"type", "moved"}};
    delivery["external"] = json::object{{"customers", std::to_string(party_ids_[0])}};
    for (const auto* subject : {"退货已收到", "退货已收到", "退款已发出"}) {
      delivery["subject"] = subject;
      tick();
      const auto answer = plugin.push(delivery);
      expect(text_of(answer, "outcome") == "delivered", std::string("progress is written: ") + subject + " " + text_of(answer, "error"));
    }
    const auto notes = erp_.rpc("model.ir.note.search_read",
                           {json::array{json::array{"resource", "=", "party.party," + std::to_string(party_ids_[0])}}, 0, 10, nullptr,
                            json::array{"message"}, json::object{}});
    expect(notes.as_array().size() == 1 && text_of(notes.as_array()[0].as_object(), "message").find("退款已发出") != std::string::npos,
           "three writes are one note, with the latest");
  }

  /// One page; counts how often each record came.
  bool page(sdk::TestPlugin& plugin, std::map<std::string, int>& seen) {
    tick();
    const auto answer = plugin.pull({{"resource", "customers"}, {"cursor", cursor_}, {"limit", std::clamp(parties_ / 5, 1, 200)}, {"full", false}});
    for (const auto& record : answer.at("records").as_array()) ++seen[std::string(record.as_object().at("id").as_string())];
    cursor_ = text_of(answer, "cursor");
    return sdk::yes_of(answer, "more");
  }

  void sync_with_a_kill(sdk::TestPlugin& plugin) {
    std::map<std::string, int> seen;
    const auto begin = std::chrono::steady_clock::now();
    (void)page(plugin, seen);
    (void)page(plugin, seen);
    erp_.kill_hard();
    bool failed = false;
    try {
      (void)page(plugin, seen);
    } catch (const std::exception&) {
      failed = true;
    }
    expect(failed, "a page asked for while trytond is dead is a failure, not an empty page");
    const auto restart = std::chrono::steady_clock::now();
    erp_.start();
    restart_s_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - restart).count();
    while (page(plugin, seen)) {
    }
    sync_s_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::size_t twice = 0, lost = 0;
    for (const auto id : party_ids_) {
      const auto found = seen.find(std::to_string(id));
      if (found == seen.end()) ++lost;
      else if (found->second > 1) ++twice;
    }
    expect(lost == 0, std::to_string(lost) + " parties lost across the kill");
    expect(twice == 0, std::to_string(twice) + " parties twice across the kill");
  }

  void changed_contact(sdk::TestPlugin& plugin) {
    const auto party = party_ids_[7];
    const auto mechanism = erp_.rpc("model.party.contact_mechanism.search",
                               {json::array{json::array{"party", "=", party}, json::array{"type", "=", "mobile"}}, 0, 1, nullptr, json::object{}});
    (void)erp_.rpc("model.party.contact_mechanism.write",
              {json::array{mechanism.as_array().at(0)}, json::object{{"value", "+8613911112222"}}, json::object{}});
    bool seen_new = false;
    for (bool more = true; more;) {
      tick();
      const auto answer = plugin.pull({{"resource", "customers"}, {"cursor", cursor_}, {"limit", 1000}, {"full", false}});
      for (const auto& record : answer.at("records").as_array()) {
        const auto& object = record.as_object();
        if (text_of(object, "id") == std::to_string(party) && text_of(object.at("data").as_object(), "phone") == "+8613911112222") seen_new = true;
      }
      cursor_ = text_of(answer, "cursor");
      more = sdk::yes_of(answer, "more");
    }
    expect(seen_new, "a changed phone number is noticed though the party itself was not touched");
  }

  void wrong_password() {
    host_.secrets["/wrong"] = "not the password";
    sdk::TestPlugin plugin(host_, &docket_plugin_entry,
                           {{"url", erp_.url()}, {"database", place_.database}, {"user", "admin"}, {"password", "/wrong"}, {"company", 1}});
    tick();
    const auto first = plugin.health();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) {
      tick();
      (void)plugin.health();
    }
    const auto took = std::chrono::steady_clock::now() - begin;
    expect(sdk::yes_of(first, "halt") && took < std::chrono::seconds{1}, "a wrong password is tried once: " + text_of(first, "detail"));
  }

  const TestErp::Place& place_;
  const int parties_;
  const std::int64_t now_s_;
  TestErp erp_;
  sdk::TestHost host_;
  std::vector<std::int64_t> party_ids_;
  std::string cursor_;
  std::chrono::steady_clock::time_point begun_;
  double sync_s_ = 0, restart_s_ = 0;
  int faults_ = 0;
};

}  // namespace
}  // namespace docket::tests

int main(int count, char** arguments) {
  docket::tests::TestErp::Place place;
  int parties = 300;
  std::int64_t now_s = 0;
  CLI::App app{"The Tryton plugin against a real trytond"};
  app.add_option("--config", place.config, "trytond's configuration file")->required();
  app.add_option("--database", place.database, "Name of the database");
  app.add_option("--port", place.port, "Port in the configuration")->required();
  app.add_option("--password-file", place.password_file, "Password of admin")->required();
  app.add_option("--log", place.log, "Where trytond's output goes")->required();
  app.add_option("--now", now_s, "The time, in seconds since 1970")->required();
  app.add_option("--parties", parties, "How many customers")->check(CLI::Range(50, 1'000'000));
  CLI11_PARSE(app, count, arguments);
  try {
    return docket::tests::Check(place, parties, now_s).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "FAULT %s\n", error.what());
    return 1;
  }
}
