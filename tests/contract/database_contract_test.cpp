// SPDX-License-Identifier: Apache-2.0
// What every database of a desk keeps: one suite, run on the desk in memory and on SQLite.
#include <algorithm>
#include <array>
#include <latch>
#include <semaphore>

#include "desk/ports/message_page.hpp"
#include "suite.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

TEMPLATE_TEST_CASE("a ticket is kept with all that hangs on it", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto made = suite.create();
  domain::AddMessage reply;
  reply.body = "您好,请寄回商品。";
  const auto replied = suite.command(made.id, reply);
  domain::AddMessage note;
  note.kind = domain::MessageKind::note;
  note.body = "仓库说没有货";
  const auto after = suite.command(made.id, note);

  CHECK(suite.ask([&](const auto& r) { return r.tickets.find(made.id, everyone); }) == after);
  const auto events = suite.ask([&](const auto& r) { return r.tickets.events(made.id, 0, 1000); });
  REQUIRE(static_cast<std::int64_t>(events.size()) == after.version);
  domain::Ticket replayed;
  for (const auto& event : events) replayed = domain::evolve(std::move(replayed), made.id, event);
  CHECK(replayed == after);
  CHECK(suite.ask([&](const auto& r) { return r.tickets.events(made.id, 3, 2); }).front().sequence == 4);

  const auto messages = suite.ask([&](const auto& r) { return r.tickets.messages(made.id, 0, 100, true); });
  REQUIRE(messages.size() == 3);
  CHECK(messages[1].body == reply.body);
  CHECK(suite.ask([&](const auto& r) { return r.tickets.messages(made.id, 0, 100, false); }).size() == 2);
  CHECK(suite.ask([&](const auto& r) { return r.tickets.messages(made.id, 1, 1, true); }).front().number == 2);

  const auto found = suite.ask([&](const auto& r) { return *r.tickets.search("寄回商品", {}, {}, 10, everyone); });
  REQUIRE(found.rows.size() == 1);
  CHECK(found.rows[0].id == made.id);
  CHECK(found.rows[0].customer_name == "王小姐");
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.search("仓库", {}, {}, 10, everyone); }).rows.size() == 1);
}

TEMPLATE_TEST_CASE("a message keeps what was formatted beside its text", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto made = suite.create();
  domain::FormattedNode words;
  words.text = "请看 \"附件\" <b>";
  domain::FormattedNode link;
  link.kind = domain::NodeKind::link;
  link.target = "https://a.example/?x=1&y=中";
  link.children = {words};
  domain::FormattedNode title;
  title.kind = domain::NodeKind::heading;
  title.level = 2;
  title.children = {words, link};
  domain::AddMessage said;
  said.kind = domain::MessageKind::customer;
  said.body = "请看附件";
  said.formatted = {title};
  // As deep as it may be, through the store and back.
  for (std::size_t i = 0; i < domain::max_formatted_depth - 3; ++i) {
    domain::FormattedNode box;
    box.kind = domain::NodeKind::quote;
    box.children = std::move(said.formatted);
    said.formatted.clear();
    said.formatted.push_back(std::move(box));
  }
  (void)suite.command(made.id, said);
  suite.reopen();
  const auto messages = suite.ask([&](const auto& r) { return r.tickets.messages(made.id, 0, 100, true); });
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].formatted.empty());
  CHECK(messages[1].body == said.body);
  CHECK(messages[1].formatted == said.formatted);
  const auto events = suite.ask([&](const auto& r) { return r.tickets.events(made.id, 0, 1000); });
  std::vector<std::optional<std::string>> digests;
  for (const auto& event : events) {
    if (const auto* added = std::get_if<domain::MessageAdded>(&event.event)) digests.push_back(added->formatted);
  }
  CHECK(digests == std::vector<std::optional<std::string>>{std::nullopt, domain::digest_of(said.formatted)});
  // The text is what is searched; a target is not.
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.search("请看附件", {}, {}, 10, everyone); }).rows.size() == 1);
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.search("a.example", {}, {}, 10, everyone); }).rows.empty());
}

TEST_CASE("formatted texts fill a page no further than memory allows, and a small page has them all") {
  Suite<SqliteHarness> suite;
  const auto made = suite.create();
  constexpr int mails = 24;
  domain::FormattedNode words;
  words.text = std::string(domain::max_formatted_bytes, '"');  // two bytes each, as it is kept
  domain::AddMessage said;
  said.kind = domain::MessageKind::customer;
  said.body = "same";
  said.formatted = {words};
  for (int i = 0; i < mails; ++i) (void)suite.command(made.id, said);

  const auto page = suite.ask([&](const auto& r) { return r.tickets.messages(made.id, 0, 200, true); });
  REQUIRE(page.size() == mails + 1);
  const auto formatted = [](const auto& messages) {
    return std::ranges::count_if(messages, [](const auto& one) { return !one.formatted.empty(); });
  };
  CHECK(formatted(page) > 10);
  CHECK(formatted(page) < mails);
  CHECK(page.back().body == "same");
  const auto last = suite.ask([&](const auto& r) {
    return r.tickets.messages(made.id, mails + 1 - desk::wholly_formatted_page, desk::wholly_formatted_page, true);
  });
  CHECK(formatted(last) == desk::wholly_formatted_page);
  CHECK(last.back().formatted == said.formatted);
}

TEMPLATE_TEST_CASE("what a customer may not read, a customer can not find by", "", SqliteHarness) {
  Suite<TestType> suite;
  const auto made = suite.create();
  domain::AddMessage note;
  note.kind = domain::MessageKind::note;
  note.body = "仓库说没有货";
  (void)suite.command(made.id, note);
  const auto customer = test::customer(suite.customer.value);
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.search("杯子", {}, {}, 10, customer); }).rows.size() == 1);
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.search("仓库", {}, {}, 10, customer); }).rows.empty());
}

TEMPLATE_TEST_CASE("a job that fails leaves nothing", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto made = suite.create();
  const auto before = suite.ask([&](const auto& r) { return r.stream.feed_head(); });
  TicketId undone{};
  const auto outcome = desk::write_and_wait(suite.database(), [&](desk::Unit& unit) -> Result<int> {
    auto another = desk::create_ticket(unit, everyone, suite.wish());
    if (another) undone = another->ticket.id;
    return fail(ErrorCode::conflict, "no");
  });
  CHECK(outcome.error().code == ErrorCode::conflict);
  REQUIRE(undone);
  CHECK_FALSE(suite.ask([&](const auto& r) { return r.tickets.find(undone, everyone); }));
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.count({}, 100, everyone); }) == 1);
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.search("杯子", {}, {}, 10, everyone); }).rows.size() == 1);
  CHECK(suite.ask([&](const auto& r) { return r.stream.feed_head(); }) == before);
  CHECK(made.id != suite.create().id);
}

TEMPLATE_TEST_CASE("counts and loads follow the tickets", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto total = [&] {
    std::map<std::pair<std::string, std::string>, std::int64_t> sums;
    for (const auto& row : suite.ask([&](const auto& r) { return r.tickets.counts(everyone); })) {
      sums[{row.team, row.state}] += row.tickets;
    }
    return sums;
  };
  const auto load = [&](UserId user) {
    int found = -1;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      for (const auto& [name, team] : unit.active->teams) {
        for (const auto& candidate : unit.directory.candidates(team, true, unit.now)) {
          if (candidate.user == user) found = candidate.load;
        }
      }
      return {};
    });
    return found;
  };
  const auto first = suite.create();
  (void)suite.create();
  REQUIRE(first.assignee);
  CHECK(total()[{first.team, first.state}] == 2);
  const int before = load(first.assignee);
  CHECK(before >= 1);
  domain::AssignTicket elsewhere;
  elsewhere.team = "finance";
  const auto moved = suite.command(first.id, elsewhere);
  CHECK(moved.team == "finance");
  CHECK(total()[{first.team, first.state}] == 1);
  CHECK(total()[{"finance", first.state}] == 1);
  CHECK(load(first.assignee) == before - 1);
}

TEMPLATE_TEST_CASE("what dispatch knows of people follows what is done, and nothing of what is undone", "", MemoryHarness,
                   SqliteHarness) {
  Suite<TestType> suite;
  const auto all = [](desk::Unit& unit) {
    std::vector<domain::Candidate> found;
    for (const auto& [name, team] : unit.active->teams) {
      for (auto& candidate : unit.directory.candidates(team, true, unit.now)) found.push_back(std::move(candidate));
    }
    return found;
  };
  const auto remembered = [&] {
    std::vector<domain::Candidate> found;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      found = all(unit);
      return {};
    });
    return found;
  };
  // The writer may remember people; a database that was just opened can only ask the rows.
  const auto must_agree = [&] {
    const auto before = remembered();
    suite.reopen();
    CHECK((remembered() == before));
  };
  must_agree();
  const auto ticket = suite.create();
  REQUIRE(ticket.assignee);
  must_agree();
  const auto before = remembered();
  const auto undone = desk::write_and_wait(suite.database(), [&](desk::Unit& unit) -> Result<void> {
    auto outcome = desk::create_ticket(unit, domain::system_principal("test"), suite.wish());
    if (!outcome) return std::unexpected(outcome.error());
    unit.directory.set_presence(ticket.assignee, domain::Presence::off);
    static_cast<void>(all(unit));
    return fail(ErrorCode::conflict, "undo this");
  });
  CHECK_FALSE(undone);
  CHECK((remembered() == before));
  must_agree();
  suite.must([&](desk::Unit& unit) -> Result<void> {
    unit.directory.set_presence(ticket.assignee, domain::Presence::away);
    desk::Shift leave;
    leave.user = ticket.assignee;
    leave.kind = desk::ShiftKind::leave;
    leave.from = unit.now - 1h;
    leave.to = unit.now + 1h;
    (void)unit.directory.add_shift(leave);
    return {};
  });
  must_agree();
  CHECK(std::ranges::any_of(remembered(), [&](const auto& c) {
    return c.user == ticket.assignee && c.presence == domain::Presence::away && !c.on_shift;
  }));
  suite.advance(2h);
  must_agree();
  suite.must([&](desk::Unit& unit) -> Result<void> {
    auto user = *unit.directory.find_user(ticket.assignee);
    user.capacity = 3;
    user.memberships.clear();
    ++user.version;
    unit.directory.save_user(user);
    return {};
  });
  must_agree();
}

TEMPLATE_TEST_CASE("somebody made under the number of one whose making was undone is themselves", "", MemoryHarness,
                   SqliteHarness) {
  Suite<TestType> suite;
  const auto add = [](desk::Unit& unit, const char* login) {
    desk::User user;
    user.login = login;
    user.version = 1;
    user.created_at = unit.now;
    const auto id = unit.directory.add_user(user);
    CHECK(unit.directory.find_user(id)->login == login);
    return id;
  };
  UserId gone{};
  CHECK_FALSE(desk::write_and_wait(suite.database(), [&](desk::Unit& unit) -> Result<void> {
    gone = add(unit, "gone");
    return fail(ErrorCode::conflict, "undo this");
  }));
  UserId there{};
  suite.must([&](desk::Unit& unit) -> Result<void> {
    there = add(unit, "there");
    return {};
  });
  CHECK(there == gone);
}

TEST_CASE("a group that begins anew for a neighbour's failure keeps and counts everything once") {
  Suite<SqliteHarness> suite;
  auto& database = *suite.desk.database;
  const auto candidates = [&] {
    std::vector<domain::Candidate> found;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      found.clear();
      for (const auto& [name, team] : unit.active->teams) {
        for (auto& candidate : unit.directory.candidates(team, true, unit.now)) found.push_back(std::move(candidate));
      }
      return {};
    });
    return found;
  };
  (void)candidates();  // the writer remembers people from here

  std::binary_semaphore entered{0};
  std::binary_semaphore leave{0};
  database.writer().submit(
      [&](store::Session&) -> Result<void> {
        entered.release();
        leave.acquire();
        return {};
      },
      [](const Result<void>&) {});
  entered.acquire();
  std::latch answered{3};
  std::array<TicketId, 3> made{};
  std::array<Result<void>, 3> outcomes{};
  int runs = 0;
  for (std::size_t at = 0; at < made.size(); ++at) {
    database.write(
        [&, at](desk::Unit& unit) -> Result<void> {
          ++runs;
          if (at == 1) {
            // Touches nobody that dispatch knows, or what is remembered of them would go with this job already.
            (void)unit.directory.add_customer({});
            return fail(ErrorCode::conflict, "no");
          }
          auto outcome = desk::create_ticket(unit, everyone, suite.wish());
          if (!outcome) return std::unexpected(outcome.error());
          made[at] = outcome->ticket.id;
          return {};
        },
        [&, at](Result<void> outcome) {
          outcomes[at] = std::move(outcome);
          answered.count_down();
        });
  }
  leave.release();
  answered.wait();

  CHECK(runs == 5);  // the first two again
  CHECK(outcomes[0].has_value());
  CHECK(outcomes[1].error().code == ErrorCode::conflict);
  CHECK(outcomes[2].has_value());
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.count({}, 100, everyone); }) == 2);
  CHECK(suite.ask([&](const auto& r) { return *r.tickets.search("杯子", {}, {}, 10, everyone); }).rows.size() == 2);
  for (const std::size_t at : {0U, 2U}) {
    const auto ticket = suite.ask([&](const auto& r) { return r.tickets.find(made[at], everyone); });
    REQUIRE(ticket);
    CHECK(suite.ask([&](const auto& r) { return r.tickets.messages(made[at], 0, 100, true); }).size() == 1);
    CHECK(static_cast<std::int64_t>(suite.ask([&](const auto& r) { return r.tickets.events(made[at], 0, 1000); }).size()) ==
          ticket->version);
  }
  const auto remembered = candidates();
  suite.reopen();
  CHECK((candidates() == remembered));
}

TEMPLATE_TEST_CASE("timers are found when they are due", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto made = suite.create();
  std::optional<Time> next;
  std::vector<TicketId> due;
  suite.must([&](desk::Unit& unit) -> Result<void> {
    next = unit.tickets.next_due();
    if (next) due = unit.tickets.due(*next - 1us, 10);
    return {};
  });
  REQUIRE(next);
  CHECK(due.empty());
  suite.advance(*next - start);
  int acted = 0;
  suite.must([&](desk::Unit& unit) -> Result<void> {
    due = unit.tickets.due(unit.now, 10);
    acted = desk::pass_time(unit, 10);
    return {};
  });
  CHECK(due == std::vector{made.id});
  CHECK(acted == 1);
  suite.must([&](desk::Unit& unit) -> Result<void> {
    unit.tickets.rearm(made.id, unit.now + 5min);
    next = unit.tickets.next_due();
    return {};
  });
  CHECK(next == *next);
}

TEMPLATE_TEST_CASE("an answered request is remembered", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  desk::RememberedAnswer answer;
  answer.request = sha256("a");
  answer.status = 201;
  answer.outcome = "17";
  suite.must([&](desk::Unit& unit) -> Result<void> {
    CHECK_FALSE(unit.idempotency.recall("user:1", "key"));
    CHECK(unit.idempotency.remember("user:1", "key", answer, unit.now));
    return {};
  });
  suite.advance(20h);
  suite.must([&](desk::Unit& unit) -> Result<void> {
    unit.idempotency.forget_old(unit.now);
    const auto found = unit.idempotency.recall("user:1", "key");
    REQUIRE(found);
    CHECK(found->request == answer.request);
    CHECK(found->outcome == "17");
    CHECK_FALSE(unit.idempotency.recall("user:2", "key"));
    return {};
  });
}

TEMPLATE_TEST_CASE("the desk's stream and the feed are in order", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto head = suite.ask([&](const auto& r) { return r.stream.feed_head(); });
  suite.must([&](desk::Unit& unit) -> Result<void> {
    unit.stream.append(everyone.actor, {"signed_in", "user 1", {{"address", std::string("::1")}}}, unit.now);
    unit.stream.append(everyone.actor, {"signed_out", "user 1", {}}, unit.now);
    return {};
  });
  const auto events = suite.ask([&](const auto& r) { return r.stream.desk_events(0, 10); });
  REQUIRE(events.size() >= 2);
  CHECK(events[0].event.kind == "signed_out");
  CHECK(events[1].event.details.at("address") == domain::Value{std::string("::1")});
  const auto feed = suite.ask([&](const auto& r) { return r.stream.feed(head, 10); });
  REQUIRE(feed.size() == 2);
  CHECK(feed[0].position < feed[1].position);
  CHECK(feed[0].kind == "signed_in");
  // Of one kind, newest first, between two positions.
  const auto of_kind = [&](const std::string& kind, std::int64_t from, std::int64_t before, int limit) {
    std::vector<std::int64_t> positions;
    for (const auto& entry : suite.ask([&](const auto& r) { return r.stream.feed_of_kind(kind, from, before, limit); }))
      positions.push_back(entry.position);
    return positions;
  };
  const auto first = feed[0].position;
  const auto second = feed[1].position;
  CHECK(of_kind("signed_in", 1, second + 1, 10) == std::vector{first});
  CHECK(of_kind("signed_in", 1, first, 10).empty());
  CHECK(of_kind("signed_in", first + 1, second + 1, 10).empty());
  CHECK(of_kind("signed_up", 1, second + 1, 10).empty());
  suite.must([&](desk::Unit& unit) -> Result<void> {
    unit.stream.append(everyone.actor, {"signed_in", "user 2", {}}, unit.now);
    return {};
  });
  const auto both = of_kind("signed_in", first, second + 10, 10);
  REQUIRE(both.size() == 2);
  CHECK(both[0] > both[1]);
  CHECK(of_kind("signed_in", first, second + 10, 1) == std::vector{both[0]});
}

TEMPLATE_TEST_CASE("a plan counts from its first shift until a month after its last, in a crowd as well", "", MemoryHarness,
                   SqliteHarness) {
  Suite<TestType> suite;
  const auto start = suite.ask([](const auto& r) { return r.now; });
  UserId planned;
  UserId away;
  std::string team;
  suite.must([&](desk::Unit& unit) -> Result<void> {
    std::vector<desk::User> members;
    for (auto& user : unit.directory.users(UserId{}, 50, {})) {
      if (user.memberships.empty()) continue;
      if (members.empty() || user.memberships.front().team == members.front().memberships.front().team) members.push_back(user);
    }
    planned = members.front().id;
    away = members.at(1).id;
    team = members.front().memberships.front().team;
    const auto add = [&](UserId user, desk::ShiftKind kind, Time from, Time to) {
      desk::Shift shift;
      shift.user = user;
      shift.kind = kind;
      shift.from = from;
      shift.to = to;
      (void)unit.directory.add_shift(shift);
    };
    add(planned, desk::ShiftKind::shift, start + 48h, start + 56h);
    // Far more than anybody reads at once, of the one who comes first.
    for (int day = 0; day < 20'100; ++day)
      add(planned, desk::ShiftKind::leave, start + 24h * (400 + day), start + 24h * (400 + day) + 1h);
    add(away, desk::ShiftKind::leave, start - 1h, start + 2h);
    return {};
  });
  const auto on_shift = [&](UserId user) {
    bool on = false;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      const auto candidates = unit.directory.candidates(unit.active->teams.at(team), true, unit.now);
      on = std::ranges::find(candidates, user, &domain::Candidate::user)->on_shift;
      return {};
    });
    return on;
  };
  CHECK(on_shift(planned));  // as the team's calendar has it: the plan has not begun
  CHECK_FALSE(on_shift(away));
  suite.advance(3h);
  CHECK(on_shift(away));
  suite.advance(46h);
  CHECK(on_shift(planned));
  suite.advance(10h);
  CHECK_FALSE(on_shift(planned));
  suite.advance(24h * 29);
  CHECK_FALSE(on_shift(planned));
  suite.advance(24h * 3);
  CHECK(on_shift(planned));
}

TEMPLATE_TEST_CASE("the roster of a time is everybody's shifts, or a team's", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto now = suite.ask([](const auto& r) { return r.now; });
  std::vector<UserId> people;
  std::string team;
  suite.must([&](desk::Unit& unit) -> Result<void> {
    people.clear();
    for (const auto& user : unit.directory.users(UserId{}, 50, {})) {
      if (user.memberships.empty()) continue;
      people.push_back(user.id);
      if (team.empty()) team = user.memberships.front().team;
      desk::Shift shift;
      shift.user = user.id;
      shift.from = now + 1h;
      shift.to = now + 9h;
      (void)unit.directory.add_shift(shift);
    }
    return {};
  });
  REQUIRE(people.size() > 1);
  const auto users = [&](Time from, Time to, const std::string& of, int limit) {
    std::vector<UserId> out;
    for (const auto& shift : suite.ask([&](const auto& r) { return r.directory.roster(from, to, of, limit); }))
      out.push_back(shift.user);
    return out;
  };
  std::vector<UserId> members;
  for (const auto& user : suite.ask([&](const auto& r) { return r.directory.users(UserId{}, 50, team); }))
    members.push_back(user.id);
  CHECK(users(now, now + 24h, "", 100) == people);
  CHECK(users(now, now + 24h, team, 100) == members);
  CHECK(users(now, now + 24h, "", 1) == std::vector{people.front()});
  CHECK(users(now, now + 1h, "", 100).empty());       // ends where they begin
  CHECK(users(now + 9h, now + 24h, "", 100).empty());  // begins where they end
  CHECK(users(now, now + 24h, "nowhere", 100).empty());
}
