// SPDX-License-Identifier: Apache-2.0
#include "store/readers.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <chrono>
#include <semaphore>
#include <thread>
#include <utility>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::store;

namespace {

struct Fixture {
  test::TemporaryDirectory directory;
  SessionOptions options{.file = directory.path() / "desk.db", .access = Access::write};
  Session writer = Session::open(options);

  Fixture() { writer.run_script("CREATE TABLE t(id INTEGER PRIMARY KEY) STRICT; INSERT INTO t VALUES(1);"); }
};

Result<int> count(Session& session) {
  return std::get<0>(session.select<int>("SELECT count(*) FROM t").one());
}

Result<int> endless(Session& session) {
  return std::get<0>(
      session.select<int>("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT max(n) FROM c").one());
}

}  // namespace

TEST_CASE_METHOD(Fixture, "readers see what was committed and hold nothing between jobs") {
  Readers readers(options, {});
  CHECK(readers.run(count) == 1);
  writer.run("INSERT INTO t VALUES(2)");
  CHECK(readers.run(count) == 2);
  CHECK(writer.checkpoint(true).complete);
}

TEST_CASE_METHOD(Fixture, "a reader can not write") {
  Readers readers(options, {.threads = 1});
  const auto outcome = readers.run([](Session& session) -> Result<void> {
    session.run("INSERT INTO t VALUES(9)");
    return {};
  });
  CHECK_FALSE(outcome.has_value());
  CHECK(readers.run(count) == 1);
}

TEST_CASE_METHOD(Fixture, "a slow read is stopped, and the reader goes on") {
  Readers readers(options, {.threads = 1, .job_deadline = std::chrono::milliseconds(1)});
  CHECK(readers.run(endless).error().code == ErrorCode::overloaded);
  CHECK(readers.run(count) == 1);
}

TEST_CASE_METHOD(Fixture, "a full queue is said at once, a stop ends what runs and answers what waits") {
  Readers readers(options, {.threads = 1, .queue_limit = 1, .job_deadline = std::chrono::hours(1)});
  std::binary_semaphore started{0};
  Error first;
  Error second;
  Error third;
  readers.submit(
      [&](Session& session) {
        started.release();
        return endless(session);
      },
      [&](const Result<int>& r) { first = r.error(); });
  started.acquire();
  readers.submit(count, [&](const Result<int>& r) { second = r.error(); });
  readers.submit(count, [&](const Result<int>& r) { third = r.error(); });
  CHECK(third.code == ErrorCode::overloaded);
  readers.stop();
  CHECK(first.code == ErrorCode::overloaded);
  CHECK(second.code == ErrorCode::shutting_down);
  CHECK(readers.metrics().refused == 2);
}

TEST_CASE_METHOD(Fixture, "a long reading goes last at first, and by its niceness once it has taken long") {
  const std::chrono::steady_clock::duration patience = std::chrono::minutes(10);
  const auto policy = [](Session&) -> Result<int> { return ::sched_getscheduler(0); };
  const auto in_the_end = [&](Session&) -> Result<int> {
    int now = ::sched_getscheduler(0);
    for (const auto end = std::chrono::steady_clock::now() + patience; now == SCHED_IDLE && std::chrono::steady_clock::now() < end;) {
      ::sched_yield();
      now = ::sched_getscheduler(0);
    }
    return now;
  };
  Readers ordinary(options, {.threads = 1});
  CHECK(ordinary.run(policy) == SCHED_OTHER);
  Readers nice(options, {.threads = 1, .job_deadline = std::chrono::hours(1), .niceness = 10, .goes_last = std::chrono::hours(1)});
  Readers hasty(options, {.threads = 1, .job_deadline = std::chrono::hours(1), .niceness = 10, .goes_last = std::chrono::milliseconds(20)});
  bool may_come_back = false;
  std::thread([&] {
    const sched_param none{};
    may_come_back = ::setpriority(PRIO_PROCESS, 0, 10) == 0 && ::sched_setscheduler(0, SCHED_IDLE, &none) == 0 &&
                    ::sched_setscheduler(0, SCHED_OTHER, &none) == 0;
  }).join();
  if (!may_come_back) {
    CHECK(nice.run(policy) == SCHED_OTHER);
    return;
  }
  // Each job anew.
  for (int i = 0; i < 3; ++i) {
    CHECK(nice.run(policy) == SCHED_IDLE);
    CHECK(hasty.run(in_the_end) == SCHED_OTHER);
  }
}
