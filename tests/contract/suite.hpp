// SPDX-License-Identifier: Apache-2.0
// The desks on which the suites of the contract run: one in memory, one on SQLite, each with its people and a customer.
#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "desk/command_ticket.hpp"
#include "support/desk_fixture.hpp"
#include "support/memory_desk.hpp"
#include "support/sqlite_desk.hpp"

namespace docket::test {

inline const Time start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + std::chrono::hours{2}};  // Monday 10:00 in Shanghai

struct MemoryHarness {
  MemoryDesk desk{return_desk()};
  MemoryHarness() { desk.now = start; }
  desk::Database& database() { return desk; }
  void advance(Duration by) { desk.now += by; }
  void reopen() {}
};

struct SqliteHarness {
  SqliteDesk desk{return_desk(), start};
  desk::Database& database() { return *desk.database; }
  void advance(Duration by) { desk.clock.advance(by); }
  void reopen() {
    desk.close();
    desk.open();
  }
};

template <class Harness>
struct Suite : Harness {
  CustomerId customer{};

  Suite() {
    must([&](desk::Unit& unit) -> Result<void> {
      const auto roster = return_roster();
      for (const auto id : roster.ids()) {
        const auto teams = roster.teams_of(id);
        desk::User user;
        for (const auto& member : roster.members(teams.front())) {
          if (member.user.value != id) continue;
          user.login = member.login;
          user.name = "name of " + member.login;
          for (const auto& team : teams) user.memberships.push_back({team, member.lead});
        }
        user.presence = domain::Presence::online;
        user.created_at = unit.now;
        (void)unit.directory.add_user(user);
      }
      desk::Customer one;
      one.name = "王小姐";
      one.phone = "+86 138 0000 1111";
      one.email = "Wang@Example.com";
      one.created_at = unit.now;
      customer = unit.directory.add_customer(one);
      return {};
    });
  }

  template <class Work>
  void must(Work work) {
    const auto outcome = desk::write_and_wait(this->database(), std::move(work));
    if (!outcome) throw std::runtime_error(outcome.error().detail);
  }

  template <class Work>
  auto ask(Work work) {
    using Value = std::invoke_result_t<Work&, const desk::Reading&>;
    auto outcome =
        desk::read_and_wait(this->database(), [&](const desk::Reading& r) -> Result<Value> { return work(r); });
    if (!outcome) throw std::runtime_error(outcome.error().detail);
    return *std::move(outcome);
  }

  domain::CreateTicket wish() {
    auto command = a_return(0);
    command.customer = {};
    command.customer.customer = customer;
    return command;
  }

  domain::Ticket create(const domain::Principal& by = domain::system_principal("test")) {
    domain::Ticket made;
    must([&](desk::Unit& unit) -> Result<void> {
      auto outcome = desk::create_ticket(unit, by, wish());
      if (!outcome) return std::unexpected(outcome.error());
      made = outcome->ticket;
      return {};
    });
    return made;
  }

  domain::Ticket command(TicketId id, const domain::TicketCommand& what,
                         const domain::Principal& by = domain::system_principal("test")) {
    domain::Ticket after;
    must([&](desk::Unit& unit) -> Result<void> {
      auto outcome = desk::command_ticket(unit, by, id, {}, what);
      if (!outcome) return std::unexpected(outcome.error());
      after = outcome->ticket;
      return {};
    });
    return after;
  }
};

inline const domain::Principal everyone = domain::system_principal("test");

}  // namespace docket::test
