// SPDX-License-Identifier: Apache-2.0
// What time does to clocks: warnings and breaches that fell due.
#include <tuple>

#include "domain/sla/clock_rules.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/sla/evolve_clocks.hpp"

namespace docket::domain {
namespace {

struct DueMoment {
  const ClockRun* run = nullptr;
  Moment moment{};
  Time due{};
  const std::vector<Warning>* warnings = nullptr;
};

bool earlier(const DueMoment& a, const DueMoment& b) {
  return std::tie(a.due, a.moment.rank) < std::tie(b.due, b.moment.rank);
}

std::optional<DueMoment> due_on(const ClockRun& run, const Ticket& ticket, const Definitions& active,
                                const Definitions& pinned, Time now) {
  if (run.ended_at || run.paused || !run.next_at || *run.next_at > now) return std::nullopt;
  const auto* warnings = warnings_of(run, active, pinned, ticket.workflow);
  const auto moment = next_moment(run, warnings);
  if (!moment) return std::nullopt;
  const auto due = time_of(run, moment->at, active.calendar(run.calendar));
  if (!due || *due > now) return std::nullopt;
  return DueMoment{&run, *moment, *due, warnings};
}

}  // namespace

std::optional<DueClockEvent> next_due_clock_event(const Ticket& ticket, const Definitions& active,
                                                  const Definitions& pinned, Time now) {
  std::optional<DueMoment> first;
  for (const auto& run : ticket.clocks) {
    const auto candidate = due_on(run, ticket, active, pinned, now);
    if (candidate && (!first || earlier(*candidate, *first))) first = candidate;
  }
  if (!first) return std::nullopt;

  const auto& run = *first->run;
  const auto& calendar = active.calendar(run.calendar);
  std::vector<ClockRun> after{run};
  DueClockEvent out;
  if (first->moment.warning == nullptr) {
    ClockBreached breached{run.clock, run.run, first->due, std::nullopt};
    evolve_clock(after, breached, now);
    arm(after.front(), calendar, first->warnings);
    breached.next_at = after.front().next_at;
    out.event = std::move(breached);
    out.rule = "breach " + run.clock;
  } else {
    ClockWarned warned{run.clock, run.run, name_of(first->moment), first->due, std::nullopt};
    evolve_clock(after, warned, now);
    arm(after.front(), calendar, first->warnings);
    warned.next_at = after.front().next_at;
    out.event = std::move(warned);
    out.actions = first->moment.warning->actions;
    out.rule = "warning " + run.clock + "." + first->moment.warning->name;
  }
  return out;
}

}  // namespace docket::domain
