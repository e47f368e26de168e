// SPDX-License-Identifier: Apache-2.0
// What time itself does to a ticket, in order of when it fell due, and going over to newly published definitions.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/due.hpp"
#include "domain/ticket/timers.hpp"

namespace docket::domain {
namespace {

Time due_time(const TicketEvent& event) {
  if (const auto* warned = std::get_if<ClockWarned>(&event)) return warned->due;
  if (const auto* breached = std::get_if<ClockBreached>(&event)) return breached->due;
  return {};
}

void do_clock_event(Deciding& deciding, DueClockEvent due) {
  const auto first = deciding.events().size();
  deciding.emit_as("clock", std::move(due.event));
  run_actions(deciding, due.rule, due.actions, first);
  settle(deciding, first);
}

void end_hold(Deciding& deciding) {
  const auto first = deciding.events().size();
  deciding.emit_as("hold", Resumed{true, deciding.ticket().hold->until});
  settle(deciding, first);
}

void move_by_time(Deciding& deciding, const DueTimer& due) {
  const auto first = deciding.events().size();
  const auto* transition = deciding.workflow().find_transition(due.transition, deciding.ticket().state);
  std::string reason = "There is no such step from here.";
  if (transition != nullptr) {
    const Deciding::RuleScope scope(deciding, "time", Deciding::no_event, nullptr);
    Step step;
    step.due = due.at;
    const auto moved = make_move(deciding, *transition, std::move(step));
    reason = moved ? std::string{} : moved.error().detail;
  }
  if (!reason.empty()) deciding.emit_as("time", MoveSkipped{due.transition, due.at, std::move(reason)});
  settle(deciding, first);
}

void remind(Deciding& deciding, const Guest& guest) {
  const auto first = deciding.events().size();
  deciding.emit_as("time", GuestReminded{guest.id, guest.name, guest.asked_by, *guest.remind_at});
  settle(deciding, first);
}

/// Does the earliest thing that is due. False: nothing is.
bool do_next(Deciding& deciding) {
  const auto& ticket = deciding.ticket();
  auto clock = next_due_clock_event(ticket, deciding.counting(), deciding.pinned(), deciding.now());
  auto move = next_auto_move(ticket, deciding.pinned(), deciding.counting());
  if (move && move->at > deciding.now()) move.reset();
  const bool hold = ticket.hold && ticket.hold->until && *ticket.hold->until <= deciding.now();
  const auto* guest = next_guest_reminder(ticket);
  if (guest != nullptr && *guest->remind_at > deciding.now()) guest = nullptr;
  // A reminder changes no clock, so that it may come after what fell due beside it.
  if (guest != nullptr && !clock && !hold && !move) {
    remind(deciding, *guest);
    return true;
  }
  if (clock && (!hold || due_time(clock->event) <= *ticket.hold->until) &&
      (!move || due_time(clock->event) <= move->at)) {
    do_clock_event(deciding, std::move(*clock));
  } else if (hold && (!move || *ticket.hold->until <= move->at)) {
    end_hold(deciding);
  } else if (move) {
    move_by_time(deciding, *move);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void do_due_clock_events(Deciding& deciding, Time until) {
  while (!deciding.full()) {
    auto due = next_due_clock_event(deciding.ticket(), deciding.counting(), deciding.pinned(), until);
    if (!due) return;
    do_clock_event(deciding, std::move(*due));
  }
}

Outcome decide_time(Deciding& deciding) {
  while (!deciding.full() && do_next(deciding)) {
  }
  return {};
}

Outcome decide_adopt(Deciding& deciding, const AdoptDefinitions& command) {
  const auto& active = deciding.active();
  const auto& ticket = deciding.ticket();
  if (!deciding.principal().may(Right::definition_publish)) {
    return lacks_right(Right::definition_publish);
  }
  const bool repin = command.take_workflow && ticket.workflow_bundle != active.digest;
  if (ticket.bundle == active.digest && !repin) return {};

  const State* target = nullptr;
  if (repin) {
    const auto workflow = active.workflows.find(ticket.workflow);
    if (workflow == active.workflows.end()) {
      return fail(ErrorCode::conflict,
                  both("The new definitions have no workflow {}.", "新配置里没有流程“{}”。", ticket.workflow));
    }
    const auto& state = command.state.value_or(ticket.state);
    target = workflow->second.find_state(state);
    if (target == nullptr) {
      return fail(ErrorCode::conflict,
                  both("The new workflow {0} has no state {1}; the publication must map it.",
                       "新流程{2}没有节点“{1}”，发布时须指定对应的节点。", ticket.workflow, state,
                       zh_quoted(workflow->second.title, ticket.workflow)));
    }
  }

  // Nothing that has happened already is counted anew, so the publication takes effect on this ticket no earlier.
  const auto published_at = std::clamp(command.published_at, ticket.updated_at, deciding.now());
  do_due_clock_events(deciding, published_at);
  const auto before = deciding.bundle(ticket.bundle);
  deciding.emit(Adopted{active.digest, published_at, repin});
  // The clocks go over before the state does: a step that is mapped away has counted until then.
  for (auto& event : adopt_clocks(ticket, *before, active, deciding.pinned(), published_at, deciding.now())) {
    deciding.emit_as("clock", std::move(event));
  }
  const bool moves = target != nullptr && (target->name != ticket.state || target->category != ticket.category);
  if (moves) {
    Moved moved;
    moved.from = ticket.state;
    moved.to = target->name;
    moved.category = target->category;
    moved.reopened = ends(ticket.category) && !ends(target->category);
    deciding.emit(std::move(moved));
    enter_owner(deciding, *target, false);
  }
  if (!ends(ticket.category) && !active.teams.contains(ticket.team)) {
    const auto* rule = find_rule(deciding, {});
    dispatch(deciding, AssignReason::dispatched, rule != nullptr ? rule->team : home_team(deciding), rule);
  }
  // A publication is no step of the ticket: nothing is announced and no trigger looks at it.
  settle_clocks_only(deciding);
  return {};
}

}  // namespace docket::domain
