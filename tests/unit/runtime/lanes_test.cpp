// SPDX-License-Identifier: Apache-2.0
// Lanes on a clock that the test moves: order, gathering, quiet hours, limits, the breaker, what falls back and when.
#include "runtime/deliveries.hpp"

#include <atomic>
#include <condition_variable>
#include <future>

#include "support/catch.hpp"
#include "support/shared_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;
using desk::DeliveryState;
using desk::TryOutcome;
using test::eventually;

namespace {

const Time morning = *from_rfc3339("2026-03-02T02:00:00Z");  // 10:00 in Shanghai

domain::Definitions definitions() {
  domain::Definitions out;
  out.desk.zone = "Asia/Shanghai";
  out.texts["alarm"].urgent = true;
  return out;
}

/// Notes what it is given, and answers as the test says.
class Phone final : public desk::Destination {
 public:
  TryOutcome attempt(const desk::Delivery& delivery) override { return attempt_together({delivery}); }
  TryOutcome attempt_together(const std::vector<desk::Delivery>& deliveries) override {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> keys;
    for (const auto& one : deliveries) keys.push_back(one.key);
    calls_.push_back(std::move(keys));
    auto outcome = next_;
    if (during) outcome.kind = during(calls_.size());
    return outcome;
  }
  /// What comes to pass while the call of this number is sent, and what comes of it. Set before the lanes open.
  std::function<TryOutcome::Kind(std::size_t call)> during;
  void answer(TryOutcome::Kind kind, bool halt = false) {
    const std::scoped_lock lock(mutex_);
    next_.kind = kind;
    next_.halt = halt;
    next_.error = kind == TryOutcome::Kind::failed ? "no line" : "";
  }
  std::vector<std::vector<std::string>> calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::vector<std::string>> calls_;
  TryOutcome next_{.kind = TryOutcome::Kind::delivered};
};

/// Does not answer before it is let go.
class Held final : public desk::Destination {
 public:
  TryOutcome attempt(const desk::Delivery&) override {
    ++tries;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return free_; });
    return {.kind = TryOutcome::Kind::delivered};
  }
  void let_go() {
    const std::scoped_lock lock(mutex_);
    free_ = true;
    changed_.notify_all();
  }
  std::atomic<int> tries = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool free_ = false;
};

struct House {
  test::SharedDesk desk{definitions(), morning};
  ManualClock clock{morning};
  std::shared_ptr<Phone> phone = std::make_shared<Phone>();
  std::shared_ptr<Phone> other = std::make_shared<Phone>();
  desk::LaneRules rules;
  runtime::Deliveries deliveries{desk, clock, {}};

  ~House() { deliveries.stop(); }
  void open() { deliveries.set_lanes({{"phone", {phone, rules}}, {"other", {other, {}}}}); }
  std::string add(std::int64_t ticket, std::int64_t recipient, const std::string& text = "assigned", const std::string& to = "phone") {
    const std::scoped_lock lock(desk.mutex);
    desk::Delivery row;
    row.id = DeliveryId{++desk.memory.rows.last_id};
    row.ticket = TicketId{ticket};
    row.key = std::to_string(row.id.value);
    row.destination = to;
    row.recipient = {domain::ActorKind::user, recipient};
    row.text = text;
    row.created_at = desk.memory.now;
    row.next_try_at = desk.memory.now;
    desk.memory.rows.deliveries[row.id] = row;
    return row.key;
  }
  void pass(Duration time) {
    // What has become due must not be judged by the time before.
    if (time > Duration{}) clock.advance(time);
    {
      const std::scoped_lock lock(desk.mutex);
      desk.memory.now += time;
    }
    if (time < Duration{}) clock.advance(time);
    deliveries.wake({"phone", "other"});
  }
  desk::Delivery row(const std::string& key) {
    const std::scoped_lock lock(desk.mutex);
    return *desk.memory.unit().outbox.find_by_key(key);
  }
  bool is(const std::string& key, DeliveryState state) {
    return eventually([&] { return row(key).state == state; });
  }
  bool postponed(const std::string& key, Time until) {
    return eventually([&] { return row(key).next_try_at == until; });
  }
  bool fell_back(const std::string& key) {
    const std::scoped_lock lock(desk.mutex);
    const auto unit = desk.memory.unit();
    return unit.outbox.fallen_back_to(unit.outbox.find_by_key(key)->id).has_value();
  }
  std::pair<int, int> writes_and_reads() {
    const std::scoped_lock lock(desk.mutex);
    return {desk.writes, desk.reads};
  }
  desk::LaneState lane(const std::string& name = "phone") { return deliveries.lane_states().at(name); }
};

using Calls = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("what follows on a ticket waits until what went before has gone", "[lanes]") {
  House house;
  house.phone->answer(TryOutcome::Kind::failed);
  const auto first = house.add(1, 3);
  const auto second = house.add(1, 3);
  const auto elsewhere = house.add(2, 3);
  house.open();
  REQUIRE(eventually([&] { return house.phone->calls().size() == 2; }));
  CHECK(house.phone->calls() == Calls{{first}, {elsewhere}});
  // Written down, too: the next try counts from then.
  REQUIRE(eventually([&] { return house.row(first).tries == 1 && house.row(elsewhere).tries == 1; }));
  house.phone->answer(TryOutcome::Kind::delivered);
  house.pass(2s);
  REQUIRE(house.is(second, DeliveryState::delivered));
  CHECK(house.phone->calls().back() == std::vector{second});
}

TEST_CASE("the writer hears of a lane when something was sent, and before that only to make links", "[lanes]") {
  House house;
  house.open();
  REQUIRE(eventually([&] { return house.writes_and_reads().second >= 4; }));  // each lane has looked
  CHECK(house.writes_and_reads().first == 0);
  const auto plain = house.add(1, 3);
  house.deliveries.wake({"phone"});
  REQUIRE(house.is(plain, DeliveryState::delivered));
  CHECK(house.writes_and_reads().first == 1);

  std::atomic<int> filled = 0;
  runtime::Deliveries with_links(house.desk, house.clock, {},
                                 runtime::Deliveries::Completing{[](const desk::Delivery& one) { return one.text == "link"; },
                                                                 [&](desk::Unit&, desk::Delivery&) { ++filled; }});
  const auto mail = std::make_shared<Phone>();
  const auto before = house.add(2, 3, "assigned", "mail"), link = house.add(3, 3, "link", "mail");
  with_links.set_lanes({{"mail", {mail, {}}}});
  REQUIRE(house.is(before, DeliveryState::delivered));
  REQUIRE(house.is(link, DeliveryState::delivered));
  with_links.stop();
  CHECK(filled == 1);
  const auto writes = house.writes_and_reads().first;  // one to make the link, one for both outcomes, two on a slow machine
  CHECK(writes >= 3);
  CHECK(writes <= 4);
}

TEST_CASE("a burst to one person goes as one, after the time of gathering; the first goes at once", "[lanes]") {
  House house;
  house.rules.gather = 1min;
  const auto first = house.add(1, 3);
  house.open();
  REQUIRE(house.is(first, DeliveryState::delivered));
  const auto a = house.add(2, 3), b = house.add(3, 3), c = house.add(2, 3);
  const auto somebody = house.add(4, 5);
  const auto urgent = house.add(5, 3, "alarm");
  const auto answer = house.add(6, 3, "reply");
  house.deliveries.wake({"phone", "other"});
  REQUIRE(house.is(urgent, DeliveryState::delivered));
  REQUIRE(house.is(somebody, DeliveryState::delivered));
  REQUIRE(house.is(answer, DeliveryState::delivered));
  // The last that went to the person set the time anew.
  CHECK(house.postponed(a, morning + 1min));
  CHECK(house.phone->calls() == Calls{{first}, {somebody}, {urgent}, {answer}});
  house.pass(1min);
  REQUIRE(house.is(c, DeliveryState::delivered));
  CHECK(house.phone->calls().back() == std::vector{a, b, c});
  CHECK(house.row(b).state == DeliveryState::delivered);
  CHECK(house.lane().sent == 5);
}

TEST_CASE("at night only what is urgent goes; the rest at the end of the quiet hours", "[lanes]") {
  House house;
  house.rules.quiet = domain::QuietHours{22 * 60, 8 * 60};
  house.pass(13h);  // 23:00
  const auto usual = house.add(1, 3);
  const auto urgent = house.add(2, 3, "alarm");
  const auto room = house.add(3, 0);  // a group's robot wakes nobody
  house.open();
  REQUIRE(house.is(urgent, DeliveryState::delivered));
  REQUIRE(house.is(room, DeliveryState::delivered));
  REQUIRE(house.postponed(usual, *from_rfc3339("2026-03-03T00:00:00Z")));
  CHECK(house.row(usual).tries == 0);
  house.pass(9h);
  CHECK(house.is(usual, DeliveryState::delivered));
}

TEST_CASE("the vendor's limits are kept here: to one number, and altogether", "[lanes]") {
  House house;
  house.rules.limits.per_recipient_per_minute = 1;
  house.rules.limits.per_minute = 2;
  const auto first = house.add(1, 3);
  const auto same = house.add(2, 3);
  const auto other = house.add(3, 4);
  const auto third = house.add(4, 5);
  house.open();
  REQUIRE(house.is(first, DeliveryState::delivered));
  REQUIRE(house.is(other, DeliveryState::delivered));
  REQUIRE(house.postponed(same, morning + 1min));
  REQUIRE(house.postponed(third, morning + 1min));
  CHECK(house.phone->calls().size() == 2);
  CHECK(house.row(same).tries == 0);
  house.pass(1min);
  CHECK(house.is(same, DeliveryState::delivered));
  CHECK(house.is(third, DeliveryState::delivered));
}

TEST_CASE("what went out while the desk can not write goes out once, and is written down when it can", "[lanes]") {
  House house;
  {
    const std::scoped_lock lock(house.desk.mutex);
    house.desk.full = true;
  }
  const auto first = house.add(1, 7);
  house.open();
  CHECK(eventually([&] { return house.phone->calls().size() == 1; }));
  const auto second = house.add(2, 8);
  const auto tries = house.writes_and_reads().first;
  for (int i = 0; i < 5; ++i) {
    house.deliveries.wake({"phone"});
    CHECK(eventually([&] { return house.writes_and_reads().first > tries + i; }));
  }
  CHECK(house.phone->calls() == Calls{{first}});
  {
    const std::scoped_lock lock(house.desk.mutex);
    house.desk.full = false;
  }
  house.deliveries.wake({"phone"});
  CHECK(house.is(first, DeliveryState::delivered));
  CHECK(house.is(second, DeliveryState::delivered));
  CHECK(house.phone->calls() == Calls{{first}, {second}});
}

TEST_CASE("after five failures in a row the lane waits and then tries with one; others go on", "[lanes]") {
  House house;
  house.phone->answer(TryOutcome::Kind::failed);
  for (int i = 0; i < 8; ++i) house.add(100 + i, 3);
  house.open();
  REQUIRE(eventually([&] { return house.lane().state == "waiting"; }));
  CHECK(house.phone->calls().size() == 5);
  CHECK(house.lane().error == "no line");
  const auto elsewhere = house.add(1, 3, "assigned", "other");
  house.deliveries.wake({"phone", "other"});
  CHECK(house.is(elsewhere, DeliveryState::delivered));
  house.pass(10s);
  REQUIRE(eventually([&] { return house.phone->calls().size() == 6; }));  // one, and again longer
  house.phone->answer(TryOutcome::Kind::delivered);
  REQUIRE(eventually([&] {
    house.pass(5s);
    return house.lane().sent == 8;
  }));
  CHECK(house.lane().state == "open");
}

TEST_CASE("a clock that is set back keeps neither the lane closed nor what waits for its next try", "[lanes]") {
  House house;
  house.phone->answer(TryOutcome::Kind::failed);
  std::vector<std::string> keys;
  for (int i = 0; i < 5; ++i) keys.push_back(house.add(100 + i, 3));
  const auto behind = house.add(100, 3);
  house.open();
  REQUIRE(eventually([&] { return house.lane().state == "waiting" && house.row(keys.back()).tries == 1; }));
  house.phone->answer(TryOutcome::Kind::delivered);
  house.pass(-24h);
  const auto fresh = house.add(1, 4);
  house.deliveries.wake({"phone"});
  CHECK(house.is(fresh, DeliveryState::delivered));
  for (const auto& key : keys) CHECK(house.is(key, DeliveryState::delivered));
  CHECK(house.is(behind, DeliveryState::delivered));
}

TEST_CASE("a wrong secret stops the lane until an admin has looked", "[lanes]") {
  House house;
  house.phone->answer(TryOutcome::Kind::failed, true);
  const auto first = house.add(1, 3);
  const auto second = house.add(2, 3);
  house.open();
  REQUIRE(eventually([&] { return house.lane().state == "halted" && house.row(first).tries == 1; }));
  house.pass(24h);
  CHECK(house.phone->calls().size() == 1);
  house.phone->answer(TryOutcome::Kind::delivered);
  house.deliveries.release("phone");
  CHECK(house.is(first, DeliveryState::delivered));
  CHECK(house.is(second, DeliveryState::delivered));
}

TEST_CASE("what was put off and goes along with a later one after all is tried again by its own back-off", "[lanes]") {
  House house;
  house.rules.gather = 1min;
  // The answer sets the time of gathering, which runs out while one to somebody else is sent, in the same turn.
  house.phone->during = [&](std::size_t call) {
    if (call == 2) house.clock.advance(1min);
    return call == 3 ? TryOutcome::Kind::failed : TryOutcome::Kind::delivered;
  };
  const auto answer = house.add(1, 3, "reply"), put_off = house.add(2, 3), somebody = house.add(3, 5), later = house.add(4, 3);
  house.open();
  REQUIRE(eventually([&] { return house.row(later).tries == 1; }));
  CHECK(house.phone->calls() == Calls{{answer}, {somebody}, {later, put_off}});
  CHECK(house.row(put_off).tries == 1);
  CHECK(house.row(put_off).next_try_at != morning + 1min);
}

TEST_CASE("what was accepted and not confirmed in time goes by the fallback as well, once", "[lanes]") {
  House house;
  house.rules.fallback = "other";
  house.rules.fallback_after = 10min;
  house.phone->answer(TryOutcome::Kind::accepted);
  const auto lost = house.add(1, 3);
  const auto arrived = house.add(2, 4);
  house.open();
  REQUIRE(house.is(lost, DeliveryState::accepted));
  REQUIRE(house.is(arrived, DeliveryState::accepted));
  {
    const std::scoped_lock lock(house.desk.mutex);
    auto unit = house.desk.memory.unit();
    desk::record_receipt(unit, *unit.outbox.find_by_key(arrived), true, {}, "other");
  }
  house.pass(9min);
  house.pass(2min);
  REQUIRE(eventually([&] { return house.other->calls().size() == 1; }));
  CHECK(house.other->calls().front().front() == lost + "-other");
  REQUIRE(house.is(lost + "-other", DeliveryState::delivered));
  CHECK(house.row(lost).state == DeliveryState::accepted);
  house.pass(20min);
  house.pass(20min);
  CHECK(house.lane("other").sent == 1);
  // The receipt may still come.
  const std::scoped_lock lock(house.desk.mutex);
  auto unit = house.desk.memory.unit();
  desk::record_receipt(unit, *unit.outbox.find_by_key(lost), true, {}, "other");
  CHECK(unit.outbox.find_by_key(lost)->state == DeliveryState::delivered);
}

TEST_CASE("where nobody says that a message arrived, accepted is as good, until it comes back", "[lanes]") {
  House house;
  house.rules.fallback = "other";
  house.rules.fallback_after = 10min;
  house.rules.receipts = false;
  house.phone->answer(TryOutcome::Kind::accepted);
  const auto taken = house.add(1, 3);
  house.open();
  REQUIRE(house.is(taken, DeliveryState::accepted));
  house.phone->answer(TryOutcome::Kind::failed);
  const auto waiting = house.add(2, 4);
  house.deliveries.wake({"phone"});
  REQUIRE(eventually([&] { return house.row(waiting).tries == 1; }));
  house.pass(11min);
  REQUIRE(eventually([&] { return house.fell_back(waiting); }));
  CHECK_FALSE(house.fell_back(taken));  // it was looked at together with the other
  // A mail that bounces.
  const std::scoped_lock lock(house.desk.mutex);
  auto unit = house.desk.memory.unit();
  desk::record_receipt(unit, *unit.outbox.find_by_key(taken), false, "no such user", "other");
  CHECK(unit.outbox.fallen_back_to(unit.outbox.find_by_key(taken)->id));
}

TEST_CASE("what was put off for the night goes in the morning, and by the fallback only when it is late then", "[lanes]") {
  House house;
  house.rules.quiet = domain::QuietHours{22 * 60, 8 * 60};
  house.rules.fallback = "other";
  house.rules.fallback_after = 10min;
  house.phone->answer(TryOutcome::Kind::accepted);
  house.pass(13h);  // 23:00
  const auto usual = house.add(1, 3);
  const auto urgent = house.add(2, 3, "alarm");
  house.open();
  REQUIRE(house.is(urgent, DeliveryState::accepted));
  REQUIRE(house.postponed(usual, *from_rfc3339("2026-03-03T00:00:00Z")));
  house.pass(11min);
  REQUIRE(eventually([&] { return house.fell_back(urgent); }));
  CHECK_FALSE(house.fell_back(usual));  // it was looked at together with the other
  house.pass(8h + 49min);  // 08:00
  REQUIRE(house.is(usual, DeliveryState::accepted));
  house.pass(9min);
  const auto next = house.add(3, 3);
  house.deliveries.wake({"phone"});
  REQUIRE(house.is(next, DeliveryState::accepted));
  CHECK_FALSE(house.fell_back(usual));
  house.pass(2min);
  CHECK(eventually([&] { return house.fell_back(usual); }));
  CHECK_FALSE(house.fell_back(next));
}

TEST_CASE("what is never taken goes by the fallback at once", "[lanes]") {
  House house;
  house.rules.fallback = "other";
  house.phone->answer(TryOutcome::Kind::rejected);
  const auto key = house.add(1, 3);
  house.open();
  REQUIRE(house.is(key, DeliveryState::dead));
  CHECK(house.is(key + "-other", DeliveryState::delivered));
  CHECK(house.other->calls() == Calls{{key + "-other"}});
  CHECK(house.lane().state == "open");
}

TEST_CASE("a lane that is taken away in a try keeps nobody waiting, and the next of its name waits for that try", "[lanes]") {
  House house;
  const auto held = std::make_shared<Held>();
  house.deliveries.set_lanes({{"phone", {held, {}}}});
  const auto first = house.add(1, 3);
  const auto second = house.add(2, 4);
  house.pass(1s);
  REQUIRE(eventually([&] { return held->tries == 1; }));
  auto taken_away = std::async(std::launch::async, [&] { house.deliveries.set_lanes({{"other", {house.other, {}}}}); });
  const bool at_once = eventually([&] { return taken_away.wait_for(0s) == std::future_status::ready; });
  const auto elsewhere = house.add(3, 5, "assigned", "other");
  house.pass(1s);
  const bool others_go_on = at_once && house.is(elsewhere, DeliveryState::delivered);
  held->let_go();
  taken_away.get();
  REQUIRE(at_once);
  CHECK(others_go_on);
  house.open();
  REQUIRE(house.is(second, DeliveryState::delivered));
  CHECK(house.row(first).state == DeliveryState::delivered);
  CHECK(held->tries == 1);
  CHECK(house.phone->calls() == Calls{{second}});
}
