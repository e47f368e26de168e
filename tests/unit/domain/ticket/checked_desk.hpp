// SPDX-License-Identifier: Apache-2.0
// A desk with one ticket whose every decision is checked for what must hold of all of them.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "domain/sla/clocks.hpp"
#include "support/both_languages.hpp"
#include "support/catch.hpp"
#include "support/desk_fixture.hpp"

namespace docket::test {

using namespace domain;
using namespace std::chrono_literals;

/// Monday 2026-03-02, 10:00 in Shanghai, in office hours.
inline const Time monday = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} + 2h;

class CheckedDesk {
 public:
  explicit CheckedDesk(Definitions definitions = return_desk()) { publish(std::move(definitions)); }

  void publish(Definitions definitions) {
    active = std::make_shared<const Definitions>(std::move(definitions));
    bundles.add(active);
  }

  Result<Decision> decide(const Principal& who, const TicketCommand& command) {
    Context context;
    context.now = now;
    context.principal = &who;
    context.active = active;
    context.bundles = &bundles;
    context.roster = &roster;
    const Ticket before = ticket;
    const auto* given = std::holds_alternative<CreateTicket>(command) ? nullptr : &before;
    auto decision = domain::decide(given, command, context);
    const auto again = domain::decide(given, command, context);
    REQUIRE(again.has_value() == decision.has_value());
    if (!decision) {
      CHECK(again.error() == decision.error());
      CHECK(english_only(decision.error()) == "");
      return decision;
    }
    CHECK(again->events == decision->events);
    check(given == nullptr ? Ticket{} : before, *decision);
    return decision;
  }

  /// The decision, taken; the ticket is what it gives.
  Decision run(const Principal& who, const TicketCommand& command) {
    auto decision = decide(who, command);
    if (!decision) {
      INFO(decision.error().detail);
      REQUIRE(decision.has_value());
    }
    ticket = decision->ticket;
    for (const auto& event : decision->events) history.push_back(event);
    return std::move(*decision);
  }

  Error refused(const Principal& who, const TicketCommand& command) {
    const auto decision = decide(who, command);
    REQUIRE_FALSE(decision.has_value());
    return decision.error();
  }

  Decision pass_time(Duration by) {
    now += by;
    return run(system_principal("time"), PassTime{});
  }

  /// Moves the ticket on by steps, as the system.
  void walk(const std::vector<std::string>& steps) {
    for (const auto& step : steps) {
      MoveTicket move;
      move.transition = step;
      move.message = "done";
      move.fields = step == "pass" || step == "submit" ? Fields{{"amount", std::int64_t{100}}} : Fields{};
      run(system_principal("walk"), move);
    }
  }

  FixedRoster roster = return_roster();
  FixedBundles bundles;
  std::shared_ptr<const Definitions> active;
  Time now = monday;
  Ticket ticket;
  std::vector<RecordedEvent> history;

 private:
  void check(Ticket replayed, const Decision& decision) {
    auto sequence = replayed.version;
    const auto id = decision.ticket.id;
    for (const auto& event : decision.events) {
      CHECK(event.sequence == ++sequence);
      CHECK(event.at >= replayed.updated_at);
      replayed = evolve(std::move(replayed), id, event);
    }
    CHECK(replayed == decision.ticket);
    CHECK(decision.events.size() <= 200);
    if (decision.events.empty()) return;
    const auto counting = bundles.get(decision.ticket.bundle);
    const auto pinned = bundles.get(decision.ticket.workflow_bundle);
    const Time at = decision.events.back().at;
    CHECK(settle_clocks(decision.ticket, *counting, *pinned, at).empty());
    CHECK(pinned->workflows.at(decision.ticket.workflow).find_state(decision.ticket.state) != nullptr);
    std::vector<std::int64_t> said, stored;
    for (const auto& event : decision.events) {
      if (const auto* message = std::get_if<MessageAdded>(&event.event)) said.push_back(message->number);
    }
    for (const auto& message : decision.messages) stored.push_back(message.number);
    CHECK(said == stored);
  }
};

/// All events of a kind in a decision.
template <class E>
std::vector<E> events_of(const std::vector<RecordedEvent>& events) {
  std::vector<E> out;
  for (const auto& event : events) {
    if (const auto* found = std::get_if<E>(&event.event)) out.push_back(*found);
  }
  return out;
}
template <class E>
std::vector<E> events_of(const Decision& decision) {
  return events_of<E>(decision.events);
}

/// The trace of a rule, or null.
inline const RuleFired* trace_of(const Decision& decision, const std::string& rule) {
  for (const auto& event : decision.events) {
    const auto* fired = std::get_if<RuleFired>(&event.event);
    if (fired != nullptr && fired->rule == rule) return fired;
  }
  return nullptr;
}

/// The desk with the clocks that a desk names without saying what they are.
inline Definitions with_standard_clocks() {
  auto desk = return_desk();
  SlaPolicy policy;
  policy.name = "standard";
  for (const auto& [name, goal] : {std::pair{"first_response", 2h}, std::pair{"next_response", 1h}, std::pair{"resolution", 4h}}) {
    auto clock = *standard_clock(name);
    clock.goals = {{{}, goal}};
    policy.clocks.push_back(std::move(clock));
  }
  desk.sla = {std::move(policy)};
  return desk;
}

/// The latest run of a clock.
inline const ClockRun& run_of(const Ticket& ticket, std::string_view clock) {
  const auto found = std::ranges::find(ticket.clocks, clock, &ClockRun::clock);
  REQUIRE(found != ticket.clocks.end());
  return *found;
}

inline MoveTicket move_to(std::string transition, std::string message = {}) {
  MoveTicket move;
  move.transition = std::move(transition);
  move.message = std::move(message);
  return move;
}

inline AddMessage message(MessageKind kind, std::string body) {
  AddMessage add;
  add.kind = kind;
  add.body = std::move(body);
  return add;
}

}  // namespace docket::test
