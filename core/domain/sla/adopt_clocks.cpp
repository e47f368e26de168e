// SPDX-License-Identifier: Apache-2.0
// Running clocks over a publication: what lies before it stays counted as it was, what lies after it is new.
#include <algorithm>

#include "domain/sla/clock_rules.hpp"
#include "domain/sla/clocks.hpp"

namespace docket::domain {
namespace {

/// The calendar that the new definitions give the clock of a run: the same one if they do not know the clock.
const std::string& calendar_after(const ClockRun& run, const Ticket& ticket, const Definitions& after,
                                  const Definitions& pinned) {
  if (run.clock == step_clock) {
    const auto* state = find_state(pinned, ticket.workflow, run.policy);
    return calendar_of(after, state == nullptr ? run.calendar : state->calendar).name;
  }
  const auto* clock = find_clock(after, run.policy, run.clock);
  return calendar_of(after, clock == nullptr ? run.calendar : clock->calendar).name;
}

}  // namespace

std::vector<TicketEvent> adopt_clocks(const Ticket& ticket, const Definitions& before, const Definitions& after,
                                      const Definitions& pinned, Time published_at, Time now) {
  std::vector<TicketEvent> events;
  for (const auto& run : ticket.clocks) {
    if (run.ended_at) continue;
    const auto& old_calendar = before.calendar(run.calendar);
    auto next = run;
    next.calendar = calendar_after(run, ticket, after, pinned);
    next.as_of = std::max(run.as_of, std::min(published_at, now));
    if (!run.paused) {
      if (!run.breached_at && run.due_at && *run.due_at <= next.as_of) {
        next.breached_at = run.due_at;
        events.emplace_back(ClockBreached{run.clock, run.run, *run.due_at, std::nullopt});
      }
      next.counted += old_calendar.working_time(run.as_of, next.as_of);
    }
    arm(next, after.calendar(next.calendar), warnings_of(run, after, pinned, ticket.workflow));
    // Nothing to record where the new rules come to the same: then counting from the earlier instant is right as well,
    // unless something fell due before the publication that was not done.
    const bool overdue = next.next_at && *next.next_at <= next.as_of;
    const bool same_past =
        after.calendar(next.calendar).working_time(run.as_of, next.as_of) == next.counted - run.counted;
    const bool same = !overdue && next.calendar == run.calendar && next.breached_at == run.breached_at &&
                      next.due_at == run.due_at && next.next_at == run.next_at && (run.paused || same_past);
    if (same) continue;
    events.emplace_back(ClockChanged{run.clock, run.run, ClockChange::adopted, next.calendar, next.counted, next.as_of,
                                     next.due_at, next.next_at, "publication"});
  }
  return events;
}

}  // namespace docket::domain
