// SPDX-License-Identifier: Apache-2.0
// Customers, organizations, definitions, jobs, deliveries and the audit trail, through the real door.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "definition/bundle.hpp"
#include "served_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;

namespace {

boost::json::object shipped_files() {
  const auto bundle = definition::load_bundle(std::filesystem::path{DOCKET_SOURCE_DIR} / "config");
  REQUIRE(bundle);
  boost::json::object files;
  for (const auto& [path, text] : bundle->files) files[path] = text;
  return files;
}

void replace(boost::json::object& files, std::string_view path, std::string_view from, std::string_view to) {
  std::string text{files.at(path).as_string()};
  const auto at = text.find(from);
  REQUIRE(at != text.npos);
  text.replace(at, from.size(), to);
  files[path] = text;
}

std::string body_of(boost::json::object files, boost::json::object more = {}) {
  more["files"] = std::move(files);
  return boost::json::serialize(more);
}

}  // namespace

TEST_CASE("customers and their companies are kept and found") {
  ServedDesk desk;
  desk.run({
      {"a company", "lena", "POST", "/api/v1/organizations", R"({"name":"远山科技","level":"vip"})", 201, {"\"id\":1"}},
      {"a nameless company", "lena", "POST", "/api/v1/organizations", R"({"name":""})", 422, {"/name"}},
      {"a customer",
       "lena",
       "POST",
       "/api/v1/customers",
       R"({"name":"王小明","phone":"13800001111","organization":1})",
       201,
       {"\"organization\":1", "\"version\":1"}},
      {"of no company there is",
       "lena",
       "POST",
       "/api/v1/customers",
       R"({"name":"x","organization":99})",
       422,
       {"/organization"}},
      {"a null name", "lena", "POST", "/api/v1/customers", R"({"name":null})", 422, {"/name"}},
      {"accountants only read", "fin", "POST", "/api/v1/customers", R"({"name":"x"})", 403, {"customer_edit"}},
      {"collaborators do not", "cole", "GET", "/api/v1/customers", "", 403, {"customer_read"}},
      {"found by part of the name", "rui", "GET", "/api/v1/customers?text=%E5%B0%8F%E6%98%8E", "", 200, {"王小明"}},
      {"found by phone", "rui", "GET", "/api/v1/customers?text=13800001111", "", 200, {"王小明"}},
      {"not found", "rui", "GET", "/api/v1/customers?text=zebra", "", 200, {"\"items\":[]"}, {"王小明"}},
      {"companies are found", "rui", "GET", "/api/v1/organizations?text=%E8%BF%9C%E5%B1%B1", "", 200, {"远山科技"}},
      {"read", "rui", "GET", "/api/v1/customers/1", "", 200, {"王小明"}},
      {"stale", "lena", "PATCH", "/api/v1/customers/1", R"({"level":"vip"})", 412, {}, {}, {{"If-Match", "\"v9\""}}},
      {"changed",
       "lena",
       "PATCH",
       "/api/v1/customers/1",
       R"({"level":"vip","organization":null})",
       200,
       {"\"version\":2"},
       {"organization"},
       {{"If-Match", "\"v1\""}}},
      {"company changed",
       "lena",
       "PATCH",
       "/api/v1/organizations/1",
       R"({"notes":"重要"})",
       200,
       {"\"version\":2"},
       {},
       {{"If-Match", "\"v1\""}}},
      {"no such company", "rui", "GET", "/api/v1/organizations/77", "", 404, {"no such organization"}},
      {"U+0000 is refused", "lena", "POST", "/api/v1/customers", "{\"name\":\"a\\u0000b\"}", 422},
  });
  const auto read = desk.call("rui", "GET", "/api/v1/customers/1");
  CHECK(read.header("etag") == "\"v2\"");
  CHECK(desk.call("rui", "GET", "/api/v1/customers/1", {}, {{"If-None-Match", "\"v2\""}}).status == 200);
  const ClientHeaders key{{"Idempotency-Key", "k1"}};
  const auto once = desk.call("lena", "POST", "/api/v1/customers", R"({"name":"李雷"})", key);
  const auto twice = desk.call("lena", "POST", "/api/v1/customers", R"({"name":"李雷"})", key);
  CHECK(once.number("id") == twice.number("id"));
  CHECK(twice.header("idempotency-replayed") == "true");
  CHECK(desk.call("lena", "POST", "/api/v1/customers", R"({"name":"韩梅梅"})", key).status == 409);
}

TEST_CASE("definitions are checked, planned, published and taken back") {
  ServedDesk desk;
  const auto active = desk.call("rui", "GET", "/api/v1/definitions");
  REQUIRE(active.status == 200);
  const auto digest = active.text("digest");
  CHECK(digest.size() == 64);

  auto broken = shipped_files();
  replace(broken, "teams.yaml", "by: load", "by: lode");
  const auto faulty = desk.call("boss", "POST", "/api/v1/definitions/plan", body_of(broken));
  INFO(faulty.body.substr(0, 3000));
  REQUIRE(faulty.status == 200);
  CHECK_FALSE(faulty.json().at("valid").as_bool());
  CHECK(faulty.body.find("teams.yaml") != std::string::npos);
  CHECK(faulty.body.find("lode") != std::string::npos);
  const auto refused = desk.call("boss", "POST", "/api/v1/definitions/publications", body_of(broken));
  CHECK(refused.status == 422);
  CHECK(refused.body.find("teams.yaml") != std::string::npos);
  CHECK(desk.call("rui", "GET", "/api/v1/definitions").text("digest") == digest);

  auto changed = shipped_files();
  replace(changed, "teams.yaml", "zh: 客服组", "zh: 客户服务组");
  desk.renew_token("boss");
  const auto plan = desk.call("boss", "POST", "/api/v1/definitions/plan", body_of(changed));
  INFO(plan.body.substr(0, 3000));
  REQUIRE(plan.status == 200);
  CHECK(plan.json().at("valid").as_bool());
  CHECK(plan.text("active") == digest);
  CHECK(plan.body.find("+    title: {zh: 客户服务组") != std::string::npos);
  CHECK(plan.body.find("-    title: {zh: 客服组") != std::string::npos);
  CHECK(desk.call("rui", "POST", "/api/v1/definitions/publications", body_of(changed)).status == 403);
  const auto stale = desk.call("boss", "POST", "/api/v1/definitions/publications",
                               body_of(changed, {{"expected_active", std::string(64, '0')}}));
  CHECK(stale.status == 409);
  const auto published = desk.call("boss", "POST", "/api/v1/definitions/publications",
                                   body_of(changed, {{"expected_active", digest}, {"comment", "改名"}}));
  INFO(published.body);
  REQUIRE(published.status == 201);
  CHECK(published.number("number") == 2);
  CHECK(published.text("digest") != digest);
  CHECK(desk.call("rui", "GET", "/api/v1/teams").body.find("客户服务组") != std::string::npos);

  desk.renew_token("boss");
  desk.run({
      {"the list", "rui", "GET", "/api/v1/definitions/publications", "", 200, {"改名", "\"by\":\"boss\""}},
      {"its files", "rui", "GET", "/api/v1/definitions/publications/1/files", "", 200, {"zh: 客服组"}},
      {"of none", "rui", "GET", "/api/v1/definitions/publications/9/files", "", 404, {"no such publication"}},
      {"agents go nowhere back", "rui", "POST", "/api/v1/definitions/publications/1/rollback", "{}", 403},
      {"back to none", "boss", "POST", "/api/v1/definitions/publications/9/rollback", "{}", 404},
      {"a mapping to nowhere",
       "boss",
       "POST",
       "/api/v1/definitions/publications/1/rollback",
       R"({"mapping":{"service":{"new":"mars"}}})",
       422,
       {"/mapping/service/new"}},
      {"back",
       "boss",
       "POST",
       "/api/v1/definitions/publications/1/rollback",
       R"({"comment":"不好"})",
       201,
       {"\"rollback_of\":1", digest}},
      {"twice", "boss", "POST", "/api/v1/definitions/publications/1/rollback", "{}", 409, {"active one already"}},
  });
  const auto kinds = desk.audited();
  CHECK(std::ranges::count(kinds, "bundle_published") == 2);
  CHECK(std::ranges::count(kinds, "bundle_rolled_back") == 1);
}

TEST_CASE("jobs belong to who started them") {
  ServedDesk desk;
  const auto one = desk.ticket("returns");
  const auto started =
      desk.call("lena", "POST", "/api/v1/tickets/bulk",
                R"({"selection":{"tickets":[)" + std::to_string(one) + R"(]},"action":{"verb":"urge"}})");
  INFO(started.body);
  REQUIRE(started.status < 300);
  const auto job = std::to_string(started.number("id"));
  desk.run({
      {"hers", "lena", "GET", "/api/v1/jobs", "", 200, {"\"items\":["}},
      {"not his", "rui", "GET", "/api/v1/jobs/" + job, "", 404, {"no such job"}},
      {"nor its results", "rui", "GET", "/api/v1/jobs/" + job + "/results", "", 404},
      {"nor to stop", "rui", "POST", "/api/v1/jobs/" + job + "/cancel", "", 404},
      {"none", "boss", "GET", "/api/v1/jobs/4711", "", 404},
  });
}

TEST_CASE("the audit trail and deliveries are for those who may see them") {
  ServedDesk desk;
  desk.ticket("returns");
  desk.run({
      {"not for agents", "rui", "GET", "/api/v1/audit", "", 403, {"audit_read"}},
      {"newest first",
       "audrey",
       "GET",
       "/api/v1/audit?limit=3",
       "",
       200,
       {"\"sequence\":", "\"next\":"},
       {"dkt_", "argon2"}},
      {"deliveries", "audrey", "GET", "/api/v1/deliveries?state=dead", "", 200, {"\"items\":[]"}},
      {"by destination", "audrey", "GET", "/api/v1/deliveries?destination=fax", "", 200, {"\"items\":[]"}},
      {"no such state", "audrey", "GET", "/api/v1/deliveries?state=lost", "", 400, {"state"}},
      {"not for agents", "rui", "GET", "/api/v1/deliveries", "", 403, {"delivery_read"}},
      {"replayed by admins", "audrey", "POST", "/api/v1/deliveries/1/replay", "", 403, {"delivery_manage"}},
      {"of none", "boss", "POST", "/api/v1/deliveries/4711/replay", "", 404},
  });
  const auto page = desk.call("audrey", "GET", "/api/v1/audit?limit=3");
  const auto next = page.text("next");
  const auto before = page.json().at("items").as_array().back().at("sequence").as_int64();
  const auto more = desk.call("audrey", "GET", "/api/v1/audit?limit=3&cursor=" + next);
  REQUIRE(more.status == 200);
  CHECK(more.json().at("items").as_array().front().at("sequence").as_int64() == before - 1);
}
