// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.hpp"

#include <array>

#include "store/errors.hpp"
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

TEST_CASE_METHOD(Fixture, "a step that fails leaves nothing") {
  Session session = open();
  migrate(session, std::array{one});
  CHECK_THROWS_AS(migrate(session, std::array{one, broken}), StoreError);
  CHECK_FALSE(session.in_transaction());
  CHECK(schema_version(session) == 1);
  CHECK(session.select<int>("SELECT count(*) FROM pragma_table_info('a')").one() == std::tuple(1));
  CHECK(migrate(session, std::array{one, two}).to == 2);
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
