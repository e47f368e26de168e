// SPDX-License-Identifier: Apache-2.0
// Triggers over what happened, then the clocks, until nothing new comes of it.
#include <algorithm>

#include "domain/sla/clocks.hpp"
#include "domain/ticket/acts.hpp"

namespace docket::domain {
namespace {

bool looks_at(const Trigger& trigger, std::string_view kind) {
  return std::ranges::find(trigger.on, kind) != trigger.on.end();
}

void run_triggers_on(Deciding& deciding, std::size_t event) {
  const auto kind = kind_of(deciding.events()[event].event);
  if (kind == RuleFired::kind) return;  // the trace of a rule is no fact of its own
  for (const auto& trigger : deciding.active().triggers) {
    if (!looks_at(trigger, kind) || deciding.in_chain(trigger, event)) continue;
    if (!holds(trigger.when, TicketSource(deciding.ticket(), deciding.now(), &deciding.events()[event]))) continue;
    run_actions(deciding, "trigger " + trigger.name, trigger.actions, event, &trigger);
    if (deciding.full()) return;
  }
}

}  // namespace

bool settle_clocks_only(Deciding& deciding) {
  constexpr int rounds = 8;
  for (int round = 0; round < rounds; ++round) {
    auto events = settle_clocks(deciding.ticket(), deciding.counting(), deciding.pinned(), deciding.now());
    if (events.empty()) return true;
    for (auto& event : events) deciding.emit_as("clock", std::move(event));
  }
  // A publication from before this was refused may have such clocks. The ticket goes on, and its history says why.
  RuleFired trace;
  trace.rule = "clocks";
  trace.refused = {"the clocks start and end each other; they stay as they are"};
  deciding.emit_as("clock", std::move(trace));
  return false;
}

void settle(Deciding& deciding, std::size_t first) {
  do {
    for (; first < deciding.events().size() && !deciding.full(); ++first) run_triggers_on(deciding, first);
    first = deciding.events().size();
    if (!settle_clocks_only(deciding)) return;
  } while (first < deciding.events().size() && !deciding.full());
}

}  // namespace docket::domain
