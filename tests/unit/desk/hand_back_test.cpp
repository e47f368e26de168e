// SPDX-License-Identifier: Apache-2.0
// Nothing stays with somebody who was switched off, however much they held.
#include "desk/hand_back.hpp"

#include <algorithm>

#include "desk/command_ticket.hpp"
#include "desk/manage_people.hpp"
#include "support/catch.hpp"
#include "support/desk_fixture.hpp"
#include "support/memory_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;

namespace {

domain::Definitions desk_with_agents() {
  auto definitions = test::return_desk();
  domain::Role role;
  role.name = "agent";
  role.rights = {domain::Right::ticket_read};
  definitions.roles["agent"] = role;
  return definitions;
}

/// li holds tickets of the team support; wang leads it and is away.
struct Leaving {
  test::MemoryDesk desk{desk_with_agents()};
  domain::Principal admin = domain::system_principal("test");
  UserId li, wang;

  Leaving() {
    desk.now = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} + 2h;
    admin.user = UserId{99};
    li = person("li");
    wang = person("wang");
  }
  UserId person(const std::string& login) {
    desk::User user;
    user.login = login;
    user.name = login;
    user.grants = {{"agent", {}}};
    user.memberships = {{"support"}};
    return desk.unit().directory.add_user(user);
  }
  void give_li(int tickets) {
    for (int i = 0; i < tickets; ++i) {
      desk.now += 1s;
      auto unit = desk.unit();
      auto wish = test::a_return(0);
      wish.customer = {};
      const auto made = desk::create_ticket(unit, admin, wish);
      REQUIRE(made);
      domain::AssignTicket assign;
      assign.team = "support";
      assign.assignee = li;
      REQUIRE(desk::command_ticket(unit, admin, made->ticket.id, {}, assign));
    }
  }
  void set_active(bool active) {
    auto unit = desk.unit();
    desk::UserChange change;
    change.active = active;
    const auto changed = desk::change_user(unit, admin, li, {}, change);
    INFO((changed ? std::string{} : changed.error().detail));
    REQUIRE(changed);
  }
  std::int64_t held_by(UserId user) {
    return std::ranges::count_if(desk.rows.tickets,
                                 [&](const auto& entry) { return entry.second.ticket.assignee == user; });
  }
  int slices() {
    int done = 0;
    for (; done < 100; ++done) {
      auto unit = desk.unit();
      auto running = unit.jobs.running();
      if (running.empty()) break;
      desk::run_hand_back_slice(unit, running.front(), 20);
    }
    return done;
  }
};

}  // namespace

TEST_CASE_METHOD(Leaving, "everything that somebody held goes back to the team, more than one list gives too") {
  give_li(450);
  REQUIRE(held_by(li) == 450);
  set_active(false);
  CHECK(held_by(li) > 0);  // not all of it with the one change
  REQUIRE(desk.rows.jobs.size() == 1);
  CHECK(desk.wakes.jobs);
  CHECK(desk.rows.jobs.begin()->second.by == UserId{99});
  CHECK(desk.rows.jobs.begin()->second.total == 450);
  CHECK(slices() > 1);
  CHECK(held_by(li) == 0);
  const auto& job = desk.rows.jobs.begin()->second;
  CHECK(job.state == desk::JobState::done);
  CHECK(job.done == 450);
  CHECK(job.failed == 0);
  CHECK(desk.rows.job_results.size() == 450);
}

TEST_CASE_METHOD(Leaving, "the few tickets that most people hold go back at once, and no job is seen") {
  give_li(20);
  set_active(false);
  CHECK(held_by(li) == 0);
  CHECK(desk.rows.jobs.empty());
}

TEST_CASE_METHOD(Leaving, "whoever is switched on again keeps what was not yet handed back") {
  give_li(50);
  set_active(false);
  set_active(true);
  const auto left = held_by(li);
  REQUIRE(left > 0);
  CHECK(slices() == 1);
  CHECK(held_by(li) == left);
  CHECK(desk.rows.jobs.begin()->second.state == desk::JobState::cancelled);
}

TEST_CASE_METHOD(Leaving, "a ticket that can not be dispatched holds up no other, and is named") {
  give_li(30);
  // Its team is no longer in the definitions.
  desk.rows.tickets.begin()->second.ticket.team = "gone";
  set_active(false);
  slices();
  CHECK(held_by(li) == 1);
  const auto& job = desk.rows.jobs.begin()->second;
  CHECK(job.failed == 1);
  const auto failed = std::ranges::find_if(desk.rows.job_results,
                                           [](const auto& entry) { return entry.second.outcome != "done"; });
  REQUIRE(failed != desk.rows.job_results.end());
  CHECK(failed->second.item == desk.rows.tickets.begin()->first.value);
  CHECK_FALSE(failed->second.detail.empty());
}
