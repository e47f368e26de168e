// SPDX-License-Identifier: Apache-2.0
// The clock part of evolve(): what each clock event makes of a ticket's runs.
#pragma once

#include <string_view>
#include <vector>

#include "domain/ticket/event.hpp"

namespace docket::domain {

/// Total: an event about a run that is not there changes nothing. `at` is the time of the recorded event.
void evolve_clock(std::vector<ClockRun>& clocks, const ClockStarted& event, Time at);
void evolve_clock(std::vector<ClockRun>& clocks, const ClockChanged& event, Time at);
void evolve_clock(std::vector<ClockRun>& clocks, const ClockWarned& event, Time at);
void evolve_clock(std::vector<ClockRun>& clocks, const ClockBreached& event, Time at);
void evolve_clock(std::vector<ClockRun>& clocks, const ClockEnded& event, Time at);

/// Warnings that a run remembers at most; a run that has given so many gives no more.
inline constexpr std::size_t max_warnings_per_run = 100;

/// The run of that clock that has not ended, or null. A clock has at most one.
[[nodiscard]] const ClockRun* active_run(const std::vector<ClockRun>& clocks, std::string_view clock);

}  // namespace docket::domain
