// SPDX-License-Identifier: Apache-2.0
// Pulls the plug under the writer's grouped commits at every sync and at random points, on a disk that drops, reorders
// and tears what was not synced: nothing that was answered may be lost. With less than synchronous=FULL the same must
// report loss, or it would be blind.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <set>

#include "base/hash.hpp"
#include "fault/crash_vfs.hpp"
#include "store/errors.hpp"
#include "store/group_commit.hpp"
#include "store/session.hpp"

namespace {

using namespace docket;
using namespace docket::store;

constexpr int kOperations = 500;

SessionOptions options(Synchronous synchronous) {
  SessionOptions out;
  out.file = "/desk.db";
  out.access = Access::write;
  out.synchronous = synchronous;
  out.vfs = test::CrashDisk::name;
  out.busy_timeout = std::chrono::milliseconds(1);
  out.cache_kib = 256;  // small, so that pages are written before the commit as well
  return out;
}

std::string payload_of(int id) {
  return std::string(static_cast<std::size_t>(20 + id * 37 % 3000), static_cast<char>('a' + id % 26));
}

/// What the client knows: answered yes, answered no, or never answered.
struct Book {
  std::set<int> acknowledged;
  std::set<int> refused;
  std::set<int> in_flight;
  bool ended = false;  ///< the process would have ended here
};

class Bad final : public Job {
 public:
  explicit Bad(int id) : id_(id) {}
  Result<void> run(Session& session) override {
    session.run("INSERT INTO t(id, payload) VALUES(?, ?)", id_, payload_of(id_));
    return fail(ErrorCode::conflict, "no");
  }
  [[nodiscard]] bool repeatable() const override { return true; }
  void finish(Result<void>) noexcept override {}

 private:
  int id_;
};

std::unique_ptr<Job> good(int id) {
  return make_repeatable_job(
      [id](Session& session) -> Result<void> {
        session.run("INSERT INTO t(id, payload) VALUES(?, ?)", id, payload_of(id));
        session.run("UPDATE total SET n = n + 1");
        session.run("INSERT INTO history(id, what) VALUES(?, ?)", id, "made");
        return {};
      },
      [](const Result<void>&) {});
}

/// The script: 500 operations in groups of different sizes, each thirteenth refused, with checkpoints between.
void run_script(Session& session, Book& book, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  int id = 0;
  for (int group = 1; id < kOperations; ++group) {
    std::vector<std::unique_ptr<Job>> jobs;
    std::vector<int> ids;
    for (auto size = 1 + static_cast<int>(random() % 12); size > 0 && id < kOperations; --size) {
      ++id;
      ids.push_back(id);
      if (id % 13 == 0) {
        jobs.push_back(std::make_unique<Bad>(id));
      } else {
        jobs.push_back(good(id));
      }
    }
    book.in_flight.insert(ids.begin(), ids.end());
    const auto outcomes = run_group(session, jobs);
    for (std::size_t at = 0; at < ids.size(); ++at) (outcomes[at] ? book.acknowledged : book.refused).insert(ids[at]);
    book.in_flight.clear();
    if (group % 7 == 0) {
      try {
        (void)session.checkpoint(group % 14 == 0);
      } catch (const StoreError& error) {
        if (is_fatal(error)) throw;  // as the writer does
      }
    }
  }
}

Book run(Synchronous synchronous, std::uint64_t seed) {
  Book book;
  try {
    Session session = Session::open(options(synchronous));
    run_script(session, book, seed);
  } catch (const StoreError&) {
    book.ended = true;
  }
  return book;
}

/// What the disk has that contradicts the book; nothing if all is well.
std::optional<std::string> contradiction(const Book& book, Synchronous synchronous) {
  try {
    Session session = Session::open(options(synchronous));
    if (std::get<0>(session.select<std::string>("PRAGMA integrity_check(1)").one()) != "ok")
      return "the database is damaged";
    std::set<int> there;
    bool wrong = false;
    session.select<int, std::string>("SELECT id, payload FROM t")
        .each(kOperations, [&](int id, const std::string& payload) {
          there.insert(id);
          wrong |= payload != payload_of(id);
        });
    if (wrong) return "a row has another content";
    for (const int id : book.acknowledged) {
      if (!there.contains(id)) return "operation " + std::to_string(id) + " was answered and is lost";
    }
    for (const int id : book.refused) {
      if (there.contains(id)) return "operation " + std::to_string(id) + " was refused and is there";
    }
    std::size_t of_group = 0;
    std::size_t wanted = 0;
    for (const int id : book.in_flight) {
      if (id % 13 == 0) continue;
      ++wanted;
      of_group += there.contains(id) ? 1 : 0;
    }
    if (of_group != 0 && of_group != wanted) return "a group is there in part";
    const auto [total, history] =
        session.select<std::size_t, std::size_t>("SELECT n, (SELECT count(*) FROM history) FROM total").one();
    if (total != there.size() || history != there.size()) return "an operation is there in part";
    return std::nullopt;
  } catch (const StoreError& error) {
    return std::string("the database can not be read: ") + error.what();
  }
}

struct Tally {
  int points = 0;
  int lost = 0;
  void add(const std::optional<std::string>& fault, const std::string& where, bool show) {
    ++points;
    if (!fault) return;
    ++lost;
    if (show && lost <= 10) std::printf("%s: %s\n", where.c_str(), fault->c_str());
  }
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("power loss under the writer");
  int points = 5000;
  std::uint64_t seed = 1;
  std::string level = "FULL";
  int errors = 200;
  app.add_option("--points", points, "random points besides every sync");
  app.add_option("--seed", seed, "of the script, the points and what the disk keeps");
  app.add_option("--synchronous", level)->check(CLI::IsMember({"FULL", "NORMAL", "OFF"}));
  app.add_option("--errors", errors, "calls at which I/O errors are injected, with FULL");
  CLI11_PARSE(app, argc, argv);
  const auto synchronous = level == "FULL"     ? Synchronous::full
                           : level == "NORMAL" ? Synchronous::normal
                                               : Synchronous::off;
  // The log goes there: thousands of faults that are meant.
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 2;

  test::CrashDisk disk;
  {
    Session session = Session::open(options(Synchronous::full));
    session.run_script(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, payload TEXT NOT NULL) STRICT;"
        "CREATE TABLE total(n INTEGER NOT NULL) STRICT; INSERT INTO total VALUES(0);"
        "CREATE TABLE history(id INTEGER NOT NULL UNIQUE, what TEXT NOT NULL) STRICT;");
    (void)session.checkpoint(true);
  }
  const auto image = disk.image();

  disk.reset(image);
  const Book whole = run(synchronous, seed);
  if (whole.ended || whole.acknowledged.empty()) {
    std::printf("the script does not run without a fault\n");
    return 2;
  }
  const auto calls = disk.calls();
  const auto syncs = disk.syncs();

  std::mt19937_64 random(seed);
  const bool must_hold = synchronous == Synchronous::full;
  Tally tally;
  const auto pull = [&](const std::string& where) {
    const Book book = run(synchronous, seed);
    disk.restore_power(random);
    tally.add(contradiction(book, synchronous), where, must_hold);
  };
  for (std::int64_t sync = 1; sync <= syncs; ++sync) {
    for (const bool done : {false, true}) {
      disk.reset(image);
      disk.lose_power_at_sync(sync, done);
      pull((done ? "after sync " : "before sync ") + std::to_string(sync));
    }
  }
  for (int point = 0; point < points; ++point) {
    const auto call = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(calls));
    disk.reset(image);
    disk.lose_power_at(call);
    pull("at call " + std::to_string(call));
  }

  Tally faults;
  if (must_hold) {
    for (int n = 0; n < errors; ++n) {
      const auto call = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(calls));
      for (const auto fault : {test::CrashDisk::Fault::io_error, test::CrashDisk::Fault::no_space}) {
        for (const bool on : {false, true}) {
          disk.reset(image);
          disk.fail_at(call, fault, on);
          const Book book = run(synchronous, seed);
          disk.heal();
          // Where the process had to end, what the kernel still held may be gone with it.
          if (book.ended) disk.restore_power(random);
          faults.add(contradiction(book, synchronous), "I/O fault at call " + std::to_string(call), true);
        }
      }
    }
  }
  const bool holds = must_hold ? tally.lost == 0 && faults.lost == 0 : tally.lost > 0;
  std::printf(
      "synchronous=%s: %d points (every one of %lld syncs, %d random of %lld calls): %d with loss; %d I/O faults: %d "
      "with loss; %s\n",
      level.c_str(), tally.points, static_cast<long long>(syncs), points, static_cast<long long>(calls), tally.lost,
      faults.points, faults.lost, holds ? "holds" : "DOES NOT HOLD");
  return holds ? 0 : 1;
}
