// SPDX-License-Identifier: Apache-2.0
// What a source says against what stands here: taken once, mapped, never echoed; who wins; what is gone; what is refused.
#include "desk/sync_records.hpp"

#include "desk/manage_people.hpp"
#include "support/catch.hpp"
#include "support/memory_desk.hpp"

using namespace docket;
using namespace docket::desk;
using namespace std::chrono_literals;

namespace {

const Time morning = *from_rfc3339("2026-03-02T02:00:00Z");

struct Source {
  test::MemoryDesk desk{domain::Definitions{}};
  domain::PluginUse use;
  domain::SyncRule rule;
  domain::Principal principal = domain::system_principal("erp");

  Source() {
    desk.now = morning;
    use.name = "erp";
    rule.resource = "customers";
    rule.fields = {{"name", "partner.title"}, {"phone", "mobile"}, {"level", "grade"}};
  }
  SyncedPage take(const std::string& records, const std::string& more = "") {
    auto unit = desk.unit();
    const auto page = take_page(unit, use, rule, principal, R"({"records": [)" + records + "]" + more + "}");
    INFO((page ? std::string{} : page.error().detail));
    REQUIRE(page);
    return *page;
  }
  static std::string lin(const std::string& phone = "13800001111", const std::string& more = "", const std::string& name = "林小满") {
    return R"({"id": "7", "data": {"partner": {"title": ")" + name + R"("}, "mobile": ")" + phone + R"(", "grade": "vip")" + more + "}}";
  }
  Customer only() {
    REQUIRE(desk.rows.customers.size() == 1);
    return desk.rows.customers.begin()->second;
  }
  void change_here(const CustomerChange& wish) {
    auto unit = desk.unit();
    REQUIRE(change_customer(unit, principal, only().id, {}, wish));
  }
};

}  // namespace

TEST_CASE("a record becomes a customer by the mapping, and is found again by its id", "[sync]") {
  Source source;
  auto page = source.take(Source::lin());
  CHECK(page.made == 1);
  CHECK(source.only().name == "林小满");
  CHECK(source.only().phone == "13800001111");
  CHECK(source.only().level == "vip");
  page = source.take(Source::lin("13900002222"));
  CHECK(page.made == 0);
  CHECK(page.changed == 1);
  CHECK(source.only().phone == "13900002222");
}

TEST_CASE("a record that says the same as before is no news: what was written there does not come back", "[sync]") {
  Source source;
  source.take(Source::lin());
  const auto version = source.only().version;
  // The source touched it, in members that are not taken: our own write of a note, for example.
  const auto page = source.take(Source::lin("13800001111", R"(, "write_date": "2026-03-02", "note": "T-1: 已解决")"));
  CHECK(page.seen == 1);
  CHECK(page.changed == 0);
  CHECK(source.only().version == version);
  // Changed here meanwhile: the source has nothing new to say, so it stays, whoever would win.
  source.change_here({.name = {}, .phone = "13700003333"});
  CHECK(source.take(Source::lin()).changed == 0);
  CHECK(source.only().phone == "13700003333");
}

TEST_CASE("changed on both sides, the rule says who wins", "[sync]") {
  Source source;
  source.take(Source::lin());
  source.change_here({.name = {}, .phone = "13700003333"});
  SECTION("the source") {
    CHECK(source.take(Source::lin("13900002222")).changed == 1);
    CHECK(source.only().phone == "13900002222");
  }
  SECTION("the desk, also the next time") {
    source.rule.conflict = domain::SyncConflict::desk;
    CHECK(source.take(Source::lin("13900002222")).changed == 0);
    CHECK(source.only().phone == "13700003333");
    CHECK(source.take(Source::lin("13500005555")).changed == 0);
    CHECK(source.only().phone == "13700003333");
  }
  SECTION("where the desk did not change it, the source's news are taken under either rule") {
    source.change_here({.name = {}, .phone = "13800001111"});
    source.rule.conflict = domain::SyncConflict::desk;
    CHECK(source.take(Source::lin("13900002222")).changed == 1);
    CHECK(source.only().phone == "13900002222");
  }
}

TEST_CASE("what the source leaves empty is not forgotten here", "[sync]") {
  Source source;
  source.take(Source::lin());
  source.take(Source::lin(""));
  CHECK(source.only().phone == "13800001111");
  CHECK(source.only().level == "vip");
}

TEST_CASE("somebody who is known by the whole number is joined, when only one is", "[sync]") {
  Source source;
  auto unit = source.desk.unit();
  REQUIRE(create_customer(unit, source.principal, {.name = "林", .phone = "13800001111"}));
  SECTION("one") {
    CHECK(source.take(Source::lin()).made == 0);
    CHECK(source.only().name == "林小满");
  }
  SECTION("two have it: a third is made, and nobody is overwritten") {
    REQUIRE(create_customer(unit, source.principal, {.name = "林父", .phone = "13800001111"}));
    CHECK(source.take(Source::lin()).made == 1);
    CHECK(source.desk.rows.customers.size() == 3);
  }
  SECTION("who is already another record's is not joined twice") {
    source.take(Source::lin());
    CHECK(source.take(R"({"id": "8", "data": {"partner": {"title": "别人"}, "mobile": "13800001111"}})").made == 1);
    CHECK(source.desk.rows.customers.size() == 2);
  }
}

TEST_CASE("a customer finds its organization by the source's id, also when that comes later", "[sync]") {
  Source source;
  source.rule.fields["organization"] = "company.id";
  source.take(Source::lin("13800001111", R"(, "company": {"id": "c1"})"));
  CHECK(source.only().organization == OrganizationId{});
  auto companies = source.rule;
  companies.resource = "organizations";
  companies.fields = {};
  auto unit = source.desk.unit();
  REQUIRE(take_page(unit, source.use, companies, source.principal, R"({"records": [{"id": "c1", "data": {"name": "示例公司"}}]})"));
  CHECK(source.take(Source::lin("13800001111", R"(, "company": {"id": "c1"})")).changed == 1);
  CHECK(source.only().organization == source.desk.rows.organizations.begin()->first);
}

TEST_CASE("orders are kept as they are, with whose they are", "[sync]") {
  Source source;
  source.rule.resource = "orders";
  source.rule.fields = {{"customer", "party"}};
  CHECK(source.take(R"({"id": "SO-1", "data": {"party": 7, "state": "sent"}})").made == 1);
  CHECK(source.take(R"({"id": "SO-1", "data": {"party": 7, "state": "done"}})").changed == 1);
  CHECK(source.take(R"({"id": "SO-1", "data": {"party": 7, "state": "done"}})").changed == 0);
  const auto owned = source.desk.unit().plugins.records_owned("erp", "orders", "7", 10);
  REQUIRE(owned.size() == 1);
  CHECK(owned[0].data.find("done") != std::string::npos);
}

TEST_CASE("deletions: said by the source, or found by a full pass", "[sync]") {
  Source source;
  source.take(Source::lin());
  source.take(R"({"id": "8", "data": {"partner": {"title": "王"}}})");
  SECTION("said") {
    CHECK(source.take(R"({"id": "7", "deleted": true})").deleted == 1);
    CHECK(source.take(R"({"id": "7", "deleted": true})").deleted == 0);  // once
    CHECK(source.desk.rows.source_records.at({"erp", "customers", "7"}).deleted);
    CHECK(source.desk.rows.customers.size() == 2);  // tickets hang on the customer: only the record is gone
    source.take(Source::lin());
    CHECK_FALSE(source.desk.rows.source_records.at({"erp", "customers", "7"}).deleted);
  }
  SECTION("found") {
    source.desk.now += 1h;
    const auto since = source.desk.now;
    source.take(Source::lin());
    auto unit = source.desk.unit();
    CHECK(mark_unseen(unit, source.use, source.rule, since) == 1);
    CHECK(mark_unseen(unit, source.use, source.rule, since) == 0);
    CHECK(source.desk.rows.source_records.at({"erp", "customers", "8"}).deleted);
    CHECK_FALSE(source.desk.rows.source_records.at({"erp", "customers", "7"}).deleted);
  }
  SECTION("a record that a full pass saw and refused is there") {
    source.desk.now += 1h;
    const auto since = source.desk.now;
    CHECK(source.take(Source::lin() + R"(, {"id": "8", "data": {}})").refused == 1);
    auto unit = source.desk.unit();
    CHECK(mark_unseen(unit, source.use, source.rule, since) == 0);
  }
}

TEST_CASE("a clock that is set back while a full pass goes on makes nothing of it seem deleted", "[sync]") {
  Source source;
  source.rule.resource = "orders";
  const auto page = [&](const std::string& records, Time since) {
    auto unit = source.desk.unit();
    const auto taken = take_page(unit, source.use, source.rule, source.principal, R"({"records": [)" + records + "]}", since);
    REQUIRE(taken);
    return *taken;
  };
  const auto gone = [&](const std::string& id) { return source.desk.rows.source_records.at({"erp", "orders", id}).deleted; };
  source.take(R"({"id": "4", "data": {}})");
  source.take(R"({"id": "3", "data": {}})");
  source.desk.now += 1min;
  const auto since = source.desk.now;
  page(R"({"id": "1", "data": {}})", since);
  source.desk.now -= 1h;
  page(R"({"id": "2", "data": {}})", since);
  CHECK(page(R"(7)", since).refused == 1);
  {
    auto unit = source.desk.unit();
    CHECK(take_page(unit, source.use, source.rule, source.principal, R"({"records": [], "refused": [{"id": "3"}]})", since)->refused == 1);
    // Somebody looks up one that the pass has seen.
    auto found = source.desk.rows.source_records.at({"erp", "orders", "1"});
    found.fetched_at = unit.now;
    keep_found(unit, CustomerId{1}, "7", {found});
    CHECK(mark_unseen(unit, source.use, source.rule, since) == 1);
  }
  CHECK_FALSE(gone("1"));
  CHECK_FALSE(gone("2"));
  CHECK_FALSE(gone("3"));
  CHECK(gone("4"));
}

TEST_CASE("what can not be taken is named with its reason, stops nothing, and is forgotten when it is mended", "[sync]") {
  Source source;
  const auto page = source.take(R"({"id": "1", "data": {}}, "nonsense", {"data": {"partner": {"title": "x"}}}, )" + Source::lin(),
                                R"(, "refused": [{"id": "9", "reason": "no such encoding"}], "cursor": "c", "more": true, "total": 5)");
  CHECK(page.seen == 4);
  CHECK(page.made == 1);
  CHECK(page.refused == 4);
  CHECK(page.cursor == "c");
  CHECK(page.more);
  CHECK(page.total == 5);
  auto refused = source.desk.unit().plugins.refused_records("erp", 10);
  const auto of = [&](std::string_view id) {
    const auto found = std::ranges::find(refused, id, &RefusedRecord::id);
    return found == refused.end() ? std::string{} : found->reason;
  };
  CHECK(of("1") == "客户没有名称");
  CHECK(of("9") == "no such encoding");
  source.take(R"({"id": "1", "data": {"partner": {"title": "好了"}}})");
  refused = source.desk.unit().plugins.refused_records("erp", 10);
  CHECK(of("1").empty());
}

TEST_CASE("an answer that is no page changes nothing", "[sync]") {
  Source source;
  auto unit = source.desk.unit();
  std::string many;
  for (int i = 0; i < 1001; ++i) many += (i == 0 ? "" : ",") + std::string("{}");
  for (const auto& answer : {std::string("nonsense"), std::string("[]"), std::string("{}"), std::string(R"({"records": {}})"),
                             R"({"records": [)" + many + "]}", "{\"records\": [{\"id\": \"1\", \"data\": {\"name\": \"" + std::string(std::size_t{5} << 20, 'x') + "\"}}]}"}) {
    CHECK_FALSE(take_page(unit, source.use, source.rule, source.principal, answer));
  }
  CHECK(source.desk.rows.customers.empty());
  CHECK(source.desk.rows.source_records.empty());
}

TEST_CASE("what a source finds by a number that somebody gave is theirs when it is the only one and nobody's", "[sync]") {
  Source source;
  const auto found = [](const std::string& id) {
    SourceRecord row;
    row.plugin = "erp";
    row.resource = "customers";
    row.id = id;
    row.data = "{}";
    return row;
  };
  const auto local = [&](const std::string& id) { return source.desk.reading().plugins.find_record("erp", "customers", id)->local; };
  auto unit = source.desk.unit();
  keep_found(unit, CustomerId{1}, "7", {found("7")});
  CHECK(local("7") == 1);
  // Whoever sends a request in under a customer's number gets nothing of that customer's.
  keep_found(unit, CustomerId{2}, "7", {found("7")});
  CHECK(local("7") == 1);
  keep_found(unit, CustomerId{2}, "8", {found("8"), found("9")});
  CHECK(local("8") == 0);
  CHECK(local("9") == 0);
}
