// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/evolve_clocks.hpp"

#include <algorithm>

namespace docket::domain {
namespace {

ClockRun* find_run(std::vector<ClockRun>& clocks, std::string_view clock, int run) {
  const auto it = std::ranges::find_if(clocks, [&](const ClockRun& r) { return r.run == run && r.clock == clock; });
  return it == clocks.end() ? nullptr : &*it;
}

}  // namespace

void evolve_clock(std::vector<ClockRun>& clocks, const ClockStarted& event, Time at) {
  ClockRun run;
  run.clock = event.clock;
  run.run = event.run;
  run.policy = event.policy;
  run.scope = event.scope;
  run.calendar = event.calendar;
  run.goal = event.goal;
  run.started_at = at;
  run.paused = event.paused;
  run.as_of = at;
  run.due_at = event.due_at;
  run.next_at = event.next_at;
  const auto earlier = std::ranges::find(clocks, event.clock, &ClockRun::clock);
  if (earlier != clocks.end()) {
    *earlier = std::move(run);  // only the latest run of a clock is kept
  } else {
    clocks.push_back(std::move(run));
  }
}

void evolve_clock(std::vector<ClockRun>& clocks, const ClockChanged& event, Time) {
  auto* run = find_run(clocks, event.clock, event.run);
  if (run == nullptr) return;
  if (event.change != ClockChange::adopted) run->paused = event.change != ClockChange::resumed;
  if (event.change == ClockChange::continued) run->ended_at.reset();
  if (event.scope) run->scope = *event.scope;
  run->calendar = event.calendar;
  run->counted = event.counted;
  run->as_of = event.as_of;
  run->due_at = event.due_at;
  run->next_at = event.next_at;
}

void evolve_clock(std::vector<ClockRun>& clocks, const ClockWarned& event, Time) {
  auto* run = find_run(clocks, event.clock, event.run);
  if (run == nullptr) return;
  if (run->warned.size() < max_warnings_per_run) run->warned.push_back(event.warning);
  run->next_at = event.next_at;
}

void evolve_clock(std::vector<ClockRun>& clocks, const ClockBreached& event, Time) {
  auto* run = find_run(clocks, event.clock, event.run);
  if (run == nullptr) return;
  run->breached_at = event.due;
  run->next_at = event.next_at;
}

void evolve_clock(std::vector<ClockRun>& clocks, const ClockEnded& event, Time at) {
  auto* run = find_run(clocks, event.clock, event.run);
  if (run == nullptr) return;
  run->counted = event.counted;
  run->as_of = at;
  run->ended_at = at;
  run->paused = false;
  run->due_at.reset();
  run->next_at.reset();
}

const ClockRun* active_run(const std::vector<ClockRun>& clocks, std::string_view clock) {
  const auto it = std::ranges::find_if(clocks, [&](const ClockRun& r) { return !r.ended_at && r.clock == clock; });
  return it == clocks.end() ? nullptr : &*it;
}

}  // namespace docket::domain
