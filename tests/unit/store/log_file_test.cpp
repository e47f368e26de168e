// SPDX-License-Identifier: Apache-2.0
#include "store/log_file.hpp"

#include <filesystem>

#include "fault/crash_vfs.hpp"
#include "store/errors.hpp"
#include "store/session.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::store;

namespace {

constexpr int kRows = 100;
const std::string kRow(3000, 'x');  // nearly a page each

Session open_on_crash_disk() {
  SessionOptions options{.file = "/desk.db", .access = Access::write};
  options.vfs = test::CrashDisk::name;
  return Session::open(options);
}

void add_rows(Session& session, int from, int count) {
  for (int id = from; id < from + count; ++id) session.run("INSERT INTO t(id, s) VALUES(?, ?)", id, kRow);
}

std::int64_t rows(Session& session) {
  return std::get<0>(session.select<std::int64_t>("SELECT count(*) FROM t").one());
}
std::string check(Session& session) {
  return std::get<0>(session.select<std::string>("PRAGMA integrity_check").one());
}

}  // namespace

TEST_CASE("The frames of a commit are few writes and one sync") {
  test::CrashDisk disk;
  auto session = open_on_crash_disk();
  session.run_script("CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT) STRICT;");
  const auto syncs = disk.syncs();
  const auto calls = disk.calls();
  session.begin_immediate();
  add_rows(session, 1, kRows);
  session.commit();
  CHECK(session.wal_frames() > kRows);
  CHECK(disk.syncs() - syncs == 1);
  // A hundred pages and their heads are some 420 kB, in writes of at most 120 KiB.
  CHECK(disk.calls() - calls <= 6);
}

TEST_CASE("A write of the log that fails undoes its transaction and no other") {
  test::CrashDisk disk;
  auto session = open_on_crash_disk();
  session.run_script("CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT) STRICT;");
  session.begin_immediate();
  add_rows(session, 1, 1);
  session.commit();

  disk.fail_at(disk.calls() + 1, test::CrashDisk::Fault::no_space, true);
  session.begin_immediate();
  add_rows(session, 2, 10);
  CHECK_THROWS_AS(session.commit(), StoreFull);
  session.rollback();
  disk.heal();
  CHECK(rows(session) == 1);

  session.begin_immediate();
  add_rows(session, 2, 5);
  session.commit();
  CHECK(rows(session) == 6);
  CHECK(check(session) == "ok");
}

TEST_CASE("What spills into the log is read back, undone in part, and seen by others when it is committed") {
  const auto synchronous = GENERATE(Synchronous::full, Synchronous::normal, Synchronous::off);
  const test::TemporaryDirectory directory;
  SessionOptions options{.file = directory.path() / "desk.db", .access = Access::write, .synchronous = synchronous};
  options.cache_kib = 64;
  auto session = Session::open(options);
  session.run_script("CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT) STRICT;");
  options.access = Access::read;
  auto reader = Session::open(options);

  int expected = 0;
  for (int round = 0; round < 5; ++round) {
    session.begin_immediate();
    add_rows(session, round * kRows + 1, kRows / 2);
    session.run("SAVEPOINT part");
    add_rows(session, round * kRows + 1 + kRows / 2, kRows / 2);
    session.run("UPDATE t SET s = 'undone'");
    session.run("ROLLBACK TO part");
    CHECK(rows(session) == expected + kRows / 2);
    CHECK(rows(reader) == expected);
    session.commit();
    expected += kRows / 2;
    // Each commit is in the file when others hear of it.
    CHECK(rows(reader) == expected);
    CHECK(check(reader) == "ok");
    CHECK(std::get<0>(reader.select<std::int64_t>("SELECT count(*) FROM t WHERE s = 'undone'").one()) == 0);
    if (round == 2) CHECK(session.checkpoint(false).complete);
  }

  // As after a kill: only what is in the files.
  const auto copied = directory.path() / "copy.db";
  std::filesystem::copy_file(directory.path() / "desk.db", copied);
  std::filesystem::copy_file(directory.path() / "desk.db-wal", copied.string() + "-wal");
  options.file = copied;
  options.access = Access::write;
  auto again = Session::open(options);
  CHECK(rows(again) == expected);
  CHECK(check(again) == "ok");
}

TEST_CASE("A full disk never leaves a hole among the frames of a transaction that goes on") {
  // Statements of several jobs in one transaction, as groups run them: one that fails is undone alone, and the rest is
  // committed, if SQLite does not undo all. Some frames wait to be written when a later statement reads.
  for (int call = 1; call <= 40; ++call) {
    CAPTURE(call);
    test::CrashDisk disk;
    SessionOptions options{.file = "/desk.db", .access = Access::write};
    options.vfs = test::CrashDisk::name;
    options.cache_kib = 64;
    auto session = Session::open(options);
    session.run_script("CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT) STRICT;");
    disk.fail_at(disk.calls() + call, test::CrashDisk::Fault::no_space, false);

    std::int64_t written = 0;
    bool whole = true;  // as far as the session was told
    session.begin_immediate();
    const auto job = [&](std::int64_t adds, const auto& work) {
      if (!session.in_transaction()) return;
      session.run("SAVEPOINT job");
      try {
        work();
        written += adds;
      } catch (const StoreFull&) {
        if (!session.in_transaction()) return;
        session.run("ROLLBACK TO job");
      }
      session.run("RELEASE job");
    };
    try {
      for (int round = 0; round < 4; ++round) {
        const int from = 1 + round * 1000;
        job(kRows / 2 + round, [&] { add_rows(session, from, kRows / 2 + round); });
        // Reads what waits, and SQLite keeps a journal for this statement alone.
        job(3, [&] {
          session.run("INSERT INTO t(id, s) SELECT id + 500, s FROM t WHERE id >= ? AND id < ?", from, from + 3);
        });
      }
      session.commit();
    } catch (const StoreError&) {
      whole = false;
      session.rollback();
    }
    const std::int64_t expected = whole ? written : 0;
    disk.heal();
    CHECK(rows(session) == expected);
    CHECK(check(session) == "ok");
    session.begin_immediate();
    add_rows(session, 10'000, 1);
    session.commit();

    auto again = open_on_crash_disk();
    CHECK(rows(again) == expected + 1);
    CHECK(check(again) == "ok");
  }
}

TEST_CASE("A VFS that is not there is named") {
  CHECK_THROWS_AS(gathered_log_vfs("no_such_vfs"), StoreMisuse);
  CHECK(gathered_log_vfs("") == gathered_log_vfs(""));
}
