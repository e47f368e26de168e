// SPDX-License-Identifier: Apache-2.0
#include "plugins/tryton/test_erp.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "tryton_records.hpp"

extern char** environ;

namespace docket::tests {
namespace {

namespace json = boost::json;

constexpr int kAtOnce = 500;  // customers made by one call

json::object decimal(const char* digits) {
  return {{"__class__", "Decimal"}, {"decimal", digits}};
}
const json::object company{{"company", 1}};

}  // namespace

TestErp::TestErp(Place place, std::int64_t now_s) : place_(std::move(place)), now_s_(now_s) {
  host_.reachable["127.0.0.1:" + std::to_string(place_.port)] = place_.port;
  host_.secrets["/password"] = password();
  host_.call_ms = 60'000;
}

std::string TestErp::url() const {
  return "http://127.0.0.1:" + std::to_string(place_.port);
}

std::string TestErp::password() const {
  std::ifstream in(place_.password_file);
  std::string out;
  std::getline(in, out);
  return out;
}

void TestErp::tick() {
  const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_).count();
  host_.now_us = now_s_ * 1'000'000 + passed;
  host_.begin_call();
}

void TestErp::start() {
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, place_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  std::vector<std::string> words{"trytond", "-c", place_.config, "-d", place_.database};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed = posix_spawnp(&process_, words[0].c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::runtime_error("trytond does not start");
  sdk::Http http{sdk::Host(host_.raw())};
  for (int tries = 0; tries < 900; ++tries) {
    tick();
    try {
      if (http.post_json(url() + "/", {{"id", 0}, {"method", "common.server.version"}, {"params", json::array{}}}).status == 200) return;
    } catch (const std::exception&) {  // not yet
    }
    ::poll(nullptr, 0, 200);
  }
  throw std::runtime_error("trytond does not answer; see " + place_.log);
}

void TestErp::kill_hard() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

json::value TestErp::rpc(const std::string& method, json::array parameters) {
  tick();
  if (!rpc_) rpc_.emplace(sdk::Host(host_.raw()), tryton::Rpc::Account{url(), place_.database, "admin", "/password"});
  return rpc_->call(method, std::move(parameters));
}

std::vector<std::int64_t> TestErp::make_books(int customers) {
  make_company();
  std::vector<std::int64_t> out;
  for (int from = 0; from < customers; from += kAtOnce) {
    const auto made = make_customers(from, std::min(customers, from + kAtOnce));
    out.insert(out.end(), made.begin(), made.end());
  }
  make_order(out.at(0));
  return out;
}

double TestErp::own_rate() {
  constexpr std::int64_t page = 200;
  json::array fields;
  for (const auto field : tryton::resource_of("customers")->fields) fields.emplace_back(field);
  const auto began = std::chrono::steady_clock::now();
  std::int64_t read = 0;
  for (std::size_t got = page; got == page;) {
    const auto rows = rpc("model.party.party.search_read",
                          {json::array{}, read, page, json::array{json::array{"id", "ASC"}}, fields, json::object{}});
    got = rows.as_array().size();
    read += static_cast<std::int64_t>(got);
  }
  return static_cast<double>(read) / std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void TestErp::make_company() {
  const json::object none;
  const json::object first_day{{"__class__", "date"}, {"year", 2020}, {"month", 1}, {"day", 1}};
  json::array rates{json::array{"create", json::array{json::object{{"date", first_day}, {"rate", decimal("1")}}}}};
  (void)rpc("model.currency.currency.create",
            {json::array{json::object{{"name", "CNY"}, {"code", "CNY"}, {"numeric_code", "156"}, {"symbol", "¥"}, {"digits", 2},
                                      {"rounding", decimal("0.01")}, {"rates", std::move(rates)}}},
             none});
  (void)rpc("model.party.party.create", {json::array{json::object{{"name", "本公司"}, {"code", "SELF"}}}, none});
  (void)rpc("model.company.company.create", {json::array{json::object{{"party", 1}, {"currency", 1}}}, none});
  (void)rpc("model.res.user.write",
            {json::array{1}, json::object{{"companies", json::array{json::array{"add", json::array{1}}}}, {"company", 1}}, none});
  json::array products{json::array{"create", json::array{json::object{{"suffix_code", "RX1"}}}}};
  (void)rpc("model.product.template.create",
            {json::array{json::object{{"name", "路由器 X1"}, {"type", "goods"}, {"default_uom", 1}, {"salable", true}, {"sale_uom", 1},
                                      {"list_price", decimal("199.00")}, {"products", std::move(products)}}},
             company});
}

std::vector<std::int64_t> TestErp::make_customers(int from, int to) {
  json::array parties;
  for (int i = from; i < to; ++i) {
    const auto number = std::to_string(i);
    json::array ways{json::object{{"type", "mobile"}, {"value", "+86" + std::to_string(13'800'000'000 + i)}},
                     json::object{{"type", "email"}, {"value", "c" + number + "@example.com"}}};
    json::array places{json::object{{"street", "南京东路1号"}, {"city", "上海"}}};
    parties.push_back(json::object{{"name", "客户" + number},
                                   {"code", "C" + number},
                                   {"addresses", json::array{json::array{"create", std::move(places)}}},
                                   {"contact_mechanisms", json::array{json::array{"create", std::move(ways)}}}});
  }
  const auto made = rpc("model.party.party.create", {std::move(parties), json::object{}});
  std::vector<std::int64_t> out;
  for (const auto& id : made.as_array()) out.push_back(id.as_int64());
  return out;
}

void TestErp::make_order(std::int64_t party) {
  const auto address =
      rpc("model.party.address.search", {json::array{json::array{"party", "=", party}}, 0, 1, nullptr, json::object{}}).as_array().at(0).as_int64();
  json::array lines{json::object{{"type", "line"}, {"product", 1}, {"unit", 1}, {"quantity", 2.0}, {"unit_price", decimal("199.00")}}};
  const auto sale = rpc("model.sale.sale.create",
                        {json::array{json::object{{"party", party}, {"company", 1}, {"currency", 1}, {"invoice_address", address},
                                                  {"shipment_address", address}, {"invoice_method", "manual"},
                                                  {"shipment_method", "order"}, {"reference", "PO-1"},
                                                  {"lines", json::array{json::array{"create", std::move(lines)}}}}},
                         company})
                        .as_array()
                        .at(0)
                        .as_int64();
  for (const auto* step : {"quote", "confirm", "process"})
    (void)rpc(std::string("model.sale.sale.") + step, {json::array{sale}, company});
}

}  // namespace docket::tests
