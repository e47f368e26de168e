// SPDX-License-Identifier: Apache-2.0
// What governs a run of a clock: its calendar, its warnings, and what falls due on it next.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/definitions.hpp"
#include "domain/ticket/ticket.hpp"

namespace docket::domain {

/// The name of the clock that runs against the limit of a workflow's state.
inline constexpr std::string_view step_clock = "step";

/// The calendar of that name, or the desk's; both name and calendar live as long as the definitions.
struct NamedCalendar {
  const std::string& name;
  const Calendar& calendar;
};
[[nodiscard]] NamedCalendar calendar_of(const Definitions& definitions, const std::string& name);

[[nodiscard]] const ClockPolicy* find_clock(const SlaPolicy& policy, std::string_view clock);
/// The clock of the named policy; null when either is not defined.
[[nodiscard]] const ClockPolicy* find_clock(const Definitions& definitions, std::string_view policy,
                                            std::string_view clock);
/// The state of a workflow; null when either is not defined.
[[nodiscard]] const State* find_state(const Definitions& pinned, const std::string& workflow, std::string_view state);

/// The warnings of a run, of its SLA policy or of its step; null when its definition went.
[[nodiscard]] const std::vector<Warning>* warnings_of(const ClockRun& run, const Definitions& active,
                                                      const Definitions& pinned, const std::string& workflow);

/// Something that falls due when a run has counted so much: a warning, or the breach.
struct Moment {
  Duration at{};  ///< counted time; may lie below zero, then it is due as soon as the run counts
  int rank = 0;   ///< order at one instant: 0 warnings up to the goal, 1 the breach, 2 warnings after it
  const Warning* warning = nullptr;  ///< null: the breach
  int repeat = 0;                    ///< 0: the warning itself, 1: its first repeat
};

/// The earliest moment that has not been yet; none when nothing is left. `warnings` may be null.
[[nodiscard]] std::optional<Moment> next_moment(const ClockRun& run, const std::vector<Warning>* warnings);
/// The moment of a warning by the name that an event recorded: "late", "late#2". None when it is not defined so.
[[nodiscard]] std::optional<Moment> find_moment(Duration goal, const std::vector<Warning>* warnings,
                                                std::string_view name);
/// "late" for the warning itself, "late#2" for its first repeat.
[[nodiscard]] std::string name_of(const Moment& moment);

/// When a running run has counted `amount`, seen from its last change; its last change when it has already. None
/// without so much working time.
[[nodiscard]] std::optional<Time> time_of(const ClockRun& run, Duration amount, const Calendar& calendar);

/// Sets due_at and next_at as they follow from the rest of the run.
void arm(ClockRun& run, const Calendar& calendar, const std::vector<Warning>* warnings);

}  // namespace docket::domain
