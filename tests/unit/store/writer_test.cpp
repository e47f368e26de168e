// SPDX-License-Identifier: Apache-2.0
#include "store/writer.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <latch>
#include <semaphore>
#include <string>
#include <thread>

#include "store/errors.hpp"
#include "store/group_commit.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::store;

namespace {

struct Fixture {
  test::TemporaryDirectory directory;
  SessionOptions options{.file = directory.path() / "desk.db", .access = Access::write};

  Session open() {
    Session session = Session::open(options);
    session.run_script("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, s TEXT) STRICT");
    return session;
  }

  std::vector<int> ids() {
    SessionOptions read = options;
    read.access = Access::read;
    Session session = Session::open(read);
    std::vector<int> found;
    session.select<int>("SELECT id FROM t ORDER BY id").each(100'000, [&](int id) { found.push_back(id); });
    return found;
  }
};

auto insert(int id) {
  return [id](Session& session) -> Result<int> {
    session.run("INSERT INTO t(id) VALUES(?)", id);
    return id;
  };
}

/// Holds the writer inside of a job, so that what is queued behind it is known.
struct Gate {
  std::binary_semaphore entered{0};
  std::binary_semaphore leave{0};
  void close(Writer& writer) {
    writer.submit(
        [this](Session&) -> Result<void> {
          entered.release();
          leave.acquire();
          return {};
        },
        [](const Result<void>&) {});
    entered.acquire();
  }
  void open() { leave.release(); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "one job of a group fails alone") {
  Session session = open();
  std::vector<std::unique_ptr<Job>> jobs;
  const auto ignore = [](const auto&) {};
  const bool repeatable = GENERATE(true, false);
  const auto make_job = [repeatable](auto work, auto done) {
    return repeatable ? store::make_repeatable_job(work, done) : store::make_job(work, done);
  };
  jobs.push_back(make_job(insert(1), ignore));
  jobs.push_back(make_job(
      [](Session& s) -> Result<void> {
        s.run("INSERT INTO t(id) VALUES(50)");
        return fail(ErrorCode::conflict, "no");
      },
      ignore));
  jobs.push_back(make_job(
      [](Session& s) -> Result<void> {
        s.run("INSERT INTO t(id) VALUES(60)");
        s.run("INSERT INTO t(id) VALUES(1)");
        return {};
      },
      ignore));
  jobs.push_back(make_job(
      [](Session& s) -> Result<void> {
        s.run("INSERT INTO t(id) VALUES(70)");
        throw std::runtime_error("a bug");
      },
      ignore));
  jobs.push_back(make_job(insert(2), ignore));
  const auto outcomes = run_group(session, jobs);
  CHECK(outcomes[0].has_value());
  CHECK(outcomes[1].error().code == ErrorCode::conflict);
  CHECK(outcomes[2].error().code == ErrorCode::conflict);
  CHECK(outcomes[3].error().code == ErrorCode::internal);
  CHECK(outcomes[4].has_value());
  CHECK(ids() == std::vector{1, 2});
}

namespace {

/// A job that tells how it was treated.
class Told final : public Job {
 public:
  using Work = std::function<Result<void>(Session&, int run)>;
  Told(std::string name, std::vector<std::string>& log, bool repeatable, Work work)
      : name_(std::move(name)), log_(log), repeatable_(repeatable), work_(std::move(work)) {}
  Result<void> run(Session& session) override {
    log_.push_back(name_);
    return work_(session, ++runs_);
  }
  [[nodiscard]] bool repeatable() const override { return repeatable_; }
  void undone() noexcept override { log_.push_back("-" + name_); }
  void finish(Result<void>) noexcept override {}

 private:
  std::string name_;
  std::vector<std::string>& log_;
  bool repeatable_;
  Work work_;
  int runs_ = 0;
};

struct GroupFixture : Fixture {
  Session session = open();
  std::vector<std::unique_ptr<Job>> jobs;
  std::vector<std::string> log;

  void add(const std::string& name, bool repeatable, Told::Work work) {
    jobs.push_back(std::make_unique<Told>(name, log, repeatable, std::move(work)));
  }
  /// Inserts, and lets work wait that inserts as well.
  void add_good(const std::string& name, int id, bool repeatable = true) {
    add(name, repeatable, [id](Session& s, int) -> Result<void> {
      s.run("INSERT INTO t(id) VALUES(?)", id);
      s.defer(Session::Defer::now, [id](Session& later) { later.run("INSERT INTO t(id) VALUES(?)", id + 1000); });
      return {};
    });
  }
  void add_bad(const std::string& name, int id, bool repeatable = true) {
    add(name, repeatable, [id](Session& s, int) -> Result<void> {
      s.run("INSERT INTO t(id) VALUES(?)", id);
      s.defer(Session::Defer::now, [id](Session& later) { later.run("INSERT INTO t(id) VALUES(?)", id + 1000); });
      return fail(ErrorCode::conflict, "no");
    });
  }
  void add_refused(const std::string& name, bool repeatable = true) {
    add(name, repeatable, [](Session& s, int) -> Result<void> {
      s.run("UPDATE t SET s = 'x' WHERE id = -1");
      return fail(ErrorCode::not_found, "no");
    });
  }
  std::string outcomes() {
    std::string text;
    for (const auto& outcome : run_group(session, jobs)) text += outcome ? '+' : '-';
    CHECK(session.deferred() == 0);
    CHECK_FALSE(session.in_transaction());
    return text;
  }
};

using Log = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(GroupFixture, "jobs that fail before they write cost the group nothing") {
  add_good("a", 1);
  add_refused("b");
  add_good("c", 2);
  CHECK(outcomes() == "+-+");
  CHECK(log == Log{"a", "b", "c"});
  CHECK(ids() == std::vector{1, 2, 1001, 1002});
}

TEST_CASE_METHOD(GroupFixture, "a job that fails after it wrote makes the group begin anew, once") {
  add_good("a", 1);
  add_refused("b");
  add_bad("c", 50);
  add_good("d", 2);
  add_bad("e", 60);
  add_good("f", 3);
  CHECK(outcomes() == "+--+-+");
  CHECK(log == Log{"a", "b", "c", "-a", "-b", "-c", "a", "b", "c", "d", "e", "f"});
  CHECK(ids() == std::vector{1, 2, 3, 1001, 1002, 1003});
}

TEST_CASE_METHOD(GroupFixture, "where nobody had succeeded yet, nobody runs again") {
  add_refused("a");
  add_bad("b", 50);
  add_bad("c", 60);
  SECTION("and the rest of the group goes on") {
    add_good("d", 1);
    CHECK(outcomes() == "---+");
    CHECK(log == Log{"a", "b", "c", "d"});
    CHECK(ids() == std::vector{1, 1001});
  }
  SECTION("even if there is no rest") {
    CHECK(outcomes() == "---");
    CHECK(log == Log{"a", "b", "c"});
    CHECK(ids().empty());
  }
}

TEST_CASE_METHOD(GroupFixture, "a job that may not run again runs once") {
  SECTION("if it succeeded before another failed") {
    add_good("a", 1);
    add_good("slice", 2, false);
    add_bad("b", 50);
    add_good("c", 3);
    CHECK(outcomes() == "++-+");
    CHECK(log == Log{"a", "slice", "b", "c"});
    CHECK(ids() == std::vector{1, 2, 3, 1001, 1002, 1003});
  }
  SECTION("if it is the one that failed") {
    add_good("a", 1);
    add_refused("refused slice", false);
    add_bad("slice", 50, false);
    add_good("b", 2);
    CHECK(outcomes() == "+--+");
    CHECK(log == Log{"a", "refused slice", "slice", "-a", "-refused slice", "-slice", "a", "b"});
    CHECK(ids() == std::vector{1, 2, 1001, 1002});
  }
}

TEST_CASE_METHOD(GroupFixture, "a job that took all the time there was does not take it again") {
  add_good("a", 1);
  add("late", true, [](Session& s, int) -> Result<void> {
    s.run("INSERT INTO t(id) VALUES(50)");
    return fail(ErrorCode::overloaded, "late");
  });
  add_good("b", 2);
  CHECK(outcomes() == "+-+");
  CHECK(log == Log{"a", "late", "-a", "-late", "a", "b"});
  CHECK(ids() == std::vector{1, 2, 1001, 1002});
}

TEST_CASE_METHOD(GroupFixture, "what comes of the second time is what counts") {
  add("a", true, [](Session& s, int run) -> Result<void> {
    if (run == 2) return fail(ErrorCode::overloaded, "late");
    s.run("INSERT INTO t(id) VALUES(1)");
    return {};
  });
  add("b", true, [](Session& s, int) -> Result<void> {
    s.run("INSERT INTO t(id) VALUES(2)");
    if (std::get<0>(s.select<int>("SELECT count(*) FROM t").one()) > 1) return fail(ErrorCode::conflict, "second");
    return {};
  });
  CHECK(outcomes() == "-+");
  CHECK(ids() == std::vector{2});
}

TEST_CASE_METHOD(GroupFixture, "a transaction that goes while the group begins anew takes everybody's success along") {
  add_good("a", 1);
  add("b", true, [](Session& s, int run) -> Result<void> {
    s.run("INSERT INTO t(id) VALUES(50)");
    if (run == 2) s.rollback();  // as SQLite does by itself on some errors
    return fail(ErrorCode::storage_full, "no");
  });
  add_good("c", 2);
  const auto told = run_group(session, jobs);
  for (const auto& outcome : told) CHECK(outcome.error().code == ErrorCode::storage_full);
  CHECK(log == Log{"a", "b", "-a", "-b", "a", "b"});
  CHECK(ids().empty());
  CHECK(session.deferred() == 0);
}

TEST_CASE_METHOD(GroupFixture, "a full volume in the middle of a group fails what it must and nothing by half") {
  // The database may have so many pages and no more: SQLite says what it says of a full volume.
  const auto pages = std::get<0>(session.select<std::int64_t>("PRAGMA page_count").one());
  session.run_script("PRAGMA max_page_count = " + std::to_string(pages + 8));
  add_good("a", 1);
  add("b", true, [](Session& s, int) -> Result<void> {
    s.run("INSERT INTO t(id, s) VALUES(50, 'x')");
    s.run("INSERT INTO t(id, s) VALUES(51, ?)", std::string(100'000, 'x'));
    return {};
  });
  add_good("c", 2);
  const auto told = run_group(session, jobs);
  CHECK(told[1].error().code == ErrorCode::storage_full);
  // Whether SQLite gives up the statement or the transaction is its own business; what is told must be what is there.
  std::vector<int> there;
  for (const int id : {1, 2}) {
    if (told[id == 1 ? 0 : 2]) there.push_back(id);
  }
  for (const int id : std::vector(there)) there.push_back(id + 1000);
  CHECK(ids() == there);
  session.run_script("PRAGMA max_page_count = 1000000");
  jobs.clear();
  add_good("d", 3);
  CHECK(outcomes() == "+");
}

TEST_CASE_METHOD(GroupFixture, "a commit that fails after the group began anew fails everybody") {
  session.run_script("CREATE TABLE later(id INTEGER REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED) STRICT");
  add_good("a", 1);
  add_bad("b", 50);
  add("c", true, [](Session& s, int) -> Result<void> {
    s.run("INSERT INTO later(id) VALUES(99)");  // said no only by the commit
    return {};
  });
  CHECK(outcomes() == "---");
  CHECK(ids().empty());
  jobs.clear();
  add_good("d", 3);
  CHECK(outcomes() == "+");
  CHECK(ids() == std::vector{3, 1003});
}

TEST_CASE_METHOD(Fixture, "nobody is told success when the transaction is gone") {
  Session session = open();
  std::vector<std::unique_ptr<Job>> jobs;
  const auto ignore = [](const auto&) {};
  const bool last = GENERATE(true, false);
  jobs.push_back(make_job(insert(1), ignore));
  jobs.push_back(make_job(
      [](Session& s) -> Result<void> {
        s.run("INSERT INTO t(id) VALUES(2)");
        s.rollback();  // as SQLite does by itself on some errors
        return {};
      },
      ignore));
  if (!last) jobs.push_back(make_job(insert(3), ignore));
  for (const auto& outcome : run_group(session, jobs)) CHECK_FALSE(outcome.has_value());
  CHECK(ids().empty());
}

TEST_CASE_METHOD(Fixture, "deferred work waits for more of it, through groups that fail, and is not lost") {
  Session session = open();
  const auto group = [&](Session::Defer when, int id, bool fails, const DeferredWait& wait) {
    std::vector<std::unique_ptr<Job>> jobs;
    jobs.push_back(make_job(
        [=](Session& s) -> Result<void> {
          s.defer(when, [id](Session& later) { later.run("INSERT INTO t(id) VALUES(?)", id); });
          if (fails) return fail(ErrorCode::conflict, "no");
          return {};
        },
        [](const auto&) {}));
    return run_group(session, jobs, wait).front().has_value();
  };
  const DeferredWait wait{.most = 2, .patience = std::chrono::hours{1}};
  CHECK(group(Session::Defer::may_wait, 1, false, wait));
  CHECK_FALSE(group(Session::Defer::may_wait, 50, true, wait));
  CHECK(ids().empty());
  CHECK(session.deferred() == 1);

  SECTION("until there is enough of it") {
    CHECK(group(Session::Defer::may_wait, 2, false, wait));
    CHECK(ids().empty());
    CHECK(group(Session::Defer::may_wait, 3, false, wait));
    CHECK(ids() == std::vector{1, 2, 3});
  }
  SECTION("until some of it must be done") {
    CHECK(group(Session::Defer::now, 2, false, wait));
    CHECK(ids() == std::vector{1, 2});
  }
  SECTION("until it has waited for long") {
    CHECK(group(Session::Defer::may_wait, 2, false, {.most = 2, .patience = std::chrono::milliseconds{0}}));
    CHECK(ids() == std::vector{1, 2});
  }
  SECTION("until there is nothing else to do") {
    CHECK(run_group(session, {}).empty());
    CHECK(ids() == std::vector{1});
  }
  SECTION("and once more if it failed") {
    session.run("INSERT INTO t(id) VALUES(2)");
    CHECK_FALSE(group(Session::Defer::now, 2, false, wait));
    CHECK(ids() == std::vector{2});
    CHECK(run_group(session, {}).empty());
    CHECK(ids() == std::vector{1, 2});
  }
  CHECK((session.deferred() == 0 || ids().empty()));
}

TEST_CASE_METHOD(Fixture, "a large group leaves deferred work to the writer's next quiet moment") {
  Writer writer(open(), {.small_group = 2, .deferred_limit = 1000, .deferred_patience = std::chrono::milliseconds{1}});
  Gate gate;
  gate.close(writer);
  std::latch answered{3};
  for (int i = 1; i <= 3; ++i) {
    writer.submit(
        [i](Session& session) -> Result<void> {
          session.defer(Session::Defer::may_wait, [i](Session& later) { later.run("INSERT INTO t(id) VALUES(?)", i); });
          return {};
        },
        [&](const Result<void>& outcome) {
          CHECK(outcome.has_value());
          answered.count_down();
        });
  }
  gate.open();
  answered.wait();
  while (ids().size() < 3) std::this_thread::yield();
  writer.stop();
  CHECK(ids() == std::vector{1, 2, 3});
}

TEST_CASE_METHOD(Fixture, "without space the log is emptied, though deferred work waits, which is done when there is some again") {
  std::atomic<std::uint64_t> space = 1000;
  Writer writer(open(), {.small_group = 2,
                         .deferred_limit = 1000,
                         .deferred_patience = std::chrono::milliseconds{1},
                         .idle_checkpoint = std::chrono::milliseconds{1},
                         .reserve_bytes = 100,
                         .space_interval = std::chrono::milliseconds{0},
                         .free_bytes = [&] { return space.load(); }});
  Gate gate;
  gate.close(writer);
  std::latch answered{3};
  for (int i = 1; i <= 3; ++i) {
    writer.submit(
        [&, i](Session& session) -> Result<void> {
          session.run("INSERT INTO t(id) VALUES(?)", i);
          session.defer(Session::Defer::may_wait, [i](Session& later) { later.run("INSERT INTO t(id) VALUES(?)", i + 10); });
          space = 10;
          return {};
        },
        [&](const Result<void>&) { answered.count_down(); });
  }
  gate.open();
  answered.wait();
  while (writer.metrics().wal_frames > 0) std::this_thread::yield();
  CHECK(ids() == std::vector{1, 2, 3});
  space = 1000;
  while (ids().size() < 6) std::this_thread::yield();
  writer.stop();
}

TEST_CASE_METHOD(Fixture, "the writer answers after the commit, in the order of the jobs") {
  std::vector<int> answered;
  {
    Writer writer(open(), {.group_limit = 4});
    Gate gate;
    gate.close(writer);
    for (int i = 1; i <= 10; ++i) {
      writer.submit(insert(i), [&, i](const Result<int>& outcome) {
        CHECK(outcome == i);
        const auto visible = ids();
        CHECK(std::ranges::find(visible, i) != visible.end());
        answered.push_back(i);
      });
    }
    gate.open();
    writer.stop();
    CHECK(writer.metrics().groups == 4);  // the gate, 4, 4, 2
    CHECK(writer.metrics().jobs == 11);
  }
  CHECK(answered == std::vector{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE_METHOD(Fixture, "a full queue is said at once, and what is queued is still done") {
  Writer writer(open(), {.queue_limit = 2});
  Gate gate;
  gate.close(writer);
  int done = 0;
  writer.submit(insert(1), [&](const Result<int>& r) { done += r ? 1 : 0; });
  writer.submit(insert(2), [&](const Result<int>& r) { done += r ? 1 : 0; });
  Error refused;
  writer.submit(insert(3), [&](const Result<int>& r) { refused = r.error(); });
  CHECK(refused.code == ErrorCode::overloaded);
  CHECK(refused.retry_after_seconds > 0);
  gate.open();
  writer.stop();
  CHECK(done == 2);
  CHECK(writer.metrics().refused == 1);
  Error late;
  writer.submit(insert(4), [&](const Result<int>& r) { late = r.error(); });
  CHECK(late.code == ErrorCode::shutting_down);
  CHECK(ids() == std::vector{1, 2});
}

TEST_CASE_METHOD(Fixture, "a job that waited past its deadline is not run") {
  Writer writer(open(), {.queue_deadline = std::chrono::milliseconds(-1)});
  const auto outcome = writer.run(insert(1));
  CHECK(outcome.error().code == ErrorCode::overloaded);
  writer.stop();
  CHECK(ids().empty());
}

TEST_CASE_METHOD(Fixture, "a job that runs too long is stopped and undone") {
  Writer writer(open(), {.job_deadline = std::chrono::milliseconds(0)});
  const auto outcome = writer.run([](Session& session) -> Result<void> {
    session.run("INSERT INTO t(id) VALUES(1)");
    (void)session.select<int>("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT max(n) FROM c")
        .one();
    return {};
  });
  CHECK(outcome.error().code == ErrorCode::overloaded);
  writer.stop();
  CHECK(ids().empty());
}

TEST_CASE_METHOD(Fixture, "slices wait for jobs, one a group, but not for ever") {
  const bool patient = GENERATE(true, false);
  Writer writer(open(),
                {.group_limit = 2,
                 .busy_queue = 0,
                 .slice_patience = patient ? std::chrono::milliseconds(3'600'000) : std::chrono::milliseconds(-1)});
  Gate gate;
  gate.close(writer);
  std::vector<std::string> order;
  const auto note = [&order](std::string name) {
    return std::pair([](Session&) -> Result<void> { return {}; },
                     [&order, name](const Result<void>&) { order.push_back(name); });
  };
  for (const char* name : {"slice 1", "slice 2"}) {
    auto [work, done] = note(name);
    writer.submit_slice(make_job(work, done));
  }
  for (const char* name : {"a", "b", "c", "d"}) {
    auto [work, done] = note(name);
    writer.submit(work, done);
  }
  gate.open();
  writer.stop();
  if (patient) {
    CHECK(order == std::vector<std::string>{"a", "b", "c", "d", "slice 1", "slice 2"});
  } else {
    CHECK(order == std::vector<std::string>{"a", "b", "slice 1", "c", "d", "slice 2"});
  }
}

TEST_CASE_METHOD(Fixture, "long work rests from its slices where jobs come, and goes on where none does") {
  using namespace std::chrono_literals;
  const bool jobs_come = GENERATE(true, false);
  // A rest without end but for its bound, so that what is seen depends on no speed.
  Writer writer(open(), {.slice_patience = jobs_come ? 1h : 2h, .slice_rest = 1'000'000, .slice_rest_near = jobs_come ? 1h : 0ms});
  if (jobs_come) (void)writer.run(insert(1));
  (void)writer.run_slice(insert(2));
  std::atomic<bool> went{false};
  std::promise<void> done;
  writer.submit_slice(make_job(insert(3), [&](const Result<int>&) {
    went = true;
    done.set_value();
  }));
  if (jobs_come) {
    for (int id = 10; id < 20; ++id) (void)writer.run(insert(id));  // people go on
    CHECK_FALSE(went.load());
    writer.stop();  // and what rests is not forgotten
    CHECK(went.load());
    CHECK(ids().size() == 13);
  } else {
    CHECK(done.get_future().wait_for(60s) == std::future_status::ready);
    CHECK(ids() == std::vector{2, 3});
  }
}

TEST_CASE_METHOD(Fixture, "long work rests no longer than its patience") {
  using namespace std::chrono_literals;
  Writer writer(open(), {.slice_patience = 20ms, .slice_rest = 1'000'000, .slice_rest_near = 1h});
  (void)writer.run(insert(1));
  for (int id = 2; id < 5; ++id) (void)writer.run_slice(insert(id));
  CHECK(ids() == std::vector{1, 2, 3, 4});
}

TEST_CASE_METHOD(Fixture, "a patient job shares the next commit, has its own when none comes, and is not passed by for ever") {
  using namespace std::chrono_literals;
  std::vector<std::string> order;
  const auto work = [](Session&) -> Result<void> { return {}; };
  const auto note = [&order](std::string name) { return [&order, name](const Result<void>&) { order.push_back(name); }; };
  SECTION("shares") {
    Writer writer(open(), {.short_patience = 1h});
    Gate gate;
    gate.close(writer);
    writer.submit_patient(make_job(work, note("patient")));
    writer.submit(work, note("a"));
    writer.submit(work, note("b"));
    gate.open();
    (void)writer.run(insert(1));
    (void)writer.run(insert(2));  // the first may be in their group, and answered before its last
    CHECK(order == std::vector<std::string>{"a", "b", "patient"});
    CHECK(writer.metrics().groups <= 4);  // the gate, these, and perhaps the first insert, and the second
    writer.submit_patient(make_job(work, note("at the end")));
    writer.stop();
    CHECK(order.back() == "at the end");
  }
  SECTION("its own, with its like") {
    Writer writer(open(), {.short_patience = 30ms});
    std::promise<void> first, second;
    writer.submit_patient(make_job(work, [&](const Result<void>&) { first.set_value(); }));
    writer.submit_patient(make_job(work, [&](const Result<void>&) { second.set_value(); }));
    first.get_future().wait();
    second.get_future().wait();
    CHECK(writer.metrics().jobs == 2);
  }
  SECTION("not for ever") {
    Writer writer(open(), {.group_limit = 1, .short_patience = -1ms});
    Gate gate;
    gate.close(writer);
    writer.submit(work, note("a"));
    writer.submit(work, note("b"));
    writer.submit_patient(make_job(work, note("patient")));
    gate.open();
    writer.stop();
    CHECK(order == std::vector<std::string>{"patient", "a", "b"});
  }
}

TEST_CASE_METHOD(Fixture, "maintenance runs outside of a transaction") {
  Writer writer(open(), {});
  const auto inside = writer.run([](Session& session) -> Result<bool> { return session.in_transaction(); });
  const auto outside =
      writer.run_maintenance([](Session& session) -> Result<bool> { return session.in_transaction(); });
  CHECK(inside == true);
  CHECK(outside == false);
}

TEST_CASE_METHOD(Fixture, "without space nothing is written, and with space it goes on") {
  std::atomic<std::uint64_t> space = 10;
  Writer writer(open(), {.reserve_bytes = 100, .space_interval = std::chrono::milliseconds(0), .free_bytes = [&] {
                           return space.load();
                         }});
  const auto refused = writer.run(insert(1));
  CHECK(refused.error().code == ErrorCode::storage_full);
  CHECK(writer.metrics().storage_full);
  space = 1000;
  CHECK(writer.run(insert(2)) == 2);
  CHECK_FALSE(writer.metrics().storage_full);
  writer.stop();
  CHECK(ids() == std::vector{2});
}

TEST_CASE_METHOD(Fixture, "a full database fails its jobs, keeps what was answered, and recovers") {
  Writer writer(open(), {.space_interval = std::chrono::milliseconds(0)});
  REQUIRE(writer.run(insert(1)) == 1);
  const auto limit = [&](Sql pragma) {
    return writer.run_maintenance(
        [pragma](Session& session) -> Result<int> { return std::get<0>(session.select<int>(pragma).one()); });
  };
  REQUIRE(limit("PRAGMA max_page_count=4"));
  const auto outcome = writer.run([](Session& session) -> Result<void> {
    session.run("INSERT INTO t(id, s) VALUES(2, ?)", std::string(100'000, 'x'));
    return {};
  });
  CHECK(outcome.error().code == ErrorCode::storage_full);
  REQUIRE(limit("PRAGMA max_page_count=100000"));
  CHECK(writer.run(insert(3)) == 3);
  writer.stop();
  CHECK(ids() == std::vector{1, 3});
}

TEST_CASE_METHOD(Fixture, "the writer alone shortens the log") {
  Writer writer(open(), {.checkpoint_frames = 20, .idle_checkpoint = std::chrono::milliseconds(3'600'000)});
  for (int i = 1; i <= 200; ++i) REQUIRE(writer.run(insert(i)) == i);
  CHECK(writer.metrics().wal_frames < 60);
  CHECK(writer.metrics().checkpoints >= 3);
  writer.stop();
  CHECK(std::filesystem::file_size(directory.path() / "desk.db-wal") == 0);
}

TEST_CASE_METHOD(Fixture, "many threads submit, each is answered once") {
  std::atomic<int> answered = 0;
  {
    Writer writer(open(), {});
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 250; ++i) {
          writer.submit(insert(t * 1000 + i + 1), [&](const Result<int>& r) { answered += r ? 1 : 0; });
        }
      });
    }
    threads.clear();
  }
  CHECK(answered == 1000);
  CHECK(ids().size() == 1000);
}
