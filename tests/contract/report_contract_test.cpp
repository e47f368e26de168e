// SPDX-License-Identifier: Apache-2.0
// The facts that SQLite keeps in log and blocks are those of the histories, whoever asks, and however they are folded.
#include <map>

#include "base/json_encode.hpp"
#include "desk/run_report.hpp"
#include "desk/verify_desk.hpp"
#include "support/catch.hpp"
#include "support/desk_life.hpp"
#include "support/memory_desk.hpp"
#include "support/said.hpp"
#include "support/seed.hpp"
#include "support/sqlite_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 2h};
const auto everyone = domain::system_principal("test");

/// Sees what is its own, and reports of everything that it sees.
domain::Principal reader_of_own(std::int64_t id) {
  auto principal = test::lead(id, "li", {});
  principal.views = {{domain::TicketScope::own, {}, {}},
                     {domain::TicketScope::team, {"quality"}, test::when("region", domain::Operator::is, std::string("south"))}};
  principal.rights.set(static_cast<std::size_t>(domain::Right::report_read));
  return principal;
}

/// Every report in every grouping, as text.
std::map<std::string, std::string> all_reports(desk::Database& database, const domain::Principal& principal) {
  std::map<std::string, std::string> out;
  for (const auto& report : domain::report_catalogue()) {
    for (const auto group : report.groups) {
      desk::ReportRequest request;
      request.report = report.name;
      request.group = group;
      request.by = domain::ReportPeriod::week;
      request.from = std::chrono::year{2026} / 3 / 5;
      request.to = std::chrono::year{2026} / 5 / 20;
      const auto answer = desk::read_and_wait(
          database, [&](const desk::Reading& reading) { return desk::run_report(reading, principal, request); });
      REQUIRE(answer);
      out[std::string(report.name) + " by " + std::string(enum_name(group))] =
          json::encode(answer->table.rows) + json::encode(answer->table.totals) + json::encode(answer->keys);
    }
  }
  return out;
}

void check_same(const std::map<std::string, std::string>& a, const std::map<std::string, std::string>& b) {
  for (const auto& [name, table] : a) {
    INFO(name);
    CHECK(table == b.at(name));
  }
}

void check_kept(desk::Database& database, int tickets) {
  for (int id = 1; id <= tickets; ++id) {
    const auto same = desk::read_and_wait(database, [&](const desk::Reading& reading) -> Result<bool> {
      const auto kept = reading.reports.kept(TicketId{id});
      if (!kept) return false;
      auto facts = domain::facts_of(nullptr, reading.tickets.events(TicketId{id}, 0, 10'000));
      std::ranges::stable_sort(facts, {}, &domain::Fact::kind);
      return kept->facts == facts && kept->head == domain::fact_head(*reading.tickets.find(TicketId{id}, everyone));
    });
    REQUIRE(same);
    INFO("ticket " << id);
    CHECK(*same);
  }
}

}  // namespace

TEST_CASE("facts are those of the histories, in the log and in blocks") {
  const auto seed = test::seed_or(1);
  INFO("DOCKET_SEED=" << seed);
  test::MemoryDesk memory{test::with_more_types()};
  memory.now = start;
  test::SqliteDesk sqlite{test::with_more_types(), start};
  test::DeskLife in_memory(memory, seed, [&](Duration by) { memory.now += by; });
  test::DeskLife on_disk(*sqlite.database, seed, [&](Duration by) { sqlite.clock.advance(by); });
  const std::vector<domain::Principal> readers{everyone, test::report_reader({"support"}), test::report_reader({"quality", "finance"}),
                                               reader_of_own(2), test::lead(1, "wang", {"support"})};
  for (int part = 0; part < 3; ++part) {
    in_memory.live(240);
    on_disk.live(240);
    REQUIRE(in_memory.done == on_disk.done);
    CHECK(in_memory.done > 100 * (part + 1));
    for (const auto& reader : readers) check_same(all_reports(memory, reader), all_reports(*sqlite.database, reader));
    const auto before = all_reports(*sqlite.database, everyone);
    while (*sqlite.database->fold_facts(part * 50)) {
    }
    for (const auto& reader : readers) check_same(all_reports(memory, reader), all_reports(*sqlite.database, reader));
    check_same(all_reports(*sqlite.database, everyone), before);
  }
  check_kept(*sqlite.database, on_disk.tickets());
  // Whoever may not read reports of a team counts nothing of it.
  const auto of_nobody = all_reports(*sqlite.database, domain::Principal{});
  for (const auto& [name, table] : all_reports(*sqlite.database, test::lead(1, "wang", {"support"}))) {
    INFO(name << ": " << table);
    CHECK(table == of_nobody.at(name));
  }
}

TEST_CASE("a reading of the facts goes over every byte of the blocks, in slices, and ends") {
  test::SqliteDesk sqlite{test::with_more_types(), start};
  const auto file = sqlite.directory->database();
  CHECK_FALSE(store::FactReading(file).read(1h));
  test::DeskLife life(*sqlite.database, 1, [&](Duration by) { sqlite.clock.advance(by); });
  life.live(240);
  while (*sqlite.database->fold_facts(0)) {
  }
  const auto kept = sqlite.database->writer().run([](store::Session& session) -> Result<std::pair<int, std::int64_t>> {
    const auto [rows, bytes] = session.select<int, std::int64_t>("SELECT count(*), sum(length(data)) FROM fact_block").one();
    return std::pair(rows, bytes);
  });
  REQUIRE(kept);
  CHECK(kept->first >= 3);
  store::FactReading in_slices(file);
  int slices = 0;
  while (in_slices.read(0ms)) ++slices;
  CHECK(slices == kept->first);
  CHECK(in_slices.bytes() == kept->second);
  store::FactReading at_once(file);
  CHECK_FALSE(at_once.read(1h));
  CHECK(at_once.bytes() == kept->second);
}

TEST_CASE("an end that was taken back is none") {
  const auto lived = [](desk::Database& database, bool ends, bool is_put_back) {
    const auto customer = test::add_people(database);
    const auto done = desk::write_and_wait(database, [&](desk::Unit& unit) -> Result<void> {
      auto wish = test::a_return(0);
      wish.customer = {};
      wish.customer.customer = customer;
      auto made = desk::create_ticket(unit, everyone, wish);
      if (!made) return std::unexpected(made.error());
      const auto id = made->ticket.id;
      const auto before = made->ticket.version;
      if (!ends) return {};
      domain::MoveTicket cancel;
      cancel.transition = "cancel";
      auto ended = desk::command_ticket(unit, everyone, id, {}, cancel);
      if (!ended) return std::unexpected(ended.error());
      if (!is_put_back) return {};
      auto back = desk::put_back_ticket(unit, everyone, id, before, ended->ticket.version, "job 1");
      if (!back) return std::unexpected(back.error());
      return {};
    });
    REQUIRE(done);
    return all_reports(database, everyone);
  };
  test::MemoryDesk never{test::return_desk()};
  test::MemoryDesk ended{test::return_desk()};
  test::MemoryDesk put_back{test::return_desk()};
  for (auto* memory : {&never, &ended, &put_back}) memory->now = start + 7 * 24h;
  test::SqliteDesk kept{test::return_desk(), start + 7 * 24h};
  const auto of_none = lived(never, false, false);
  const auto of_end = lived(ended, true, false);
  const auto of_put_back = lived(put_back, true, true);
  CHECK(lived(*kept.database, true, true) == of_put_back);
  check_kept(*kept.database, 1);
  for (const auto& name : {"volume by type", "agents by agent", "quality by agent", "sla by clock", "resolution by team"}) {
    INFO(name);
    REQUIRE(of_none.contains(name));
    CHECK(of_put_back.at(name) == of_none.at(name));
    CHECK(of_end.at(name) != of_none.at(name));
  }
}

TEST_CASE("verification finds a fact that was changed") {
  test::SqliteDesk sqlite{test::with_more_types(), start};
  test::DeskLife life(*sqlite.database, 4, [&](Duration by) { sqlite.clock.advance(by); });
  life.live(60);
  const auto problems = [&] {
    const auto found = desk::read_and_wait(*sqlite.database, [](const desk::Reading& reading) -> Result<std::vector<std::string>> {
      desk::VerifyReport report;
      desk::verify_ticket(reading, TicketId{1}, report);
      CHECK(report.facts > 0);
      return test::in_english(report.problems);
    });
    REQUIRE(found);
    return *found;
  };
  CHECK(problems() == std::vector<std::string>{});
  const auto changed = sqlite.database->writer().run([](store::Session& session) -> Result<void> {
    session.run("UPDATE fact_log SET data = (SELECT data FROM fact_log WHERE ticket = 2 ORDER BY version LIMIT 1)"
                " WHERE ticket = 1 AND version = (SELECT max(version) FROM fact_log WHERE ticket = 1)");
    return {};
  });
  REQUIRE(changed);
  CHECK(problems() == std::vector<std::string>{"ticket 1: what reports count is not what its history gives"});
}

TEST_CASE("the facts of an older desk are gathered, and reports wait for them") {
  test::MemoryDesk memory{test::with_more_types()};
  memory.now = start;
  test::SqliteDesk sqlite{test::with_more_types(), start};
  test::DeskLife in_memory(memory, 7, [&](Duration by) { memory.now += by; });
  test::DeskLife on_disk(*sqlite.database, 7, [&](Duration by) { sqlite.clock.advance(by); });
  in_memory.live(300);
  on_disk.live(300);
  const auto forgotten = sqlite.database->writer().run([](store::Session& session) -> Result<void> {
    session.run("DELETE FROM fact_log");
    session.run("INSERT INTO fact_build(next, last) SELECT min(id), max(id) FROM ticket");
    return {};
  });
  REQUIRE(forgotten);
  const auto early = desk::read_and_wait(*sqlite.database, [&](const desk::Reading& reading) {
    desk::ReportRequest request;
    request.report = "volume";
    return desk::run_report(reading, everyone, request);
  });
  REQUIRE_FALSE(early);
  CHECK(early.error().code == ErrorCode::overloaded);
  // People go on meanwhile.
  in_memory.live(100);
  on_disk.live(100);
  while (*sqlite.database->fold_facts(0)) {
  }
  check_same(all_reports(memory, everyone), all_reports(*sqlite.database, everyone));
}
