// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.hpp"

#include <array>
#include <map>
#include <string>

#include "store/errors.hpp"
#include "store/fact_rows.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::store;

namespace {

struct Fixture {
  test::TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "desk.db";

  Session open() { return Session::open({.file = file, .access = Access::write}); }

  static std::string refusal(Session& session, std::span<const Migration> steps) {
    try {
      migrate(session, steps);
    } catch (const StoreUnavailable& error) {
      return error.what();
    }
    return "";
  }
};

/// A row of a ticket with nothing in it, whatever columns the schema has by then.
void insert_ticket(Session& session, int id, int created_at, int merged_into) {
  std::string columns = "id, created_at, merged_into";
  auto values = std::to_string(id) + ", " + std::to_string(created_at) + ", " + std::to_string(merged_into);
  session
      .select<std::string, std::string>("SELECT name, type FROM pragma_table_info('ticket') WHERE \"notnull\" = 1"
                                        " AND dflt_value IS NULL AND name NOT IN ('id', 'created_at', 'merged_into')")
      .each(100, [&](const std::string& name, const std::string& type) {
        columns += ", " + name;
        values += type == "INTEGER" ? ", 0" : ", ''";
      });
  session.run_script("INSERT INTO ticket(" + columns + ") VALUES(" + values + ")");
}

constexpr Migration one{1, "one", "CREATE TABLE a(x INTEGER) STRICT; INSERT INTO a VALUES(7);"};
constexpr Migration two{2, "two", "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'new';"};
constexpr Migration broken{2, "broken", "ALTER TABLE a ADD COLUMN y TEXT; INSERT INTO nowhere VALUES(1);"};

}  // namespace

TEST_CASE_METHOD(Fixture, "an empty database gets the whole schema, once") {
  Session session = open();
  const auto report = migrate(session);
  CHECK(report.from == 0);
  CHECK(report.to == migrations().back().number);
  CHECK_FALSE(report.snapshot);
  CHECK(std::get<0>(session.select<std::string>("PRAGMA integrity_check").one()) == "ok");
  CHECK(session.select<int>("SELECT count(*) FROM pragma_foreign_key_check").one() == std::tuple(0));
  CHECK(migrate(session).from == report.to);
}

TEST_CASE_METHOD(Fixture, "a database in use is copied before it is changed") {
  Session session = open();
  migrate(session, std::array{one});
  const auto report = migrate(session, std::array{one, two});
  CHECK(session.select<int, std::string>("SELECT x, y FROM a").one() == std::tuple(7, std::string("new")));
  REQUIRE(report.snapshot);
  Session copy = Session::open({.file = *report.snapshot, .access = Access::write});
  CHECK(copy.select<int>("SELECT x FROM a").one() == std::tuple(7));
  CHECK(schema_version(copy) == 1);
}

TEST_CASE_METHOD(Fixture, "of the copies that upgrades leave, the last is kept") {
  Session session = open();
  migrate(session, std::array{one});
  const auto first = migrate(session, std::array{one, two}).snapshot;
  constexpr Migration three{3, "three", "ALTER TABLE a ADD COLUMN z TEXT;"};
  constexpr Migration broken_three{3, "three", "ALTER TABLE a ADD COLUMN z TEXT; INSERT INTO nowhere VALUES(1);"};
  REQUIRE(first);
  CHECK_THROWS_AS(migrate(session, std::array{one, two, broken_three}), StoreError);
  CHECK(std::filesystem::exists(*first));
  const auto second = migrate(session, std::array{one, two, three}).snapshot;
  REQUIRE(second);
  CHECK(std::filesystem::exists(*second));
  CHECK_FALSE(std::filesystem::exists(*first));
}

TEST_CASE_METHOD(Fixture, "an upgrade that is cut off between two steps keeps the way back to where it began") {
  Session session = open();
  migrate(session, std::array{one});
  constexpr Migration three{3, "three", "ALTER TABLE a ADD COLUMN z TEXT;"};
  constexpr Migration broken_three{3, "three", "ALTER TABLE a ADD COLUMN z TEXT; INSERT INTO nowhere VALUES(1);"};
  CHECK_THROWS_AS(migrate(session, std::array{one, two, broken_three}), StoreError);
  CHECK(schema_version(session) == 1);
  CHECK_NOTHROW(require_current(session, std::array{one}));
  const auto report = migrate(session, std::array{one, two, three});
  CHECK(report.from == 1);
  CHECK(report.to == 3);
  REQUIRE(report.snapshot);
  CHECK(report.snapshot->filename() == "desk.db.before-2");
  Session copy = Session::open({.file = *report.snapshot, .access = Access::write});
  CHECK(schema_version(copy) == 1);
}

TEST_CASE_METHOD(Fixture, "what only looks refuses a database that would have to be upgraded, and leaves it") {
  Session session = open();
  CHECK_NOTHROW(require_current(session, std::array{one}));
  migrate(session, std::array{one});
  CHECK_NOTHROW(require_current(session, std::array{one}));
  CHECK_THROWS_WITH(require_current(session, std::array{one, two}), Catch::Contains("start the service to upgrade it"));
  CHECK(schema_version(session) == 1);
  migrate(session, std::array{one, two});
  CHECK_THROWS_WITH(require_current(session, std::array{one}), Catch::Contains("this program knows up to 1"));
}

TEST_CASE_METHOD(Fixture, "a step that fails leaves nothing") {
  Session session = open();
  migrate(session, std::array{one});
  CHECK_THROWS_AS(migrate(session, std::array{one, broken}), StoreError);
  CHECK_FALSE(session.in_transaction());
  CHECK(schema_version(session) == 1);
  CHECK(session.select<int>("SELECT count(*) FROM pragma_table_info('a')").one() == std::tuple(1));
  CHECK(migrate(session, std::array{one, two}).to == 2);
}

TEST_CASE_METHOD(Fixture, "links to tickets that others were merged into before are held back, those that were given later are not") {
  Session session = open();
  const auto all = migrations();
  migrate(session, all.first(11));
  session.run_script(R"(
    PRAGMA foreign_keys = OFF;
    INSERT INTO event(position, stream, sequence, at, actor_kind, actor_id, actor_name, kind, hash) VALUES
      (1, 7, 1, 1000, 0, 0, '', 'created', x'00'), (2, 7, 2, 2000, 0, 0, '', 'absorbed', x'00'), (3, 7, 3, 3000, 0, 0, '', 'absorbed', x'00');
    INSERT INTO access_link(id, ticket, purpose, customer, secret, sequence, created_at, expires_at) VALUES
      (1, 7, 0, 1, x'01', 0, 1000, 9000), (2, 7, 0, 1, x'02', 0, 2500, 9000), (3, 8, 0, 1, x'03', 0, 1000, 9000), (4, 7, 1, 0, x'04', 1, 1000, 9000);
  )");
  insert_ticket(session, 7, 1000, 0);
  insert_ticket(session, 8, 1000, 7);
  migrate(session, all);
  std::map<int, int> until;
  session.select<int, int>("SELECT id, until_event FROM access_link").each(10, [&](int id, int event) { until[id] = event; });
  CHECK(until == std::map<int, int>{{1, 1}, {2, 0}, {3, 0}, {4, 0}});
}

TEST_CASE_METHOD(Fixture, "what reports count is gathered anew of all tickets that are there when undone ends are no ends any more") {
  Session session = open();
  const auto all = migrations();
  const auto before = all.first(12);
  REQUIRE(before.back().number == 12);
  migrate(session, before);
  session.run_script("PRAGMA foreign_keys = OFF; INSERT INTO fact_log(ticket, version, data) VALUES(3, 1, x'00');"
                     "INSERT INTO fact_block(id, from_at, to_at, open, data) VALUES(16, 0, 0, 0, x'00');"
                     "INSERT INTO fact_build(next, last) VALUES(9, 9);");
  insert_ticket(session, 3, 1000, 0);
  insert_ticket(session, 9, 1000, 0);
  migrate(session, all);
  CHECK(session.select<int, int>("SELECT (SELECT count(*) FROM fact_log), (SELECT count(*) FROM fact_block)").one() == std::tuple(0, 0));
  CHECK(session.select<int, int>("SELECT next, last FROM fact_build").one() == std::tuple(3, 9));
}

TEST_CASE_METHOD(Fixture, "the blocks that a report needs are found without reading any") {
  Session session = open();
  migrate(session);
  SqlText asked = Sql("EXPLAIN QUERY PLAN ");
  asked += fact_spans_sql;
  const auto plan = session.select<int, int, int, std::string>(asked).one();
  CHECK(std::get<3>(plan) == "SCAN fact_block USING COVERING INDEX fact_block_span");
}

TEST_CASE_METHOD(Fixture, "newer, foreign and altered databases are refused in words") {
  Session session = open();
  migrate(session, std::array{one, two});
  CHECK(refusal(session, std::array{one}).find("schema 2, this program knows up to 1") != std::string::npos);
  constexpr Migration altered{1, "one", "CREATE TABLE b(x INTEGER) STRICT;"};
  CHECK(refusal(session, std::array{altered, two}).find("step 1") != std::string::npos);

  Session other = Session::open({.file = directory.path() / "other.db", .access = Access::write});
  other.run_script("CREATE TABLE z(x)");
  CHECK(refusal(other, std::array{one}).find("not a database of Docket") != std::string::npos);
}
