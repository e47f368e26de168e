// SPDX-License-Identifier: Apache-2.0
// A desk that is lived at random: tickets, replies, holds, transfers, reopenings, undos, merges, time.
#pragma once

#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "desk/command_ticket.hpp"
#include "desk/ports/database.hpp"
#include "support/desk_fixture.hpp"

namespace docket::test {

inline CustomerId add_people(desk::Database& database) {
  const auto customer = desk::write_and_wait(database, [](desk::Unit& unit) -> Result<CustomerId> {
    const auto roster = return_roster();
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
  if (!customer) throw std::runtime_error(customer.error().detail);
  return *customer;
}

/// Commands at random; the same seed does the same to every database.
class DeskLife {
 public:
  DeskLife(desk::Database& database, std::uint64_t seed, std::function<void(Duration)> advance)
      : database_(database), random_(seed), advance_(std::move(advance)), customer_(add_people(database)) {}

  void live(int steps) {
    for (int step = 0; step < steps; ++step) {
      advance_(std::chrono::minutes{below(300)});
      if (tickets_.size() < 3 || below(12) == 0) {
        create();
      } else {
        act();
      }
    }
  }
  [[nodiscard]] int tickets() const { return static_cast<int>(tickets_.size()); }
  int done = 0;

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return *(list.begin() + below(static_cast<int>(list.size())));
  }

  void create() {
    auto wish = a_return(0);
    wish.customer = {};
    wish.customer.customer = customer_;
    wish.channel = one_of<std::string>({"portal", "email", "phone"});
    wish.region = one_of<std::string>({"", "north", "south"});
    wish.priority = one_of({domain::Priority::low, domain::Priority::normal, domain::Priority::urgent});
    run([&](desk::Unit& unit) {
      auto made = desk::create_ticket(unit, everyone_, wish);
      if (made) tickets_.push_back(made->ticket.id);
      return made;
    });
  }

  TicketId any_ticket() { return tickets_[static_cast<std::size_t>(below(static_cast<int>(tickets_.size())))]; }

  void act() {
    const TicketId id = any_ticket();
    const TicketId other = any_ticket();
    if (below(40) == 0) {
      run([&](desk::Unit& unit) { return desk::merge_tickets(unit, everyone_, id, other, {}); });
      return;
    }
    if (below(10) == 0) {
      const domain::RateTicket rating{1 + below(5), ""};
      run([&](desk::Unit& unit) { return desk::command_ticket(unit, everyone_, id, {}, rating); });
      return;
    }
    const auto command = this->command();
    const auto by = below(3) == 0 ? everyone_ : lead(1 + below(9), "somebody", {"support", "quality", "finance"});
    std::int64_t before = 0, after = 0;
    run([&](desk::Unit& unit) {
      before = unit.tickets.load(id)->version;
      auto made = desk::command_ticket(unit, by, id, {}, command);
      if (made) after = made->ticket.version;
      return made;
    });
    if (below(4) != 0 || after == before) return;
    advance_(std::chrono::minutes{below(300)});
    run([&](desk::Unit& unit) { return desk::put_back_ticket(unit, everyone_, id, before, after, "act"); });
  }

  domain::TicketCommand command() {
    switch (below(10)) {
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
      case 6: {
        domain::ChangeType change{one_of<std::string>({"return", "exchange", "repair"}), {{"order", std::string{"20260302"}}}};
        if (change.type == "repair") change.fields["device"] = std::string{"kettle"};
        return change;
      }
      default: {
        domain::MoveTicket move;
        move.transition = one_of<std::string>(
            {"inspect", "pass", "refund", "confirm", "close", "reopen", "cancel", "ask_stock", "stock_answered", "send_back",
             "fix", "finish", "end"});
        if (move.transition == "pass") move.fields["amount"] = std::int64_t{10};
        move.message = "已处理";
        move.reply = true;
        return move;
      }
    }
  }

  template <class Work>
  void run(Work work) {
    // A slice runs once: `work` goes on with what it drew.
    const auto outcome = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
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
  const domain::Principal everyone_ = domain::system_principal("test");
  std::vector<TicketId> tickets_;
};

/// Reads reports of the teams, all of whose tickets are seen.
inline domain::Principal report_reader(const std::vector<std::string>& teams) {
  auto principal = lead(1, "wang", teams);
  for (const auto& team : teams) principal.team_rights[team].set(static_cast<std::size_t>(domain::Right::report_read));
  return principal;
}

}  // namespace docket::test
