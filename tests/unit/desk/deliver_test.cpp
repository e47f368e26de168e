// SPDX-License-Identifier: Apache-2.0
#include "desk/deliver.hpp"

#include "desk/deliveries.hpp"

#include "support/catch.hpp"
#include "support/memory_desk.hpp"

using namespace docket;
using namespace docket::desk;
using namespace std::chrono_literals;

TEST_CASE("the wait between tries doubles from a second to an hour, spread over its upper half") {
  CHECK(back_off(0, 0.0) == 500ms);
  CHECK(back_off(0, 0.999) < 1s);
  CHECK(back_off(1, 0.0) == 1s);
  CHECK(back_off(5, 0.0) == 16s);
  for (int tries : {12, 13, 40, 1'000'000}) {
    CHECK(back_off(tries, 0.0) == 30min);
    CHECK(back_off(tries, 0.999) <= 1h);
  }
  Duration last{};
  for (int tries = 0; tries < 12; ++tries) {
    CHECK(back_off(tries, 0.5) > last);
    last = back_off(tries, 0.5);
  }
}

namespace {

const Time morning = *from_rfc3339("2026-03-02T02:00:00Z");  // 10:00 in Shanghai

struct Leaving {
  test::MemoryDesk desk{domain::Definitions{}};
  LaneRules rules;
  Leaving() { desk.now = morning; }
  Delivery add(int id = 1) {
    Delivery row;
    row.id = DeliveryId{id};
    row.ticket = TicketId{1};
    row.key = "1-7-" + std::to_string(id);
    row.destination = "sms";
    row.created_at = desk.now;
    row.next_try_at = desk.now;
    desk.rows.last_id = std::max<std::int64_t>(desk.rows.last_id, id);
    return desk.rows.deliveries[row.id] = row;
  }
  Delivery now(std::int64_t id = 1) { return desk.rows.deliveries.at(DeliveryId{id}); }
  void came(const Delivery& of, TryOutcome outcome) {
    auto unit = desk.unit();
    record_try(unit, of, outcome, 0.5, rules);
  }
  void receipt(const Delivery& of, bool arrived, const std::string& fallback = "") {
    auto unit = desk.unit();
    record_receipt(unit, of, arrived, arrived ? "" : "the phone is off", fallback);
  }
  std::vector<std::string> story(std::int64_t id = 1) {
    std::vector<std::string> out;
    for (const auto& one : desk.unit().outbox.tries(DeliveryId{id})) out.push_back(one.outcome);
    return out;
  }
};

TryOutcome accepted() {
  TryOutcome out;
  out.kind = TryOutcome::Kind::accepted;
  out.vendor_id = "v1";
  return out;
}
TryOutcome with(TryOutcome::Kind kind, Duration after = {}) {
  TryOutcome out;
  out.kind = kind;
  out.error = "why";
  out.retry_after = after;
  return out;
}
using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("accepted and delivered are two states, with the receipt between them", "[deliver]") {
  Leaving outbox;
  outbox.came(outbox.add(), accepted());
  CHECK(outbox.now().state == DeliveryState::accepted);
  CHECK(outbox.now().vendor_id == "v1");
  outbox.receipt(outbox.now(), true);
  CHECK(outbox.now().state == DeliveryState::delivered);
  outbox.receipt(outbox.now(), false, "mail");  // a vendor that changes its mind is too late
  CHECK(outbox.now().state == DeliveryState::delivered);
  CHECK(outbox.story() == Words{"accepted", "receipt"});
  CHECK(outbox.desk.rows.deliveries.size() == 1);
}

TEST_CASE("a receipt that says it did not arrive sends the message by the fallback, once", "[deliver]") {
  Leaving outbox;
  outbox.came(outbox.add(), accepted());
  outbox.receipt(outbox.now(), false, "mail");
  outbox.receipt(outbox.now(), false, "mail");
  CHECK(outbox.now().state == DeliveryState::dead);
  REQUIRE(outbox.desk.rows.deliveries.size() == 2);
  CHECK(outbox.now(2).destination == "mail");
  CHECK(outbox.now(2).state == DeliveryState::waiting);
  CHECK(outbox.story() == Words{"accepted", "receipt_failed", "fallen_back"});
}

TEST_CASE("a receipt that overtakes the note of its own try stays", "[deliver]") {
  Leaving outbox;
  const auto as_it_left = outbox.add();
  SECTION("it arrived") {
    outbox.receipt(as_it_left, true);
    outbox.came(as_it_left, accepted());
    CHECK(outbox.now().state == DeliveryState::delivered);
  }
  SECTION("it did not") {
    outbox.receipt(as_it_left, false, "mail");
    outbox.came(as_it_left, accepted());
    CHECK(outbox.now().state == DeliveryState::dead);
    CHECK(outbox.desk.rows.deliveries.size() == 2);
  }
  SECTION("it arrived, and our side believes that the try failed") {
    outbox.rules.fallback = "mail";
    outbox.receipt(as_it_left, true);
    outbox.came(as_it_left, with(TryOutcome::Kind::failed));
    outbox.came(as_it_left, with(TryOutcome::Kind::rejected));
    CHECK(outbox.now().state == DeliveryState::delivered);
    CHECK(outbox.desk.rows.deliveries.size() == 1);
  }
}

TEST_CASE("what failed waits, at least as long as the vendor says, and is dead after three days", "[deliver]") {
  Leaving outbox;
  outbox.rules.fallback = "mail";
  const auto first = outbox.add();
  outbox.came(first, with(TryOutcome::Kind::failed));
  CHECK(outbox.now().state == DeliveryState::waiting);
  CHECK(outbox.now().next_try_at == morning + 750ms);
  outbox.came(outbox.now(), with(TryOutcome::Kind::retry_later, 90s));
  CHECK(outbox.now().next_try_at == morning + 90s);
  CHECK(outbox.now().tries == 2);
  outbox.desk.now += 72h;
  outbox.came(outbox.now(), with(TryOutcome::Kind::failed));
  CHECK(outbox.now().state == DeliveryState::dead);
  CHECK(outbox.now(2).destination == "mail");
}

TEST_CASE("quiet hours end at their end, also over midnight, by the desk's own clock", "[deliver]") {
  const domain::QuietHours night{22 * 60, 8 * 60};
  const auto at = [](const char* text) { return *from_rfc3339(text); };
  CHECK_FALSE(quiet_until(night, at("2026-03-02T02:00:00Z"), 8h));                                          // 10:00
  CHECK(quiet_until(night, at("2026-03-02T14:00:00Z"), 8h) == at("2026-03-03T00:00:00Z"));                  // 22:00 → 08:00
  CHECK(quiet_until(night, at("2026-03-02T18:30:00Z"), 8h) == at("2026-03-03T00:00:00Z"));                  // 02:30 → 08:00
  CHECK_FALSE(quiet_until(night, at("2026-03-03T00:00:00Z"), 8h));                                          // 08:00
  CHECK(quiet_until(night, at("2026-03-02T23:59:59Z"), 0h) == at("2026-03-03T08:00:00Z"));
  const domain::QuietHours noon{12 * 60, 13 * 60};
  CHECK(quiet_until(noon, at("2026-03-02T04:30:00Z"), 8h) == at("2026-03-02T05:00:00Z"));
  CHECK_FALSE(quiet_until(noon, at("2026-03-02T05:00:00Z"), 8h));
  CHECK_FALSE(quiet_until(noon, at("2026-03-02T03:59:59Z"), 8h));
}

TEST_CASE("a call of several destinations is a delivery for each, with keys of their own") {
  Leaving out;
  auto unit = out.desk.unit();
  domain::Ticket ticket;
  ticket.id = TicketId{3};
  domain::RecordedEvent event;
  event.sequence = 7;
  event.at = morning;
  event.event = domain::Called{"crm", 6, std::vector<std::string>{"robot", "erp"}};
  const auto deliveries = outgoing_of(unit, ticket, {event}, {}).deliveries;
  REQUIRE(deliveries.size() == 3);
  const char* const names[]{"crm", "robot", "erp"};
  for (int at = 0; at < 3; ++at) {
    CHECK(deliveries[static_cast<std::size_t>(at)].destination == names[at]);
    CHECK(deliveries[static_cast<std::size_t>(at)].index == at);
    CHECK(deliveries[static_cast<std::size_t>(at)].sequence == 7);
    CHECK(deliveries[static_cast<std::size_t>(at)].text == "call");
  }
}

TEST_CASE("after a clock was set back, what a ticket's events cause is due now and not when that time comes again") {
  Leaving out;
  auto unit = out.desk.unit();
  domain::Ticket ticket;
  ticket.id = TicketId{3};
  domain::RecordedEvent event;
  event.event = domain::Called{"crm", 6, {}};
  const auto due = [&](Time at) {
    event.at = at;
    return outgoing_of(unit, ticket, {event}, {}).deliveries.at(0).at;
  };
  CHECK(due(unit.now + 24h) == unit.now);
  CHECK(due(unit.now - 1h) == unit.now - 1h);
}
