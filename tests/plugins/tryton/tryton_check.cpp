// SPDX-License-Identifier: Apache-2.0
// The Tryton plugin against a real trytond, which this program starts, kills in the middle of a sync and starts again.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "docket/test_host.hpp"
#include "tryton_rpc.hpp"

extern char** environ;

namespace docket::tests {
namespace {

using sdk::number_of;
using sdk::text_of;
namespace json = boost::json;

struct Options {
  std::string trytond = "trytond", config, database = "erp", password_file, log;
  std::uint16_t port = 0;
  std::int64_t now_s = 0;
  int parties = 300;
};

/// trytond as a child, stopped by its id.
class Server {
 public:
  explicit Server(const Options& options) : options_(options) {}
  ~Server() { kill_hard(); }
  void start() {
    posix_spawn_file_actions_t files{};
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, options_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    std::vector<std::string> words{options_.trytond, "-c", options_.config, "-d", options_.database};
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int failed = posix_spawnp(&process_, words[0].c_str(), &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed != 0) throw std::runtime_error("trytond does not start");
  }
  void kill_hard() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

 private:
  const Options& options_;
  pid_t process_ = -1;
};

class Check {
 public:
  explicit Check(const Options& options) : options_(options), server_(options), begun_(std::chrono::steady_clock::now()) {
    host_.reachable["127.0.0.1:" + std::to_string(options.port)] = options.port;
    host_.secrets["/password"] = read_file(options.password_file);
    host_.call_ms = 60'000;
  }

  int run() {
    server_.start();
    wait_until_up();
    make_books();
    sdk::TestPlugin plugin(host_, &docket_plugin_entry,
                           {{"url", url()}, {"database", options_.database}, {"user", "admin"}, {"password", "/password"},
                            {"company", 1}, {"country_code", "+86"}, {"write_progress", true}});
    look_up(plugin);
    push(plugin);
    sync_with_a_kill(plugin);
    changed_contact(plugin);
    wrong_password();
    std::printf("%d parties synced across a kill of trytond in %.1f s (%.0f/s), %d faults\n", options_.parties, sync_s_,
                sync_s_ > 0 ? options_.parties / sync_s_ : 0.0, faults_);
    return faults_ == 0 ? 0 : 1;
  }

 private:
  static std::string read_file(const std::string& path) {
    std::string out;
    if (auto* file = std::fopen(path.c_str(), "r")) {
      char buffer[256];
      const auto size = std::fread(buffer, 1, sizeof buffer, file);
      std::fclose(file);
      out.assign(buffer, size);
    }
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(options_.port); }
  void tick() {
    const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_).count();
    host_.now_us = options_.now_s * 1'000'000 + passed;
    host_.begin_call();
  }
  void expect(bool holds, const std::string& what) {
    std::fprintf(stderr, "%s  %s\n", holds ? "ok   " : "FAULT", what.c_str());
    if (!holds) ++faults_;
  }

  void wait_until_up() {
    sdk::Http http{sdk::Host(host_.raw())};
    for (int tries = 0; tries < 300; ++tries) {
      tick();
      try {
        if (http.post_json(url() + "/", {{"id", 0}, {"method", "common.server.version"}, {"params", json::array{}}}).status == 200) return;
      } catch (const std::exception&) {
      }
      ::poll(nullptr, 0, 200);
    }
    throw std::runtime_error("trytond does not answer; see " + options_.log);
  }

  json::value rpc(const std::string& method, json::array parameters) {
    tick();
    if (!rpc_) rpc_.emplace(sdk::Host(host_.raw()), tryton::Rpc::Account{url(), options_.database, "admin", "/password"});
    return rpc_->call(method, std::move(parameters));
  }
  static json::object decimal(const char* digits) { return {{"__class__", "Decimal"}, {"decimal", digits}}; }

  /// A company, a product, customers, and a sale of the first of them.
  void make_books() {
    const json::object none;
    const json::object company{{"company", 1}};
    (void)rpc("model.currency.currency.create",
              {json::array{json::object{{"name", "CNY"}, {"code", "CNY"}, {"numeric_code", "156"}, {"symbol", "¥"}, {"digits", 2},
                                        {"rounding", decimal("0.01")},
                                        {"rates", json::array{json::array{"create", json::array{json::object{
                                                      {"date", json::object{{"__class__", "date"}, {"year", 2020}, {"month", 1}, {"day", 1}}},
                                                      {"rate", decimal("1")}}}}}}}},
               none});
    (void)rpc("model.party.party.create", {json::array{json::object{{"name", "本公司"}, {"code", "SELF"}}}, none});
    (void)rpc("model.company.company.create", {json::array{json::object{{"party", 1}, {"currency", 1}}}, none});
    (void)rpc("model.res.user.write",
              {json::array{1}, json::object{{"companies", json::array{json::array{"add", json::array{1}}}}, {"company", 1}}, none});
    json::array parties;
    for (int i = 0; i < options_.parties; ++i) {
      const auto digits = std::to_string(13'800'000'000 + i);
      parties.push_back(json::object{
          {"name", "客户" + std::to_string(i)},
          {"code", "C" + std::to_string(i)},
          {"addresses", json::array{json::array{"create", json::array{json::object{{"street", "南京东路1号"}, {"city", "上海"}}}}}},
          {"contact_mechanisms",
           json::array{json::array{"create", json::array{json::object{{"type", "mobile"}, {"value", "+86" + digits}},
                                                         json::object{{"type", "email"}, {"value", "c" + std::to_string(i) + "@example.com"}}}}}}});
    }
    const auto made = rpc("model.party.party.create", {std::move(parties), none});
    for (const auto& id : made.as_array()) party_ids_.push_back(id.as_int64());
    (void)rpc("model.product.template.create",
              {json::array{json::object{{"name", "路由器 X1"}, {"type", "goods"}, {"default_uom", 1}, {"salable", true}, {"sale_uom", 1},
                                        {"list_price", decimal("199.00")},
                                        {"products", json::array{json::array{"create", json::array{json::object{{"suffix_code", "RX1"}}}}}}}},
               company});
    const auto address = rpc("model.party.address.search",
                             {json::array{json::array{"party", "=", party_ids_[0]}}, 0, 1, nullptr, none}).as_array().at(0).as_int64();
    const auto sale = rpc("model.sale.sale.create",
                          {json::array{json::object{{"party", party_ids_[0]}, {"company", 1}, {"currency", 1}, {"invoice_address", address},
                                                    {"shipment_address", address}, {"invoice_method", "manual"}, {"shipment_method", "order"},
                                                    {"reference", "PO-1"},
                                                    {"lines", json::array{json::array{"create", json::array{json::object{
                                                                  {"type", "line"}, {"product", 1}, {"unit", 1}, {"quantity", 2.0},
                                                                  {"unit_price", decimal("199.00")}}}}}}}},
                           company}).as_array().at(0).as_int64();
    for (const auto* step : {"quote", "confirm", "process"})
      (void)rpc(std::string("model.sale.sale.") + step, {json::array{sale}, company});
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
    const auto notes = rpc("model.ir.note.search_read",
                           {json::array{json::array{"resource", "=", "party.party," + std::to_string(party_ids_[0])}}, 0, 10, nullptr,
                            json::array{"message"}, json::object{}});
    expect(notes.as_array().size() == 1 && text_of(notes.as_array()[0].as_object(), "message").find("退款已发出") != std::string::npos,
           "three writes are one note, with the latest");
  }

  /// One page; counts how often each record came.
  bool page(sdk::TestPlugin& plugin, std::map<std::string, int>& seen) {
    tick();
    const auto answer = plugin.pull({{"resource", "customers"}, {"cursor", cursor_}, {"limit", 40}, {"full", false}});
    for (const auto& record : answer.at("records").as_array()) ++seen[std::string(record.as_object().at("id").as_string())];
    cursor_ = text_of(answer, "cursor");
    return sdk::yes_of(answer, "more");
  }

  void sync_with_a_kill(sdk::TestPlugin& plugin) {
    std::map<std::string, int> seen;
    const auto begin = std::chrono::steady_clock::now();
    (void)page(plugin, seen);
    (void)page(plugin, seen);
    server_.kill_hard();
    bool failed = false;
    try {
      (void)page(plugin, seen);
    } catch (const std::exception&) {
      failed = true;
    }
    expect(failed, "a page asked for while trytond is dead is a failure, not an empty page");
    server_.start();
    wait_until_up();
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
    const auto mechanism = rpc("model.party.contact_mechanism.search",
                               {json::array{json::array{"party", "=", party}, json::array{"type", "=", "mobile"}}, 0, 1, nullptr, json::object{}});
    (void)rpc("model.party.contact_mechanism.write",
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
                           {{"url", url()}, {"database", options_.database}, {"user", "admin"}, {"password", "/wrong"}, {"company", 1}});
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

  const Options& options_;
  Server server_;
  sdk::TestHost host_;
  std::optional<tryton::Rpc> rpc_;
  std::vector<std::int64_t> party_ids_;
  std::string cursor_;
  std::chrono::steady_clock::time_point begun_;
  double sync_s_ = 0;
  int faults_ = 0;
};

}  // namespace
}  // namespace docket::tests

int main(int count, char** arguments) {
  docket::tests::Options options;
  CLI::App app{"The Tryton plugin against a real trytond"};
  app.add_option("--trytond", options.trytond, "The trytond program");
  app.add_option("--config", options.config, "Its configuration file")->required();
  app.add_option("--database", options.database, "Name of the database");
  app.add_option("--port", options.port, "Port in the configuration")->required();
  app.add_option("--password-file", options.password_file, "Password of admin")->required();
  app.add_option("--log", options.log, "Where trytond's output goes")->required();
  app.add_option("--now", options.now_s, "The time, in seconds since 1970")->required();
  app.add_option("--parties", options.parties, "How many customers")->check(CLI::Range(50, 1'000'000));
  CLI11_PARSE(app, count, arguments);
  try {
    return docket::tests::Check(options).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "FAULT %s\n", error.what());
    return 1;
  }
}
