// SPDX-License-Identifier: Apache-2.0
// Reports, the live board and exports, through the real door: who gets which numbers, and files that come whole.
#include <algorithm>
#include <thread>

#include "served_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;

namespace {

/// Waits for the job's end; the runner works by itself.
std::string outcome_of(ServedDesk& desk, const std::string& who, std::int64_t job) {
  while (true) {  // the test's own deadline ends it
    const auto answer = desk.call(who, "GET", "/api/v1/jobs/" + std::to_string(job));
    if (answer.status == 429) {
      desk.renew_token(who);
      continue;
    }
    REQUIRE(answer.status == 200);
    if (answer.text("state") != "running") return answer.text("state");
    std::this_thread::yield();
  }
}

ApiAnswer exported(ServedDesk& desk, const std::string& who, const std::string& wish) {
  desk.renew_token(who);  // exports are dear: five at once, then one in five seconds
  const auto started = desk.call(who, "POST", "/api/v1/exports", wish);
  INFO(started.body);
  REQUIRE(started.status == 202);
  REQUIRE(outcome_of(desk, who, started.number("id")) == "done");
  return desk.call(who, "GET", "/api/v1/exports/" + std::to_string(started.number("id")) + "/file");
}

}  // namespace

TEST_CASE("reports answer for the teams in which they may be read") {
  ServedDesk desk;
  for (int i = 0; i < 3; ++i) desk.ticket("returns");
  desk.ticket("finance");
  desk.run({
      {"the catalogue", "lena", "GET", "/api/v1/reports", "", 200, {"\"volume\"", "\"backlog\"", "工单量"}},
      {"not for agents", "rui", "GET", "/api/v1/reports", "", 403, {"report_read"}},
      {"nor one of them", "rui", "GET", "/api/v1/reports/volume", "", 403, {"report_read"}},
      {"strangers least", "", "GET", "/api/v1/reports/volume", "", 401},
      {"all teams for the boss", "boss", "GET", "/api/v1/reports/volume?group=team", "", 200, {"\"returns\"", "\"finance\""}},
      {"one's own team", "lena", "GET", "/api/v1/reports/volume?group=team", "", 200, {"\"returns\"", ",3,0,0,0]"}, {"\"finance\""}},
      {"an unknown report", "boss", "GET", "/api/v1/reports/weather", "", 404},
      {"a group that it has not", "boss", "GET", "/api/v1/reports/volume?group=clock", "", 400, {"period, type"}},
      {"clocks where there are none", "boss", "GET", "/api/v1/reports/volume?clock=resolution", "", 400, {"clock"}},
      {"days the wrong way", "boss", "GET", "/api/v1/reports/volume?from=2026-03-02&to=2026-03-01", "", 422, {"to"}},
      {"too many days", "boss", "GET", "/api/v1/reports/volume?from=1990-01-01&to=2026-03-01", "", 422, {"from"}},
      {"in English", "boss", "GET", "/api/v1/reports/sla?language=en", "", 200, {"SLA kept", "Breached"}},
      {"the board of the boss", "boss", "GET", "/api/v1/board", "", 200, {"\"team\":\"finance\"", "\"created_today\":3"}},
      {"the board of a lead", "lena", "GET", "/api/v1/board", "", 200, {"\"open\":3", "\"lead\""}, {"\"finance\""}},
      {"no board for agents", "rui", "GET", "/api/v1/board", "", 403},
  });
  const auto book = desk.call("lena", "GET", "/api/v1/reports/volume/workbook");
  CHECK(book.status == 200);
  CHECK(book.body.starts_with("PK"));
  CHECK(book.header("content-disposition").find("volume-2026-03-02.xlsx") != std::string::npos);
}

TEST_CASE("exports hold what their owner sees, and nobody else gets them") {
  ServedDesk desk;
  for (int i = 0; i < 5; ++i) desk.ticket("returns");
  desk.ticket("finance");
  const auto lines = [](const std::string& text) { return std::ranges::count(text, '\n'); };

  const auto all = exported(desk, "boss", R"({"what":"tickets","format":"csv"})");
  CHECK(all.status == 200);
  CHECK(lines(all.body) == 7);
  CHECK(all.header("content-disposition").find("tickets-2026-03-02.csv") != std::string::npos);
  CHECK(lines(exported(desk, "lena", R"({"what":"tickets","format":"csv"})").body) == 6);
  const auto some = exported(
      desk, "boss",
      R"({"what":"tickets","format":"csv","filter":{"field":"team","operator":"is","value":"finance"},"language":"en"})");
  CHECK(lines(some.body) == 2);
  CHECK(some.body.find("Ticket,Subject") != std::string::npos);
  CHECK(exported(desk, "boss", R"({"what":"tickets"})").body.starts_with("PK"));
  CHECK(lines(exported(desk, "boss", R"({"what":"audit","format":"csv"})").body) > 5);
  CHECK(lines(exported(desk, "boss", R"({"what":"deliveries","format":"csv"})").body) >= 1);

  desk.renew_token("boss");
  const auto started = desk.call("boss", "POST", "/api/v1/exports", R"({"what":"tickets"})");
  const auto file = "/api/v1/exports/" + std::to_string(started.number("id")) + "/file";
  CHECK(outcome_of(desk, "boss", started.number("id")) == "done");
  desk.run({
      {"another's export", "lena", "GET", file, "", 404},
      {"not for agents", "rui", "POST", "/api/v1/exports", R"({"what":"tickets"})", 403, {"ticket_export"}},
      {"a lead and the audit trail", "lena", "POST", "/api/v1/exports", R"({"what":"audit"})", 403, {"audit_read"}},
      {"a filter of customers", "boss", "POST", "/api/v1/exports",
       R"({"what":"customers","filter":{"field":"team","operator":"is","value":"x"}})", 422, {"/filter"}},
      {"no such export", "boss", "GET", "/api/v1/exports/9999/file", "", 404},
  });
}
