// SPDX-License-Identifier: Apache-2.0
// A job in slices goes on where it can, and is not lost where for a while nobody has time to read for it.
#include "runtime/jobs.hpp"

#include <mutex>

#include "desk/export_job.hpp"
#include "desk/ports/file_not_written.hpp"
#include "support/api_desk.hpp"
#include "support/catch.hpp"
#include "support/shared_desk.hpp"

using namespace docket;

namespace {

/// One whose long readings are refused at first.
class Busy final : public test::LockedDatabase {
 public:
  Busy(desk::Database& database, int refusals) : LockedDatabase(database), left(refusals) {}
  void read_long(Read work, Done done) override {
    {
      const std::scoped_lock lock(mutex);
      if (left-- > 0) return done(fail(ErrorCode::overloaded, "Too much is being read."));
    }
    read(std::move(work), std::move(done));
  }
  int left;
};

}  // namespace

TEST_CASE("a bulk job outlives a time in which no reader is free") {
  test::ApiDesk f;
  f.user("zhou", "lead", "returns");
  const auto made = f.post("zhou", "/api/v1/tickets", R"({"type":"consult","subject":"批量","body":"x","team":"returns"})");
  REQUIRE(made.status == 201);
  const auto started = f.post("zhou", "/api/v1/tickets/bulk",
                              R"({"selection":{"filter":{"field":"team","operator":"is","value":"returns"}},"action":{"verb":"note","message":"批量"}})");
  INFO(started.body);
  REQUIRE(started.status == 202);

  Busy database(f.desk, 5);
  runtime::Jobs jobs(database);
  CHECK(test::eventually([&] {
    jobs.wake();
    const std::scoped_lock lock(database.mutex);
    return f.desk.rows.tickets.begin()->second.messages.size() == 2;
  }));
  jobs.stop();
  CHECK(database.left <= 0);
}

TEST_CASE("a ticket on which the server fails ends no job and keeps it from no other ticket") {
  test::ApiDesk f;
  f.user("zhou", "lead", "returns");
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    const auto made = f.post("zhou", "/api/v1/tickets", R"({"type":"consult","subject":"批量","body":"x","team":"returns"})");
    REQUIRE(made.status == 201);
    ids.push_back(std::to_string(made.at("/id").as_int64()));
  }
  const std::string what = GENERATE("named", "filter", "undo");
  const std::string selection = what == "filter" ? R"({"filter":{"field":"team","operator":"is","value":"returns"}})"
                                                 : R"({"tickets":[)" + ids[0] + "," + ids[1] + "," + ids[2] + "]}";
  const auto start = [&] {
    const auto started = f.post("zhou", "/api/v1/tickets/bulk",
                                R"({"selection":)" + selection + R"(,"action":{"verb":"set","priority":"high"}})");
    INFO(started.body);
    REQUIRE(started.status == 202);
    return JobId{started.at("/id").as_int64()};
  };
  const auto ended = [&](JobId id) {
    test::LockedDatabase database(f.desk);
    runtime::Jobs jobs(database);
    CHECK(test::eventually([&] {
      jobs.wake();
      const std::scoped_lock lock(database.mutex);
      return f.desk.rows.jobs.at(id).state != desk::JobState::running;
    }));
    jobs.stop();
    return f.desk.rows.jobs.at(id);
  };
  auto id = what == "undo" ? start() : JobId{};
  if (what == "undo") REQUIRE(ended(id).failed == 0);
  const auto second = std::next(f.desk.rows.tickets.begin())->first;
  f.desk.rows.tickets.at(second).ticket.workflow_bundle = "gone";  // whatever is asked of it throws
  if (what == "undo") {
    const auto started = f.post("zhou", "/api/v1/jobs/" + std::to_string(id.value) + "/undo");
    INFO(started.body);
    REQUIRE(started.status == 202);
    id = JobId{started.at("/id").as_int64()};
  } else {
    id = start();
  }
  const auto job = ended(id);
  CHECK(job.state == desk::JobState::done);
  CHECK(job.done == 3);
  CHECK(job.failed == 1);
  CHECK(f.desk.rows.job_results.at({id, second.value}).outcome == "internal");
  const auto expected = what == "undo" ? domain::Priority::normal : domain::Priority::high;
  CHECK(f.desk.rows.tickets.begin()->second.ticket.priority == expected);
  CHECK(f.desk.rows.tickets.rbegin()->second.ticket.priority == expected);
}

namespace {

/// An export of one ticket, asked for and not yet begun.
struct Exported : test::ApiDesk {
  Exported() {
    user("zhou", "lead", "returns");
    const auto made = post("zhou", "/api/v1/tickets", R"({"type":"consult","subject":"导出","body":"x","team":"returns"})");
    REQUIRE(made.status == 201);
    const auto started = post("zhou", "/api/v1/exports", R"({"what":"tickets","format":"csv"})");
    INFO(started.body);
    REQUIRE(started.status == 202);
  }
  Result<bool> run(Busy& database) {
    return desk::run_next_export(database, exports, [this](std::chrono::milliseconds wait) {
      if (wait.count() > 0) ++waits;
      return waits >= stops_after;
    });
  }
  desk::Job job() { return desk.rows.jobs.begin()->second; }

  int waits = 0, stops_after = 1'000'000;
};

}  // namespace

TEST_CASE_METHOD(Exported, "an export outlives a time in which no reader is free") {
  Busy database(desk, 6);  // the first is that of the progress bar, which goes without
  CHECK(run(database).value());
  CHECK(waits == 5);
  CHECK(job().state == desk::JobState::done);
  CHECK(job().done == 1);
}

TEST_CASE_METHOD(Exported, "an export that nobody ever reads for ends, and says why") {
  Busy database(desk, 1'000'000);
  CHECK(run(database).value());
  CHECK(job().state == desk::JobState::failed);
  CHECK(job().error == "Too much is being read.");
}

TEST_CASE_METHOD(Exported, "an export that waits for a reader does not keep the process, and begins again with the next") {
  Busy database(desk, 1'000'000);
  stops_after = 3;
  CHECK(run(database).value());
  CHECK(waits == 3);
  CHECK(job().state == desk::JobState::running);

  database.left = 0;
  stops_after = 1'000'000;
  CHECK(run(database).value());
  CHECK(job().state == desk::JobState::done);
}

namespace {

/// Files whose first row fails, in one way or another.
struct Faulty final : desk::ExportFiles {
  explicit Faulty(bool by_disk) : disk(by_disk) {}
  struct File final : desk::TableFile {
    explicit File(bool by_disk) : disk(by_disk) {}
    void row(std::span<const domain::Cell>) override {
      if (disk) throw desk::FileNotWritten("no room");
      throw std::logic_error("a bug");
    }
    void finish() override {}
    bool disk;
  };
  std::unique_ptr<desk::TableFile> create(JobId, desk::ExportFormat, const std::string&,
                                          const std::vector<desk::TableColumn>&, const TimeZone&) override {
    return std::make_unique<File>(disk);
  }
  std::optional<std::string> path(JobId, desk::ExportFormat) const override { return {}; }
  std::pair<std::string, std::shared_ptr<void>> scratch() override { return {}; }
  void drop_old(Time) override {}
  bool disk;
};

}  // namespace

TEST_CASE_METHOD(Exported, "an export that fails blames the disk only for what the disk did") {
  Busy database(desk, 0);
  const bool disk = GENERATE(true, false);
  Faulty files(disk);
  CHECK(desk::run_next_export(database, files, [](std::chrono::milliseconds) { return false; }).value());
  CHECK(job().state == desk::JobState::failed);
  INFO(job().error);
  CHECK((job().error.find("磁盘") != std::string::npos) == disk);
  CHECK((job().error.find("任务 " + std::to_string(job().id.value)) != std::string::npos) == !disk);
}
