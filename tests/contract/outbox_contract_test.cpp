// SPDX-License-Identifier: Apache-2.0
// What waits to be sent: in which order, to whom, and for how long. On the desk in memory and on SQLite.
#include <algorithm>
#include <array>

#include "suite.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;

namespace {

/// One delivery of an event of its own, as a change of the ticket brings it.
template <class Harness>
void add_delivery(Suite<Harness>& suite, TicketId id, std::int64_t sequence, const char* destination, int index = 0,
                  domain::Recipient recipient = {}) {
  suite.must([&](desk::Unit& unit) -> Result<void> {
    const auto ticket = *unit.tickets.load(id);
    desk::NewDelivery delivery;
    delivery.ticket = id;
    delivery.sequence = sequence;
    delivery.index = index;
    delivery.destination = destination;
    delivery.recipient = recipient;
    delivery.text = "assigned";
    delivery.at = unit.now;
    desk::TicketChange change;
    change.before = &ticket;
    change.after = &ticket;
    change.deliveries = {&delivery, 1};
    unit.tickets.save(change);
    return {};
  });
}

}  // namespace

TEMPLATE_TEST_CASE("deliveries leave in order, one at a time for a ticket and destination", "", MemoryHarness,
                   SqliteHarness) {
  Suite<TestType> suite;
  const auto made = suite.create();
  const auto add = [&](std::int64_t sequence, int index, const char* destination) {
    add_delivery(suite, made.id, sequence, destination, index);
  };
  add(900, 0, "mail");
  add(900, 1, "mail");
  add(901, 0, "chat");
  const auto due = [&](const char* destination) {
    std::vector<desk::Delivery> found;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      found = unit.outbox.due(destination, unit.now, 10);
      return {};
    });
    return found;
  };
  REQUIRE(due("mail").size() == 1);
  const auto first = due("mail").front();
  CHECK(first.key == std::to_string(made.id.value) + "-900-0");
  CHECK(due("chat").size() == 1);
  const auto record = [&](DeliveryId id, desk::DeliveryState state, std::optional<Time> next) {
    suite.must([&](desk::Unit& unit) -> Result<void> {
      unit.outbox.record(id, state, 1, next, "busy", "", unit.now);
      return {};
    });
  };
  record(first.id, desk::DeliveryState::waiting, start + 1h);
  CHECK(due("mail").empty());  // the second waits for the first
  record(first.id, desk::DeliveryState::dead, {});
  REQUIRE(due("mail").size() == 1);
  CHECK(due("mail").front().key == std::to_string(made.id.value) + "-900-1");
  suite.must([&](desk::Unit& unit) -> Result<void> {
    CHECK(unit.outbox.replay(first.id, unit.now));
    CHECK_FALSE(unit.outbox.replay(first.id, unit.now));
    return {};
  });
  CHECK(due("mail").front().id == first.id);
  const auto dead = suite.ask(
      [&](const auto& r) { return r.outbox.deliveries({.ticket = made.id, .state = desk::DeliveryState::dead}, {}, 10, everyone); });
  CHECK(dead.rows.empty());
}

TEMPLATE_TEST_CASE("deliveries are listed by destination, newest first and page by page", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto one = suite.create().id;
  const auto other = suite.create().id;
  for (int i = 0; i < 12; ++i) add_delivery(suite, i % 3 == 0 ? other : one, 900 + i, i % 2 == 0 ? "sms" : "mail");
  DeliveryId dead{};
  suite.must([&](desk::Unit& unit) -> Result<void> {
    dead = unit.outbox.due("sms", unit.now, 1).front().id;
    unit.outbox.record(dead, desk::DeliveryState::dead, 1, {}, "refused", "", unit.now);
    return {};
  });
  const auto walk = [&](desk::DeliveryFilter filter, int limit) {
    filter.destination = "sms";
    std::vector<std::int64_t> found;
    for (std::optional<DeliveryId> before = DeliveryId{}; before;) {
      const auto page = suite.ask([&](const auto& r) { return r.outbox.deliveries(filter, *before, limit, everyone); });
      CHECK(std::cmp_less_equal(page.rows.size(), limit));
      for (const auto& row : page.rows) found.push_back(row.sequence);
      before = page.next;
    }
    return found;
  };
  using Sequences = std::vector<std::int64_t>;
  for (const int limit : {1, 3, 6, 100}) {
    CHECK(walk({}, limit) == Sequences{910, 908, 906, 904, 902, 900});
    CHECK(walk({.ticket = one}, limit) == Sequences{910, 908, 904, 902});
    CHECK(walk({.state = desk::DeliveryState::waiting}, limit).size() == 5);
    CHECK(walk({.state = desk::DeliveryState::dead}, limit).size() == 1);
    CHECK(walk({.state = desk::DeliveryState::delivered}, limit).empty());
  }
}

TEMPLATE_TEST_CASE("deliveries that nobody took at once are the same when they are filed", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  std::vector<TicketId> tickets;
  const auto add = [&](TicketId id, std::int64_t sequence, const char* destination) {
    add_delivery(suite, id, sequence, destination);
  };
  for (int i = 0; i < 6; ++i) tickets.push_back(suite.create().id);
  for (const auto id : tickets) {
    add(id, 900, "mail");
    add(id, 901, "mail");
    add(id, 902, "chat");
  }
  struct Seen {
    std::vector<std::int64_t> mail, chat;
    std::vector<std::string> due;
    std::optional<Time> next, shown;
    bool operator==(const Seen&) const = default;
  };
  const auto look = [&](Duration after) {
    Seen seen;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      const auto ids = [](const std::vector<desk::Delivery>& rows) {
        std::vector<std::int64_t> out;
        for (const auto& row : rows) out.push_back(row.id.value);
        std::ranges::sort(out);
        return out;
      };
      seen.mail = ids(unit.outbox.due("mail", unit.now + after, 10));
      seen.chat = ids(unit.outbox.due("chat", unit.now + after, 10));
      seen.due = unit.outbox.destinations_due(unit.now + after);
      seen.next = unit.outbox.next_due("mail", unit.now + after);
      seen.shown = unit.outbox.deliveries({.ticket = tickets[0]}, {}, 1, everyone).rows.front().next_try_at;
      return {};
    });
    return seen;
  };
  const auto file = [&](int limit) {
    int filed = 0;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      filed = unit.outbox.file_fresh(unit.now + 1s, limit);
      CHECK(unit.outbox.has_fresh(unit.now + 1s) == (filed == limit));
      CHECK_FALSE(unit.outbox.has_fresh(unit.now));  // not older than now
      return {};
    });
    return filed;
  };
  const auto fresh = look(0s);
  CHECK(fresh.mail.size() == 6);  // the second of each ticket waits for the first
  CHECK(fresh.chat.size() == 6);
  CHECK(fresh.due == std::vector<std::string>{"chat", "mail"});
  CHECK(fresh.next == std::nullopt);
  CHECK(fresh.shown == start);
  CHECK(look(-1s).mail.empty());  // a clock that was put back
  CHECK(look(-1s).due.empty());
  (void)file(7);  // some are filed and some are not: two tickets and the first of the third
  CHECK(look(0s) == fresh);
  (void)file(100);
  CHECK(look(0s) == fresh);
  CHECK(look(-1s).mail.empty());
  suite.must([&](desk::Unit& unit) -> Result<void> {
    CHECK_FALSE(unit.outbox.has_fresh(unit.now + 1s));
    const auto rows = unit.outbox.due("mail", unit.now, 10);
    unit.outbox.record(rows.front().id, desk::DeliveryState::waiting, 1, unit.now + 1h, "busy", "", unit.now);
    unit.outbox.postpone(rows.back().id, unit.now + 2h);
    CHECK(unit.outbox.next_due("mail", unit.now) == unit.now + 1h);
    CHECK(unit.outbox.next_due("mail", unit.now + 1h) == unit.now + 2h);
    return {};
  });
  add(tickets[5], 903, "mail");  // a new one behind filed ones
  CHECK(look(0s).mail.size() == 4);
}

TEMPLATE_TEST_CASE("what waits for one person holds up no other, and what was put off holds up nothing", "", MemoryHarness,
                   SqliteHarness) {
  Suite<TestType> suite;
  const auto made = suite.create();
  std::int64_t sequence = 900;
  const auto add = [&](std::int64_t person) {
    add_delivery(suite, made.id, sequence++, "mail", 0, {domain::ActorKind::user, person});
  };
  const auto due = [&] {
    std::vector<std::int64_t> people;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      people.clear();
      for (const auto& one : unit.outbox.due("mail", unit.now, 10)) people.push_back(one.recipient.id);
      return {};
    });
    return people;
  };
  const auto first_of = [&](std::int64_t person) {
    DeliveryId id;
    suite.must([&](desk::Unit& unit) -> Result<void> {
      for (const auto& one : unit.outbox.due("mail", unit.now, 10)) {
        if (one.recipient.id == person) id = one.id;
      }
      return {};
    });
    return id;
  };
  for (const std::int64_t person : {1, 1, 2}) add(person);
  CHECK(due() == std::vector<std::int64_t>{1, 2});  // one after another to each
  const auto failing = first_of(1);
  suite.must([&](desk::Unit& unit) -> Result<void> {
    unit.outbox.record(failing, desk::DeliveryState::waiting, 1, start + 1h, "busy", "", unit.now);
    return {};
  });
  CHECK(due() == std::vector<std::int64_t>{2});  // the second to 1 waits for the first, 2 for nobody
  const auto quiet = first_of(2);
  suite.must([&](desk::Unit& unit) -> Result<void> {
    unit.outbox.postpone(quiet, start + 8h);
    return {};
  });
  add(2);  // urgent, say
  CHECK(due() == std::vector<std::int64_t>{2});
  CHECK(first_of(2) != quiet);
}

TEMPLATE_TEST_CASE("a delivery is late by its first try, before that by when it was due", "", MemoryHarness, SqliteHarness) {
  Suite<TestType> suite;
  const auto made = suite.create();
  for (std::int64_t person = 1; person <= 4; ++person)
    add_delivery(suite, made.id, 900 + person, "chat", 0, {domain::ActorKind::user, person});
  std::vector<DeliveryId> ids;
  const auto within = [&](auto work) {
    suite.must([&](desk::Unit& unit) -> Result<void> {
      work(unit);
      return {};
    });
  };
  within([&](desk::Unit& unit) {
    ids.clear();
    for (const auto& one : unit.outbox.due("chat", unit.now, 10)) ids.push_back(one.id);
  });
  REQUIRE(ids.size() == 4);
  const auto taken = ids[0], put_off = ids[1], failing = ids[2], untouched = ids[3];
  const auto tried = [&](DeliveryId id, desk::DeliveryState state, Time at) {
    within([&](desk::Unit& unit) {
      unit.outbox.record(id, state, 1, at + 1h, "", "", unit.now);
      unit.outbox.add_try(id, {.number = 1, .at = at});
    });
  };
  const auto late = [&](Duration after, bool receipts) {
    std::vector<DeliveryId> found;
    within([&](desk::Unit& unit) { found = unit.outbox.not_arrived("chat", start + after, receipts, 10); });
    std::ranges::sort(found);
    return found;
  };
  using Ids = std::vector<DeliveryId>;
  tried(taken, desk::DeliveryState::accepted, start);
  tried(failing, desk::DeliveryState::waiting, start);
  within([&](desk::Unit& unit) { unit.outbox.postpone(put_off, start + 8h); });
  CHECK(late(0s, true).empty());
  CHECK(late(1s, true) == Ids{taken, failing, untouched});
  CHECK(late(1s, false) == Ids{failing, untouched});
  CHECK(late(8h, true) == Ids{taken, failing, untouched});
  CHECK(late(8h + 1s, true) == ids);
  tried(put_off, desk::DeliveryState::accepted, start + 9h);
  CHECK(late(9h, true) == Ids{taken, failing, untouched});
  CHECK(late(9h + 1s, true) == ids);
  // Begun anew, it is late by the tries of its new life.
  suite.advance(10h);
  within([&](desk::Unit& unit) {
    unit.outbox.record(failing, desk::DeliveryState::dead, 1, {}, "", "", unit.now);
    CHECK(unit.outbox.replay(failing, unit.now));
    unit.outbox.add_try(failing, {.number = 0, .at = unit.now, .outcome = "replayed"});
  });
  CHECK(late(10h + 1s, true) == ids);
  tried(failing, desk::DeliveryState::waiting, start + 11h);
  CHECK(late(10h + 1s, true) == Ids{taken, put_off, untouched});
  CHECK(late(11h + 1s, true) == ids);
}
