// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>

#include "domain/dispatch/dispatch.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::domain;

namespace {

Candidate present(std::int64_t id, int load = 0, int capacity = 20) {
  Candidate candidate;
  candidate.user = UserId{id};
  candidate.presence = Presence::online;
  candidate.load = load;
  candidate.capacity = capacity;
  return candidate;
}

DispatchQuery query(DispatchBy by = DispatchBy::load) {
  DispatchQuery asked;
  asked.team = "support";
  asked.by = by;
  return asked;
}

PassedOver reason_of(const DispatchChoice& choice, std::int64_t id) {
  const auto found = std::ranges::find(choice.passed_over, UserId{id}, &PassedOverCandidate::user);
  REQUIRE(found != choice.passed_over.end());
  return found->reason;
}

}  // namespace

TEST_CASE("load chooses by share of capacity, then load, then who waited longest, then the lower id") {
  CHECK(choose_agent(query(), {present(1, 5, 10), present(2, 8, 20)}).assignee == UserId{2});
  CHECK(choose_agent(query(), {present(1, 4, 20), present(2, 2, 10)}).assignee == UserId{2});
  auto long_ago = present(7, 1);
  long_ago.last_assigned_at = Time{std::chrono::seconds{10}};
  auto just_now = present(3, 1);
  just_now.last_assigned_at = Time{std::chrono::seconds{20}};
  CHECK(choose_agent(query(), {just_now, long_ago}).assignee == UserId{7});
  CHECK(choose_agent(query(), {just_now, long_ago, present(9, 1)}).assignee == UserId{9});
  CHECK(choose_agent(query(), {present(2), present(1)}).assignee == UserId{1});
}

TEST_CASE("between equal loads it was the turn that passed somebody over, and says so") {
  const auto choice = choose_agent(query(), {present(1, 2), present(2, 2), present(3, 4)});
  CHECK(choice.assignee == UserId{1});
  CHECK(reason_of(choice, 2) == PassedOver::later_turn);
  CHECK(reason_of(choice, 3) == PassedOver::more_load);
}

TEST_CASE("turn takes whoever was assigned longest ago, whatever the load") {
  auto a = present(1, 0);
  a.last_assigned_at = Time{std::chrono::seconds{20}};
  auto b = present(2, 9);
  b.last_assigned_at = Time{std::chrono::seconds{10}};
  const auto choice = choose_agent(query(DispatchBy::turn), {a, b});
  CHECK(choice.assignee == UserId{2});
  CHECK(choice.assignee_load == 9);
  CHECK(reason_of(choice, 1) == PassedOver::later_turn);
}

TEST_CASE("the last handler has the ticket again when able, else load decides") {
  auto asked = query(DispatchBy::last_handler);
  asked.last_handler = UserId{2};
  const auto again = choose_agent(asked, {present(1, 0), present(2, 5)});
  CHECK(again.assignee == UserId{2});
  CHECK(reason_of(again, 1) == PassedOver::not_last_handler);
  auto absent = present(2, 5);
  absent.presence = Presence::off;
  const auto other = choose_agent(asked, {present(1, 0), absent, present(3, 1)});
  CHECK(other.assignee == UserId{1});
  CHECK(reason_of(other, 3) == PassedOver::more_load);
}

TEST_CASE("nobody is chosen by hand") {
  const auto choice = choose_agent(query(DispatchBy::by_hand), {present(1), present(2)});
  CHECK_FALSE(choice.assignee);
  CHECK(choice.passed_over.empty());
}

TEST_CASE("whoever can not take it is passed over with the reason") {
  std::vector<Candidate> people;
  for (std::int64_t id = 1; id <= 8; ++id) people.push_back(present(id));
  people[0].active = false;
  people[1].presence = Presence::off;
  people[2].presence = Presence::away;
  people[3].on_shift = false;
  people[4].load = people[4].capacity;
  people[5].regions = {"north"};
  people[5].skills = {"refund"};
  people[6].skills = {"refund"};
  people[6].product_lines = {"phones"};
  auto asked = query();
  asked.skills = {"refund"};
  asked.region = "south";
  asked.product_line = "laptops";
  const auto choice = choose_agent(asked, people);
  CHECK_FALSE(choice.assignee);
  CHECK(reason_of(choice, 1) == PassedOver::inactive);
  CHECK(reason_of(choice, 2) == PassedOver::off);
  CHECK(reason_of(choice, 3) == PassedOver::away);
  CHECK(reason_of(choice, 4) == PassedOver::off_shift);
  CHECK(reason_of(choice, 5) == PassedOver::full);
  CHECK(reason_of(choice, 6) == PassedOver::region);
  CHECK(reason_of(choice, 7) == PassedOver::product_line);
  CHECK(reason_of(choice, 8) == PassedOver::skill);
  CHECK(choice.passed_over.front().user == UserId{7});  // nearest first
}

TEST_CASE("a team without presence goes by shifts alone, and busy people are there") {
  auto asked = query();
  auto unseen = present(1);
  unseen.presence = Presence::off;
  auto on_leave = present(2);
  on_leave.on_shift = false;
  asked.respect_presence = false;
  CHECK(choose_agent(asked, {on_leave, unseen}).assignee == UserId{1});
  asked.respect_presence = true;
  auto busy = present(3);
  busy.presence = Presence::busy;
  CHECK(choose_agent(asked, {unseen, busy}).assignee == UserId{3});
}

TEST_CASE("at most fifty passed over are told, the rest are counted") {
  std::vector<Candidate> people;
  for (std::int64_t id = 1; id <= 80; ++id) people.push_back(present(id, static_cast<int>(id % 20)));
  const auto choice = choose_agent(query(), people);
  CHECK(choice.passed_over.size() == 50);
  CHECK(choice.passed_over_more == 29);
}

TEST_CASE("the choice does not depend on the order of the candidates and never falls on somebody who is not there") {
  const auto seed = Catch::rngSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Candidate> people;
    const int count = below(12);
    for (int i = 0; i < count; ++i) {
      auto candidate = present(i + 1, below(6), below(6));
      candidate.active = below(5) != 0;
      candidate.presence = static_cast<Presence>(below(4));
      candidate.on_shift = below(4) != 0;
      if (below(2) == 0) candidate.last_assigned_at = Time{std::chrono::seconds{below(5)}};
      people.push_back(candidate);
    }
    auto asked = query(static_cast<DispatchBy>(below(3)));
    asked.last_handler = UserId{below(6)};
    const auto choice = choose_agent(asked, people);
    std::shuffle(people.begin(), people.end(), random);
    CHECK(choose_agent(asked, people) == choice);
    const auto able = [](const Candidate& c) {
      const bool there = c.presence == Presence::online || c.presence == Presence::busy;
      return c.active && c.on_shift && there && c.load < c.capacity;
    };
    CHECK(static_cast<bool>(choice.assignee) == std::ranges::any_of(people, able));
    if (choice.assignee) CHECK(able(*std::ranges::find(people, choice.assignee, &Candidate::user)));
  }
}
