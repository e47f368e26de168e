// SPDX-License-Identifier: Apache-2.0
// A job in slices goes on where it can, and is not lost where for a while nobody has time to read for it.
#include "runtime/jobs.hpp"

#include <mutex>

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
