// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/clock_rules.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "domain/sla/evolve_clocks.hpp"

namespace docket::domain {
namespace {

Duration first_at(const Warning& warning, Duration goal) {
  if (warning.at_percent) return goal / 100 * *warning.at_percent + goal % 100 * *warning.at_percent / 100;
  if (warning.before) return goal - *warning.before;
  return goal + warning.after.value_or(Duration{});
}

Moment moment_of(const Warning& warning, int repeat, Duration goal) {
  const auto at = first_at(warning, goal) + repeat * warning.repeat.value_or(Duration{});
  return {at, warning.after || at > goal ? 2 : 0, &warning, repeat};
}

int repeats_of(const Warning& warning) {
  return warning.repeat ? std::max(warning.times, 0) : 0;
}

/// How often the warning was given: itself and its repeats.
int times_given(const ClockRun& run, const Warning& warning) {
  return static_cast<int>(std::ranges::count_if(run.warned, [&](const std::string& done) {
    return done.starts_with(warning.name) && (done.size() == warning.name.size() || done[warning.name.size()] == '#');
  }));
}

bool earlier(const Moment& a, const Moment& b) {
  return std::tie(a.at, a.rank) < std::tie(b.at, b.rank);
}

}  // namespace

NamedCalendar calendar_of(const Definitions& definitions, const std::string& name) {
  if (const auto it = definitions.calendars.find(name); it != definitions.calendars.end())
    return {it->first, it->second};
  return {definitions.desk.default_calendar, definitions.calendar(definitions.desk.default_calendar)};
}

const ClockPolicy* find_clock(const SlaPolicy& policy, std::string_view clock) {
  const auto it = std::ranges::find(policy.clocks, clock, &ClockPolicy::name);
  return it == policy.clocks.end() ? nullptr : &*it;
}

const ClockPolicy* find_clock(const Definitions& definitions, std::string_view policy, std::string_view clock) {
  const auto it = std::ranges::find(definitions.sla, policy, &SlaPolicy::name);
  return it == definitions.sla.end() ? nullptr : find_clock(*it, clock);
}

const State* find_state(const Definitions& pinned, const std::string& workflow, std::string_view state) {
  const auto it = pinned.workflows.find(workflow);
  return it == pinned.workflows.end() ? nullptr : it->second.find_state(state);
}

const std::vector<Warning>* warnings_of(const ClockRun& run, const Definitions& active, const Definitions& pinned,
                                        const std::string& workflow) {
  if (run.clock == step_clock) {
    const auto* state = find_state(pinned, workflow, run.policy);
    return state == nullptr ? nullptr : &state->warnings;
  }
  const auto* clock = find_clock(active, run.policy, run.clock);
  return clock == nullptr ? nullptr : &clock->warnings;
}

std::optional<Moment> next_moment(const ClockRun& run, const std::vector<Warning>* warnings) {
  std::optional<Moment> best;
  if (!run.breached_at) best = Moment{run.goal, 1, nullptr, 0};
  if (warnings == nullptr || run.warned.size() >= max_warnings_per_run) return best;
  for (const auto& warning : *warnings) {
    const int given = times_given(run, warning);
    if (given > repeats_of(warning)) continue;
    const auto moment = moment_of(warning, given, run.goal);
    if (!best || earlier(moment, *best)) best = moment;
  }
  return best;
}

std::optional<Moment> find_moment(Duration goal, const std::vector<Warning>* warnings, std::string_view name) {
  if (warnings == nullptr) return std::nullopt;
  const auto hash = name.rfind('#');
  int repeat = 0;
  if (hash != std::string_view::npos) {
    const auto number = name.substr(hash + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), repeat);
    if (error != std::errc{} || end != number.data() + number.size() || repeat < 2) return std::nullopt;
    --repeat;
    name = name.substr(0, hash);
  }
  const auto it = std::ranges::find(*warnings, name, &Warning::name);
  if (it == warnings->end() || repeat > repeats_of(*it)) return std::nullopt;
  return moment_of(*it, repeat, goal);
}

std::string name_of(const Moment& moment) {
  if (moment.warning == nullptr) return {};
  return moment.repeat == 0 ? moment.warning->name : moment.warning->name + "#" + std::to_string(moment.repeat + 1);
}

std::optional<Time> time_of(const ClockRun& run, Duration amount, const Calendar& calendar) {
  return calendar.add(run.as_of, amount - run.counted);
}

void arm(ClockRun& run, const Calendar& calendar, const std::vector<Warning>* warnings) {
  run.due_at.reset();
  run.next_at.reset();
  if (run.paused || run.ended_at) return;
  run.due_at = run.breached_at ? run.breached_at : time_of(run, run.goal, calendar);
  const auto next = next_moment(run, warnings);
  if (!next) return;
  run.next_at = next->warning == nullptr ? run.due_at : time_of(run, next->at, calendar);
}

}  // namespace docket::domain
