// SPDX-License-Identifier: Apache-2.0
// Random walks: whatever people do, every decision is sound and the history tells the whole ticket.
#include <array>
#include <random>

#include "support/said.hpp"
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {

class Walk {
 public:
  explicit Walk(std::uint32_t seed) : random_(seed) {
    for (const auto id : desk_.roster.ids())
      agents_.push_back(lead(id, "a" + std::to_string(id), {"support", "quality", "finance", "warehouse"}));
  }

  void run(int steps) {
    auto created = a_return();
    if (below(2) == 0) created.customer.level = "vip";
    desk_.run(someone(), created);
    for (int i = 0; i < steps; ++i) {
      desk_.now += std::chrono::minutes{below(4) == 0 ? below(5'000) : below(60)};
      auto& person = desk_.roster.person(1 + below(9));
      person.presence = static_cast<Presence>(below(4));
      person.load = below(22);
      const auto decision = desk_.decide(below(5) == 0 ? customer(100) : someone(), command());
      if (!decision) continue;
      desk_.ticket = decision->ticket;
      desk_.history.insert(desk_.history.end(), decision->events.begin(), decision->events.end());
    }
    Ticket replayed;
    for (const auto& event : desk_.history) replayed = evolve(std::move(replayed), TicketId{1}, event);
    CHECK(replayed == desk_.ticket);
    CHECK(desk_.ticket.clocks.size() <= 3);
    CHECK(test::in_english(audit_clocks(desk_.history, desk_.bundles)) == std::vector<std::string>{});
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint32_t>(n)); }
  const Principal& someone() { return agents_[static_cast<std::size_t>(below(9))]; }

  TicketCommand command() {
    switch (below(17)) {
      case 0:
        return message(static_cast<MessageKind>(below(3)), "words");
      case 1:
        return AssignTicket{"", below(2) == 0 ? UserId{} : UserId{1 + below(9)}};
      case 2:
        return TakeTicket{};
      case 3:
        return HoldTicket{"parts", "", desk_.now + std::chrono::minutes{1 + below(600)}};
      case 4:
        return ResumeTicket{};
      case 5:
        return UrgeTicket{};
      case 6:
        return Redispatch{};
      case 7:
        return WatchTicket{{UserId{below(9)}}, {UserId{below(9)}}};
      case 8:
        return ReopenTicket{};
      case 9: {
        SetFields set;
        set.change.fields = {{"amount", std::int64_t{below(9'000)}}};
        return set;
      }
      case 10:
        return PassTime{};
      case 11:
        return AssignTicket{"finance", {}};
      case 12: {
        static const std::array<std::string, 3> types{"return", "exchange", "repair"};
        ChangeType change{types[static_cast<std::size_t>(below(3))], {{"order", std::string{"20260302"}}}};
        if (change.type == "repair") change.fields["device"] = std::string{"kettle"};
        return change;
      }
      default: {
        const auto& transitions = desk_.active->workflows.at(desk_.ticket.workflow).transitions;
        auto move =
            move_to(transitions[static_cast<std::size_t>(below(static_cast<int>(transitions.size())))].name, "words");
        if (below(2) == 0) move.fields = {{"amount", std::int64_t{below(9'000)}}};
        return move;
      }
    }
  }

  std::mt19937 random_;
  CheckedDesk desk_{with_more_types()};
  std::vector<Principal> agents_;
};

}  // namespace

TEST_CASE("random walks") {
  const auto first = Catch::rngSeed();
  for (std::uint32_t seed = first; seed < first + 60; ++seed) {
    INFO("seed " << seed);
    Walk(seed).run(80);
  }
}
