// SPDX-License-Identifier: Apache-2.0
// What is due is done even beside something that can not be done.
#include "runtime/timers.hpp"

#include <chrono>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "support/api_desk.hpp"
#include "support/catch.hpp"
#include "support/shared_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;

TEST_CASE("a held message that can not even be tried becomes a draft, and nothing waits for it") {
  test::ApiDesk f;
  f.user("chen", "lead", "returns");
  const auto made = f.post("chen", "/api/v1/tickets",
                           R"({"type":"return","subject":"屏幕有裂纹","fields":{"order_no":"SO-2026-1","return_reason":"quality"}})");
  REQUIRE(made.status == 201);
  const auto path = "/api/v1/tickets/" + std::to_string(made.at("/id").as_int64());
  REQUIRE(f.post("chen", path + "/messages", R"({"kind":"reply","body":"马上","delay_s":10})").status == 201);
  f.desk.rows.tickets.begin()->second.ticket.workflow_bundle = "gone";  // whatever is asked of it throws
  f.desk.now += 11s;

  test::LockedDatabase database(f.desk);
  const SystemClock clock;
  runtime::Timers timers(database, clock);
  const auto until = std::chrono::steady_clock::now() + 60s;
  for (bool waiting = true; waiting && std::chrono::steady_clock::now() < until; std::this_thread::yield()) {
    const std::scoped_lock lock(database.mutex);
    waiting = !f.desk.rows.held.empty();
  }
  timers.stop();
  CHECK(f.desk.rows.held.empty());
  REQUIRE(f.desk.rows.drafts.size() == 1);
  CHECK(f.desk.rows.drafts.begin()->second.written.body == "马上");
  REQUIRE_FALSE(f.desk.rows.notices.empty());
  CHECK(f.desk.rows.notices.back().kind == "not_sent");
}

TEST_CASE("a waiting ticket on which the server fails keeps nobody from those beside it") {
  test::ApiDesk f;
  for (int i = 0; i < 3; ++i) {
    const auto made = f.post("boss", "/api/v1/tickets", R"({"type":"consult","subject":"等人接","body":"x","team":"returns"})");
    REQUIRE(made.status == 201);
  }
  auto& tickets = f.desk.rows.tickets;
  for (const auto& [id, stored] : tickets) REQUIRE(stored.ticket.waiting);
  tickets.begin()->second.ticket.workflow_bundle = "gone";  // whatever is asked of it throws
  f.user("chen", "agent", "returns");

  test::LockedDatabase database(f.desk);
  const SystemClock clock;
  runtime::Timers timers(database, clock);
  timers.give_out_waiting();
  timers.stop();
  CHECK(tickets.begin()->second.ticket.waiting);
  CHECK_FALSE(std::next(tickets.begin())->second.ticket.waiting);
  CHECK_FALSE(tickets.rbegin()->second.ticket.waiting);
}
