// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/timers.hpp"

#include <algorithm>

namespace docket::domain {
namespace {

/// The end of the wait that began at `from`. None: the calendar has not that much working time left.
std::optional<Time> end_of(const AutoMove& move, Time from, const Definitions& pinned, const Definitions& active) {
  if (move.calendar.empty()) return from + move.after;
  // The published calendar knows the newest holidays; the pinned one stands in when a publication took it away.
  const auto& source = active.calendars.contains(move.calendar) ? active : pinned;
  return source.calendar(move.calendar).add(from, move.after);
}

void take_earlier(std::optional<DueTimer>& best, DueTimer candidate) {
  if (!best || candidate.at < best->at) best = std::move(candidate);
}

}  // namespace

std::optional<DueTimer> next_auto_move(const Ticket& ticket, const Definitions& pinned, const Definitions& active) {
  if (ticket.merged_into) return {};
  const bool working = ticket.category == StateCategory::new_ || ticket.category == StateCategory::open;
  if (ticket.hold && working) return {};
  const auto workflow = pinned.workflows.find(ticket.workflow);
  if (workflow == pinned.workflows.end()) return {};
  const auto* state = workflow->second.find_state(ticket.state);
  if (state == nullptr) return {};
  std::optional<DueTimer> best;
  for (const auto& move : state->auto_moves) {
    if (std::ranges::find(ticket.skipped_moves, move.transition) != ticket.skipped_moves.end()) continue;
    if (const auto at = end_of(move, ticket.entered_at, pinned, active)) {
      take_earlier(best, {DueTimer::Kind::auto_move, *at, {}, move.transition});
    }
  }
  return best;
}

const Guest* next_guest_reminder(const Ticket& ticket) {
  const bool works = ticket.category != StateCategory::resolved && ticket.category != StateCategory::closed;
  if (ticket.merged_into || !works) return nullptr;
  const Guest* first = nullptr;
  for (const auto& guest : ticket.guests) {
    if (guest.remind_at && (first == nullptr || *guest.remind_at < *first->remind_at)) first = &guest;
  }
  return first;
}

std::optional<DueTimer> next_timer(const Ticket& ticket, const Definitions& pinned, const Definitions& active) {
  std::optional<DueTimer> best;
  for (const auto& run : ticket.clocks) {
    if (!run.ended_at && !run.paused && run.next_at)
      take_earlier(best, {DueTimer::Kind::clock, *run.next_at, run.clock, {}});
  }
  if (ticket.hold && ticket.hold->until) take_earlier(best, {DueTimer::Kind::hold_end, *ticket.hold->until, {}, {}});
  if (const auto* guest = next_guest_reminder(ticket)) {
    take_earlier(best, {DueTimer::Kind::guest_reminder, *guest->remind_at, {}, {}, guest->id});
  }
  if (auto move = next_auto_move(ticket, pinned, active)) take_earlier(best, std::move(*move));
  return best;
}

}  // namespace docket::domain
