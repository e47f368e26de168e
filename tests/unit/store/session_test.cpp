// SPDX-License-Identifier: Apache-2.0
#include "store/session.hpp"

#include <limits>

#include "store/errors.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::store;

namespace {

struct Fixture {
  test::TemporaryDirectory directory;
  SessionOptions options{.file = directory.path() / "a desk.db", .access = Access::write};
  Session session = Session::open(options);

  Fixture() {
    session.run_script(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, x REAL, s TEXT, b BLOB) STRICT;"
        "CREATE TABLE u(id INTEGER PRIMARY KEY, t INTEGER REFERENCES t(id), name TEXT NOT NULL UNIQUE,"
        " age INTEGER CHECK (age >= 0)) STRICT;");
  }

  Session reader() {
    SessionOptions read = options;
    read.access = Access::read;
    return Session::open(read);
  }
};

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const StoreError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE_METHOD(Fixture, "values come back as they were stored") {
  const std::int64_t large = 5'000'000'000'123;
  const std::string with_nul("a\0b\xff", 4);
  session.run("INSERT INTO t(id, n, x, s, b) VALUES(?,?,?,?,?)", 1, large, 0.1, std::string("工单"), Bytes{with_nul});
  session.run("INSERT INTO t(id, n, x, s, b) VALUES(?,?,?,?,?)", 2, std::numeric_limits<std::int64_t>::min(), -0.0,
              std::string{}, Bytes{});
  session.run("INSERT INTO t(id, n, x, s, b) VALUES(:a,:b,:c,:d,:e)", 3, std::optional<std::int64_t>{},
              std::optional<double>{}, std::optional<std::string>{}, std::optional<Bytes>{});

  const auto row =
      session.select<std::int64_t, double, std::string, Bytes>("SELECT n, x, s, b FROM t WHERE id = ?", 1).one();
  CHECK(row == std::tuple(large, 0.1, std::string("工单"), Bytes{with_nul}));

  const auto empty = session.select<std::int64_t, std::string, Bytes>("SELECT n, s, b FROM t WHERE id = ?", 2).one();
  CHECK(empty == std::tuple(std::numeric_limits<std::int64_t>::min(), std::string{}, Bytes{}));

  using OptionalRow = std::tuple<std::optional<std::int64_t>, std::optional<std::string>, std::optional<Bytes>>;
  CHECK(session
            .select<std::optional<std::int64_t>, std::optional<std::string>, std::optional<Bytes>>(
                "SELECT n, s, b FROM t WHERE id = ?", 3)
            .one() == OptionalRow{});
  CHECK(session.select<std::optional<std::int64_t>>("SELECT n FROM t WHERE id = ?", 1).one() ==
        std::tuple(std::optional(large)));
}

TEST_CASE_METHOD(Fixture, "ids, times and digests have their column form") {
  const Digest digest = sha256("x");
  const Time time{Duration{1'771'061'400'000'001}};
  session.run("INSERT INTO t(id, n, b) VALUES(?,?,?)", TicketId{7}, time, digest);
  CHECK(session.select<TicketId, Time, Digest>("SELECT id, n, b FROM t").one() ==
        std::tuple(TicketId{7}, time, digest));
  session.run("UPDATE t SET b = ?", Bytes{"short"});
  CHECK_THROWS_AS((session.select<Digest>("SELECT b FROM t").one()), StoreMisuse);
}

TEST_CASE_METHOD(Fixture, "a read says what it found too few or too many of") {
  for (int i = 1; i <= 3; ++i) session.run("INSERT INTO t(id, n) VALUES(?,?)", i, i * 10);
  CHECK_FALSE(session.select<int>("SELECT n FROM t WHERE id = ?", 9).maybe());
  CHECK_THROWS_AS((session.select<int>("SELECT n FROM t WHERE id = ?", 9).one()), StoreMisuse);
  CHECK_THROWS_AS((session.select<int>("SELECT n FROM t").maybe()), StoreMisuse);
  CHECK_THROWS_AS((session.select<int>("SELECT n FROM t").all(2)), StoreMisuse);
  struct Pair {
    TicketId id;
    int n;
  };
  const auto pairs = session.select<TicketId, int>("SELECT id, n FROM t ORDER BY id").all<Pair>(3);
  REQUIRE(pairs.size() == 3);
  CHECK(pairs[2].id == TicketId{3});
  CHECK(pairs[2].n == 30);
  CHECK_THROWS_AS((session.select<std::string>("SELECT s FROM t WHERE id = 1").one()), StoreMisuse);  // NULL
  session.run("UPDATE t SET n = 300 WHERE id = 3");
  CHECK_THROWS_AS((session.select<std::int8_t>("SELECT n FROM t WHERE id = 3").one()), StoreMisuse);
}

TEST_CASE_METHOD(Fixture, "no read is left open, whichever way it ended") {
  for (int i = 1; i <= 3; ++i) session.run("INSERT INTO t(id, n) VALUES(?,?)", i, i);
  Session other = reader();
  (void)other.select<int>("SELECT n FROM t WHERE id = 1").maybe();
  CHECK_THROWS((other.select<int>("SELECT n FROM t ORDER BY id").maybe()));
  CHECK_THROWS(
      (other.select<int>("SELECT n FROM t ORDER BY n").each(9, [](int) { throw std::runtime_error("stop"); })));
  // A snapshot that is still held would keep TRUNCATE from completing.
  CHECK(session.checkpoint(true).complete);
  CHECK(session.wal_frames() == 0);
}

TEST_CASE_METHOD(Fixture, "the same statement does not run inside its own loop") {
  for (int i = 1; i <= 2; ++i) session.run("INSERT INTO t(id) VALUES(?)", i);
  const auto nested = [&] {
    session.select<int>("SELECT id FROM t").each(9, [&](int) { (void)session.select<int>("SELECT id FROM t").all(9); });
  };
  CHECK_THROWS_AS(nested(), StoreMisuse);
  CHECK(session.select<int>("SELECT id FROM t").all(9).size() == 2);
}

TEST_CASE_METHOD(Fixture, "composed statements bind values whose number is known at run time") {
  for (int i = 1; i <= 5; ++i) session.run("INSERT INTO t(id, s, x) VALUES(?,?,?)", i, std::to_string(i), i * 0.5);
  SqlText sql = SqlText("SELECT id FROM t WHERE 1=1");
  Values values;
  sql += " AND id > ?";
  values.add(TicketId{1});
  sql += " AND s <> ?";
  values.add(std::string_view("3"));
  sql += " AND x < ?";
  values.add(2.5);
  CHECK(session.select<int>(sql, values).all(9) == std::vector<std::tuple<int>>{{2}, {4}});
  values.add(1);
  CHECK_THROWS_AS((session.select<int>(sql, values).all(9)), StoreMisuse);  // one value too many
}

TEST_CASE_METHOD(Fixture, "many composed statements do not pile up") {
  SqlText sql("SELECT 1 WHERE 1=1");
  for (int i = 0; i < 300; ++i) {
    sql += " AND 1=1";
    CHECK(session.select<int>(sql).one() == std::tuple(1));
  }
}

TEST_CASE_METHOD(Fixture, "each way of failing has its own type") {
  session.run("INSERT INTO u(id, name) VALUES(1, ?)", "a");
  const auto kind = [](auto f) {
    try {
      f();
    } catch (const ConstraintViolation& violation) {
      return violation.kind();
    }
    return ConstraintViolation::Kind::other;
  };
  using Kind = ConstraintViolation::Kind;
  CHECK(kind([&] { session.run("INSERT INTO u(name) VALUES(?)", "a"); }) == Kind::unique);
  CHECK(kind([&] { session.run("INSERT INTO u(id, name) VALUES(?,?)", 1, "b"); }) == Kind::unique);
  CHECK(kind([&] { session.run("INSERT INTO u(name, t) VALUES(?,?)", "c", 99); }) == Kind::foreign_key);
  CHECK(kind([&] { session.run("INSERT INTO u(name, age) VALUES(?,?)", "d", -1); }) == Kind::check);
  CHECK(kind([&] { session.run("INSERT INTO u(name) VALUES(?)", std::optional<std::string>{}); }) == Kind::not_null);
  CHECK_THROWS_AS(session.run("SELEC 1"), StoreMisuse);
  CHECK_THROWS_AS(session.run("DELETE FROM u WHERE id = ?"), StoreMisuse);  // a parameter without a value
  CHECK_THROWS_AS(session.run("SELECT 1"), StoreMisuse);
  CHECK_THROWS_AS(Session::open({.file = "/proc/no/such.db", .access = Access::write}), StoreUnavailable);
  CHECK_THROWS_AS(Session::open({.file = directory.path() / "not\"here", .access = Access::write}), StoreMisuse);
}

TEST_CASE_METHOD(Fixture, "no bound value gets into the text of an error") {
  session.run("INSERT INTO u(name) VALUES(?)", "geheim@kunde.de");
  const std::string text = message_of([&] { session.run("INSERT INTO u(name) VALUES(?)", "geheim@kunde.de"); });
  CHECK(text.find("geheim") == std::string::npos);
  CHECK(text.find("u.name") != std::string::npos);
  session.run_script("CREATE VIRTUAL TABLE f USING fts5(body)");
  const std::string match =
      message_of([&] { (void)session.select<int>("SELECT rowid FROM f WHERE f MATCH ?", "geheim\"").maybe(); });
  CHECK(match.find("geheim") == std::string::npos);
  CHECK(match.find("MATCH ?") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "readers can not write, and see one snapshot in a transaction") {
  Session other = reader();
  CHECK_THROWS_AS(other.run("INSERT INTO t(id) VALUES(1)"), StoreError);
  Transaction snapshot(other, Transaction::Mode::read);
  CHECK(other.select<int>("SELECT count(*) FROM t").one() == std::tuple(0));
  session.run("INSERT INTO t(id) VALUES(1)");
  CHECK(other.select<int>("SELECT count(*) FROM t").one() == std::tuple(0));
  snapshot.commit();
  CHECK(other.select<int>("SELECT count(*) FROM t").one() == std::tuple(1));
}

TEST_CASE_METHOD(Fixture, "a transaction is undone unless it was committed") {
  {
    Transaction transaction(session, Transaction::Mode::immediate);
    session.run("INSERT INTO t(id) VALUES(1)");
  }
  CHECK(session.select<int>("SELECT count(*) FROM t").one() == std::tuple(0));
  Transaction transaction(session, Transaction::Mode::immediate);
  session.run("INSERT INTO t(id) VALUES(1)");
  session.rollback();
  CHECK_THROWS_AS(transaction.commit(), StoreMisuse);  // nothing is committed by accident
}

TEST_CASE_METHOD(Fixture, "a statement past its deadline is stopped") {
  const auto endless = [&] {
    (void)session
        .select<std::int64_t>("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT max(n) FROM c")
        .maybe();
  };
  session.set_deadline(std::chrono::steady_clock::now());
  CHECK_THROWS_AS(endless(), StoreTimeout);
  session.set_deadline(std::chrono::steady_clock::now() + std::chrono::hours(1));
  session.cancel();
  CHECK_THROWS_AS(endless(), StoreTimeout);
  session.set_deadline(std::chrono::steady_clock::time_point::max());
  CHECK(session.select<int>("SELECT 1").one() == std::tuple(1));
}

TEST_CASE_METHOD(Fixture, "every session is set up as the design demands") {
  for (const bool writes : {true, false}) {
    Session other =
        writes ? Session::open({.file = directory.path() / "second.db", .access = Access::write}) : reader();
    CHECK(other.select<std::string>("PRAGMA journal_mode").one() == std::tuple(std::string("wal")));
    CHECK(other.select<int>("PRAGMA synchronous").one() == std::tuple(2));
    CHECK(other.select<int>("PRAGMA foreign_keys").one() == std::tuple(1));
    CHECK(other.select<int>("PRAGMA trusted_schema").one() == std::tuple(0));
    CHECK(other.select<int>("PRAGMA cell_size_check").one() == std::tuple(1));
    CHECK(other.select<int>("PRAGMA wal_autocheckpoint").one() == std::tuple(0));
    CHECK(other.select<int>("PRAGMA mmap_size").one() == std::tuple(0));
    CHECK(other.select<int>("PRAGMA query_only").one() == std::tuple(writes ? 0 : 1));
  }
}

TEST_CASE_METHOD(Fixture, "closing does not checkpoint") {
  session.run("INSERT INTO t(id) VALUES(1)");
  const auto wal = directory.path() / "a desk.db-wal";
  const auto before = std::filesystem::file_size(wal);
  REQUIRE(before > 0);
  { Session gone = std::move(session); }
  CHECK(std::filesystem::file_size(wal) == before);
  session = Session::open(options);
}

TEST_CASE_METHOD(Fixture, "a session that moves takes its statements with it") {
  session.run("INSERT INTO t(id) VALUES(?)", 1);
  const auto elsewhere = std::make_unique<Session>(std::move(session));
  elsewhere->run("INSERT INTO t(id) VALUES(?)", 2);
  CHECK_THROWS_AS(elsewhere->run("INSERT INTO t(id) VALUES(?)", 2), ConstraintViolation);
  session = std::move(*elsewhere);
}

TEST_CASE("SQLite's version is known with its fault") {
  const SqliteVersion version = sqlite_version();
  CHECK(version.text.starts_with("3."));
  if (version.text == "3.40.1") CHECK(version.has_wal_reset_fault);
}
