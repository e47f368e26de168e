// SPDX-License-Identifier: Apache-2.0
// Backup while serving, restore, and every way in which a backup can be unfit.
#include "store/backup.hpp"

#include <atomic>
#include <fstream>
#include <thread>

#include "desk/command_ticket.hpp"
#include "desk/verify_desk.hpp"
#include "store/attachment_rows.hpp"
#include "store/errors.hpp"
#include "store/sqlite_api.hpp"
#include "support/catch.hpp"
#include "support/desk_fixture.hpp"
#include "support/said.hpp"
#include "support/sqlite_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 2h};
const domain::Principal everyone = domain::system_principal("test");

struct Fixture {
  test::SqliteDesk desk{test::return_desk(), start};
  fs::path backup = desk.temporary.path() / "backup";

  TicketId create() {
    return *desk::write_and_wait(*desk.database, [](desk::Unit& unit) -> Result<TicketId> {
      auto wish = test::a_return(0);
      wish.customer = {};
      wish.body = std::string(20'000, 'x');
      auto outcome = desk::create_ticket(unit, everyone, wish);
      if (!outcome) return std::unexpected(outcome.error());
      return outcome->ticket.id;
    });
  }

  std::string add_blob() {
    const auto temporary = desk.temporary.path() / "upload";
    std::ofstream(temporary) << "a picture";
    return store::BlobDirectory(desk.directory->blobs()).take(temporary.string());
  }

  Result<store::BackupManifest> make(const store::BackupProgress& progress = {}) {
    return store::make_backup(desk.database->writer(), desk.directory->blobs(), backup, start, progress);
  }

  void damage(const fs::path& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(5000);
    const char byte = static_cast<char>(stream.get());
    stream.seekp(5000);
    stream.put(static_cast<char>(byte ^ 1));
  }
};

namespace sqlite = store::sqlite;

/// The system's VFS, which counts how often another thread than the test's syncs the copy in `backup/`. It is the default
/// while it lives; the desk is open by then.
class CountsSyncs {
 public:
  CountsSyncs() {
    beneath = sqlite::sqlite3_vfs_find(nullptr);
    maker = std::this_thread::get_id();
    syncs = 0;
    vfs_ = *beneath;
    vfs_.zName = "docket_counts_syncs";
    vfs_.xOpen = open;
    sqlite::sqlite3_vfs_register(&vfs_, 1);
  }
  ~CountsSyncs() {
    sqlite::sqlite3_vfs_unregister(&vfs_);
    sqlite::sqlite3_vfs_register(beneath, 1);
  }
  CountsSyncs(const CountsSyncs&) = delete;
  CountsSyncs& operator=(const CountsSyncs&) = delete;

  static inline std::atomic<int> opened = 0, syncs = 0;

 private:
  static int open(sqlite::sqlite3_vfs*, const char* name, sqlite::sqlite3_file* file, int flags, int* out) {
    const int result = beneath->xOpen(beneath, name, file, flags, out);
    if (result != SQLITE_OK || name == nullptr || !std::string_view(name).ends_with("/backup/docket.db")) return result;
    ++opened;
    if (methods.xSync == nullptr) {
      methods = *file->pMethods;
      real_sync = methods.xSync;
      methods.xSync = sync;
    }
    file->pMethods = &methods;
    return result;
  }
  static int sync(sqlite::sqlite3_file* file, int flags) {
    if (std::this_thread::get_id() != maker) ++syncs;
    return real_sync(file, flags);
  }

  static inline sqlite::sqlite3_vfs* beneath = nullptr;
  static inline std::thread::id maker;
  static inline sqlite::sqlite3_io_methods methods{};
  static inline int (*real_sync)(sqlite::sqlite3_file*, int) = nullptr;
  sqlite::sqlite3_vfs vfs_{};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the writer does not wait until a copy is on disk") {
  for (int i = 0; i < 40; ++i) create();
  const CountsSyncs counts;
  REQUIRE(make());
  CHECK(CountsSyncs::opened > 0);
  CHECK(CountsSyncs::syncs == 0);
  CHECK(store::check_backup(backup).has_value());
}

TEST_CASE_METHOD(Fixture, "a desk goes on while it is copied, and the copy is the desk") {
  for (int i = 0; i < 40; ++i) create();
  const auto digest = add_blob();
  const auto before = TicketId{40};
  std::vector<TicketId> meanwhile;
  int slices = 0;
  const auto manifest = make([&](std::int64_t, std::int64_t) {
    if (++slices <= 3) meanwhile.push_back(create());
  });
  REQUIRE(manifest);
  CHECK(slices > 1);
  CHECK(manifest->files.size() == 2);
  CHECK(store::check_backup(backup).has_value());

  test::SqliteDesk other(test::return_desk(), start);
  other.close();
  const auto data = other.temporary.path() / "data";
  CHECK(store::restore_backup(backup, data).error().code == ErrorCode::conflict);  // there is a database
  fs::remove_all(data);
  REQUIRE(store::restore_backup(backup, data));
  other.open();
  const auto problems =
      *desk::read_and_wait(*other.database, [&](const desk::Reading& r) -> Result<std::vector<std::string>> {
        desk::VerifyReport report;
        for (std::int64_t id = 1; id <= before.value; ++id) desk::verify_ticket(r, TicketId{id}, report);
        return test::in_english(report.problems);
      });
  CHECK(problems.empty());
  CHECK(store::BlobDirectory(other.directory->blobs()).verified_path(digest));
  CHECK_FALSE(fs::exists(data / "docket.db.restoring"));
}

TEST_CASE_METHOD(Fixture, "messages of a restored desk have no key of one that was sent since the backup") {
  const auto ticket = create();
  const auto send = [&](desk::Database& database, std::int64_t sequence) {
    return *desk::write_and_wait(database, [&](desk::Unit& unit) -> Result<std::string> {
      const auto stored = unit.tickets.load(ticket);
      desk::NewDelivery delivery;
      delivery.ticket = ticket;
      delivery.sequence = sequence;
      delivery.destination = "crm";
      delivery.text = "call";
      delivery.at = unit.now;
      desk::TicketChange change;
      change.before = &*stored;
      change.after = &*stored;
      change.deliveries = {&delivery, 1};
      unit.tickets.save(change);
      return unit.outbox.deliveries({.ticket = ticket}, {}, 1, everyone).rows.front().key;
    });
  };
  const auto known = [&](desk::Database& database, const std::string& key) {
    return *desk::write_and_wait(
        database, [&](desk::Unit& unit) -> Result<bool> { return unit.outbox.find_by_key(key).has_value(); });
  };
  const auto waiting = send(*desk.database, 900);
  CHECK(waiting == "1-900-0");
  REQUIRE(make());
  const auto in_vain = send(*desk.database, 901);

  test::SqliteDesk other(test::return_desk(), start);
  other.close();
  const auto data = other.temporary.path() / "data";
  fs::remove_all(data);
  REQUIRE(store::restore_backup(backup, data));
  other.open();
  CHECK(known(*other.database, waiting));  // it goes on with the key that it had
  const auto again = send(*other.database, 901);
  CHECK(again.starts_with(in_vain + "-"));
  CHECK(known(*other.database, again));
  CHECK_FALSE(known(*other.database, in_vain));  // a late receipt of that one says nothing about this one
  CHECK_FALSE(known(*other.database, waiting + "-0"));
}

TEST_CASE_METHOD(Fixture, "what is refused after it wrote does not put a backup back to its beginning") {
  for (int i = 0; i < 40; ++i) create();
  std::int64_t before = 0;
  int slices = 0;
  REQUIRE(make([&](std::int64_t done, std::int64_t) {
    CHECK(done >= before);
    before = done;
    if (++slices > 20) throw std::runtime_error("it begins anew again and again");
    const auto refused = desk::write_and_wait(*desk.database, [](desk::Unit& unit) -> Result<bool> {
      auto wish = test::a_return(0);
      wish.customer = {};
      if (!desk::create_ticket(unit, everyone, wish)) throw std::runtime_error("not written");
      return fail(ErrorCode::conflict, "in vain");
    });
    CHECK(refused.error().code == ErrorCode::conflict);
  }));
  CHECK(slices > 1);
  CHECK(store::check_backup(backup).has_value());
}

TEST_CASE_METHOD(Fixture, "attachments that are damaged or missing are named, and the rest is backed up") {
  const auto ticket = create();
  const auto damaged = add_blob();
  std::ofstream(store::BlobDirectory(desk.directory->blobs()).verified_path(damaged).value()) << "another picture";
  const std::string missing(64, 'a');
  REQUIRE(desk::write_and_wait(*desk.database, [&](desk::Unit& unit) -> Result<bool> {
    desk::Attachment file;
    file.name = "gone.png";
    file.sha256 = missing;
    file.by = everyone.actor;
    file.created_at = unit.now;
    return unit.attachments.bind(unit.attachments.add_attachment(file), ticket, everyone.actor, false);
  }));
  const auto made = make();
  REQUIRE(made);
  CHECK(made->unsound == std::vector{damaged, missing});
  CHECK(store::about_unsound(*made).en.starts_with("2 attachments are damaged or missing"));
  const auto files = desk::read_and_wait(*desk.database, [&](const desk::Reading& reading) -> Result<std::vector<desk::Attachment>> {
    return reading.attachments.attachments(ticket);
  });
  REQUIRE(files);
  desk::VerifyReport report;
  for (const auto& file : *files) desk::verify_file(file, store::BlobDirectory(desk.directory->blobs()), report);
  CHECK(report.files == 1);  // nobody's message names the other
  CHECK(test::in_english(report.problems) ==
        std::vector{"ticket 1: the file \"gone.png\" is damaged or missing; put blobs/aa/" + missing + " back from a backup"});
  CHECK(store::check_backup(backup).has_value());
}

TEST_CASE_METHOD(Fixture, "a damaged, cut or unfinished backup is refused, and nothing is restored") {
  create();
  add_blob();
  REQUIRE(make());
  const auto data = desk.temporary.path() / "restored";
  const std::string_view what = GENERATE("database", "manifest", "missing", "../ab.db", "tls/s.key", "keys/anch", "/etc/pwd", "plugins/x", "blobs/../x", "blobs");
  if (what == "database") damage(backup / "docket.db");
  if (what == "manifest") fs::remove(backup / "manifest.json");
  if (what == "missing") fs::remove_all(backup / "blobs");
  const bool foreign = what.find('/') != std::string_view::npos || what == "blobs";
  if (foreign) {  // good in all but its name, so that nothing else refuses it
    std::string text;
    std::getline(std::ifstream(backup / "manifest.json"), text);
    const auto blob = text.find("\"blobs/") + 1;
    const std::string was = text.substr(blob, text.find('"', blob) - blob);
    text.replace(blob, was.size(), what);
    std::ofstream(backup / "manifest.json") << text;
    if (what != "blobs" && what != "/etc/pwd") {
      fs::create_directories((backup / what).parent_path());
      fs::copy_file(backup / was, backup / what);
    }
  }
  const auto checked = store::check_backup(backup);
  REQUIRE_FALSE(checked);
  if (foreign) CHECK(checked.error().detail.find("is no part of a backup") != std::string::npos);
  CHECK_FALSE(store::restore_backup(backup, data).has_value());
  CHECK_FALSE(fs::exists(data / "docket.db"));
  CHECK_FALSE(fs::exists(data / "tls" / "s.key"));
}

TEST_CASE_METHOD(Fixture, "a backup does not write over anything") {
  create();
  fs::create_directories(backup);
  std::ofstream(backup / "mine") << "x";
  CHECK(make().error().code == ErrorCode::conflict);
  CHECK(fs::exists(backup / "mine"));
}

TEST_CASE_METHOD(Fixture, "a running desk's data is not restored over") {
  create();
  REQUIRE(make());
  CHECK_THROWS_AS(store::restore_backup(backup, desk.temporary.path() / "data"), store::StoreUnavailable);
}

TEST_CASE_METHOD(Fixture, "a backup that nobody wants any more leaves nothing open, and the desk goes on") {
  for (int i = 0; i < 40; ++i) create();
  add_blob();
  const int after = GENERATE(1, 3, 1'000'000);  // in the first slice, between two, among the files
  int slices = 0;
  int whole = 0;
  REQUIRE(store::make_backup(desk.database->writer(), desk.directory->blobs(), desk.temporary.path() / "whole", start,
                             [&](std::int64_t, std::int64_t) { ++whole; }));
  const auto given_up = std::min(after, whole);
  struct Unwanted {};
  CHECK_THROWS_AS(make([&](std::int64_t, std::int64_t) {
                    if (++slices == given_up) throw Unwanted{};
                  }),
                  Unwanted);
  CHECK(fs::is_empty(backup));
  create();
  REQUIRE(make());
  CHECK(store::check_backup(backup).has_value());
}
