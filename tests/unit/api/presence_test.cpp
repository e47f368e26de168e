// SPDX-License-Identifier: Apache-2.0
// Who is on a ticket: told, renewed, lapsed, bounded.
#include "api/presence.hpp"

#include "support/catch.hpp"

using namespace docket;
using namespace docket::api;
using namespace std::chrono_literals;

namespace {

const Presence::Instant noon{1h};
const TicketId one{1}, two{2};

PresentPerson person(std::int64_t id, PresenceMode mode = PresenceMode::viewing) {
  return {UserId{id}, "p" + std::to_string(id), mode};
}

}  // namespace

TEST_CASE("people on a ticket are told of each other, and lapse unless they say it again") {
  Presence presence;
  int told = 0;
  presence.on_change([&] { ++told; });
  CHECK(presence.put(one, person(1), noon).empty());
  CHECK(told == 1);
  CHECK(presence.put(one, person(2, PresenceMode::editing), noon + 30s) == std::vector{person(1)});
  CHECK(presence.take_changed(noon + 30s) == std::vector{one});
  CHECK_FALSE(presence.has_changed());
  (void)presence.put(one, person(2, PresenceMode::editing), noon + 40s);  // the same again tells nobody
  CHECK_FALSE(presence.has_changed());
  (void)presence.put(one, person(2), noon + 41s);
  CHECK(presence.take_changed(noon + 44s) == std::vector{one});
  CHECK(presence.on(one, noon + 44s).size() == 2);
  CHECK(presence.on(one, noon + 45s) == std::vector{person(2)});
  CHECK(presence.take_changed(noon + 45s) == std::vector{one});
  CHECK(presence.take_changed(noon + 46s).empty());
  (void)presence.put(one, person(2, PresenceMode::away), noon + 50s);
  CHECK(presence.on(one, noon + 50s).empty());
  CHECK(presence.take_changed(noon + 50s) == std::vector{one});
}

TEST_CASE("what presence keeps is bounded") {
  Presence presence;
  for (std::int64_t i = 1; i <= 40; ++i) (void)presence.put(TicketId{i}, person(1), noon + std::chrono::seconds{i} / 10);
  int there = 0;
  for (std::int64_t i = 1; i <= 40; ++i) there += presence.on(TicketId{i}, noon + 5s).empty() ? 0 : 1;
  CHECK(there == 32);
  CHECK(presence.on(TicketId{8}, noon + 5s).empty());  // the oldest went
  CHECK_FALSE(presence.on(TicketId{9}, noon + 5s).empty());
  for (std::int64_t i = 100; i < 160; ++i) (void)presence.put(two, person(i), noon);
  CHECK(presence.on(two, noon + 1s).size() == 50);
}
