// SPDX-License-Identifier: Apache-2.0
// The facts that SQLite keeps in log and blocks are those of the histories, whoever asks, and however they are folded.
#include <map>
#include <random>

#include "base/json_encode.hpp"
#include "desk/command_ticket.hpp"
#include "desk/run_report.hpp"
#include "support/catch.hpp"
#include "support/desk_fixture.hpp"
#include "support/memory_desk.hpp"
#include "support/sqlite_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 2h};
const auto everyone = domain::system_principal("test");

CustomerId add_people(desk::Database& database) {
  const auto customer = desk::write_and_wait(database, [](desk::Unit& unit) -> Result<CustomerId> {
    const auto roster = test::return_roster();
    for (const auto id : roster.ids()) {
      const auto team = roster.teams_of(id).front();
      desk::User user;
      for (const auto& member : roster.members(team)) {
        if (member.user.value != id) continue;
        user.login = member.login;
        user.name = "name of " + member.login;
        user.memberships.push_back({team, member.lead});
      }
      user.presence = domain::Presence::online;
      user.created_at = unit.now;
      (void)unit.directory.add_user(user);
    }
    desk::Customer one;
    one.name = "王小姐";
    one.created_at = unit.now;
    return unit.directory.add_customer(one);
  });
  REQUIRE(customer);
  return *customer;
}

/// Commands at random; the same seed does the same to every database.
class Life {
 public:
  Life(desk::Database& database, std::uint64_t seed, std::function<void(Duration)> advance)
      : database_(database), random_(seed), advance_(std::move(advance)), customer_(add_people(database)) {}

  void live(int steps) {
    for (int step = 0; step < steps; ++step) {
      advance_(std::chrono::minutes{below(300)});
      if (tickets_.size() < 3 || below(5) == 0) {
        create();
      } else {
        act();
      }
    }
  }
  int done = 0;

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return *(list.begin() + below(static_cast<int>(list.size())));
  }

  void create() {
    auto wish = test::a_return(0);
    wish.customer = {};
    wish.customer.customer = customer_;
    wish.channel = one_of<std::string>({"portal", "email", "phone"});
    wish.region = one_of<std::string>({"", "north", "south"});
    wish.priority = one_of({domain::Priority::low, domain::Priority::normal, domain::Priority::urgent});
    run([&](desk::Unit& unit) {
      auto made = desk::create_ticket(unit, everyone, wish);
      if (made) tickets_.push_back(made->ticket.id);
      return made;
    });
  }

  TicketId any_ticket() { return tickets_[static_cast<std::size_t>(below(static_cast<int>(tickets_.size())))]; }

  void act() {
    const TicketId id = any_ticket();
    const TicketId other = any_ticket();
    if (below(40) == 0) {
      run([&](desk::Unit& unit) { return desk::merge_tickets(unit, everyone, id, other, {}); });
      return;
    }
    const auto command = this->command();
    const auto by = below(3) == 0 ? everyone : test::lead(1 + below(9), "somebody", {"support", "quality", "finance"});
    run([&](desk::Unit& unit) { return desk::command_ticket(unit, by, id, {}, command); });
  }

  domain::TicketCommand command() {
    switch (below(9)) {
      case 0:
        return domain::AssignTicket{one_of<std::string>({"", "quality", "support", "finance"}), {}};
      case 1:
        return domain::HoldTicket{one_of<std::string>({"parts", "customer_away"}), "", {}};
      case 2:
        return domain::ResumeTicket{};
      case 3:
        return domain::AddMessage{one_of({domain::MessageKind::reply, domain::MessageKind::note}), "好的", {}};
      case 4:
        return domain::PassTime{};
      case 5: {
        domain::SetFields set;
        set.change.region = one_of<std::string>({"north", "south"});
        set.change.fields["amount"] = std::int64_t{100};
        return set;
      }
      default: {
        domain::MoveTicket move;
        move.transition = one_of<std::string>(
            {"inspect", "pass", "refund", "confirm", "close", "reopen", "cancel", "ask_stock", "stock_answered", "send_back"});
        move.fields["amount"] = std::int64_t{10};
        move.message = "已处理";
        move.reply = true;
        return move;
      }
    }
  }

  template <class Work>
  void run(Work work) {
    const auto outcome = desk::write_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
      auto made = work(unit);
      if (!made) return std::unexpected(made.error());
      return {};
    });
    if (outcome) ++done;
  }

  desk::Database& database_;
  std::mt19937_64 random_;
  std::function<void(Duration)> advance_;
  CustomerId customer_;
  std::vector<TicketId> tickets_;
};

domain::Principal reader_of(const std::vector<std::string>& teams) {
  auto principal = test::lead(1, "wang", teams);
  for (const auto& team : teams) principal.team_rights[team].set(static_cast<std::size_t>(domain::Right::report_read));
  return principal;
}

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
  const std::uint64_t seed = GENERATE(1U, 2U, 3U);
  INFO("seed " << seed);
  test::MemoryDesk memory{test::return_desk()};
  memory.now = start;
  test::SqliteDesk sqlite{test::return_desk(), start};
  Life in_memory(memory, seed, [&](Duration by) { memory.now += by; });
  Life on_disk(*sqlite.database, seed, [&](Duration by) { sqlite.clock.advance(by); });
  const std::vector<domain::Principal> readers{everyone, reader_of({"support"}), reader_of({"quality", "finance"}),
                                               reader_of_own(2), test::lead(1, "wang", {"support"})};
  for (int part = 0; part < 3; ++part) {
    in_memory.live(200);
    on_disk.live(200);
    REQUIRE(in_memory.done == on_disk.done);
    CHECK(in_memory.done > 100 * (part + 1));
    for (const auto& reader : readers) check_same(all_reports(memory, reader), all_reports(*sqlite.database, reader));
    const auto before = all_reports(*sqlite.database, everyone);
    while (*sqlite.database->fold_facts(part * 50)) {
    }
    for (const auto& reader : readers) check_same(all_reports(memory, reader), all_reports(*sqlite.database, reader));
    check_same(all_reports(*sqlite.database, everyone), before);
  }
  check_kept(*sqlite.database, 100);
  // Whoever may not read reports of a team counts nothing of it.
  for (const auto& [name, table] : all_reports(*sqlite.database, test::lead(1, "wang", {"support"}))) {
    INFO(name << ": " << table);
    CHECK(table == all_reports(*sqlite.database, domain::Principal{})[name]);
  }
}

TEST_CASE("the facts of an older desk are gathered, and reports wait for them") {
  test::MemoryDesk memory{test::return_desk()};
  memory.now = start;
  test::SqliteDesk sqlite{test::return_desk(), start};
  Life in_memory(memory, 7, [&](Duration by) { memory.now += by; });
  Life on_disk(*sqlite.database, 7, [&](Duration by) { sqlite.clock.advance(by); });
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
