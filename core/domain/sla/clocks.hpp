// SPDX-License-Identifier: Apache-2.0
// The clocks of a ticket: which start, pause, resume, warn, breach and end because of what just happened; and the ledger.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/definitions.hpp"
#include "domain/ticket/event.hpp"

namespace docket::domain {

/// What the clocks do after the ticket became what it is now: the step clock first, then ends, pauses and resumes of what runs,
/// then starts in the order of the policy. `pinned` holds the ticket's workflow (step limits), `active` policies and calendars.
/// Pure; calling it again on the evolved ticket gives nothing. `active` is the bundle that the ticket adopted. What fell due
/// before `now` belongs before it (next_due_clock_event); a breach that was not taken then is reported here, without actions,
/// ahead of the pause or end that would hide it.
[[nodiscard]] std::vector<TicketEvent> settle_clocks(const Ticket& ticket, const Definitions& active, const Definitions& pinned, Time now);

/// Clocks that an act ended which was taken back: whatever ran in `before`, has ended since and would run now goes on from
/// what it had counted, with its goal, warnings and breach. The time in between does not count. A clock that has begun
/// another run since is left. To be settled afterwards.
[[nodiscard]] std::vector<TicketEvent> take_up_clocks(const Ticket& ticket, const Ticket& before, const Definitions& active,
                                                      const Definitions& pinned, Time now, const std::string& rule);

/// What fell due on the clocks at or before now: warnings and breaches in order of due time, each with the actions to run.
struct DueClockEvent {
  TicketEvent event{};            ///< ClockWarned or ClockBreached
  std::vector<Action> actions{};
  std::string rule{};             ///< "warning resolution.half"
};
/// Only the earliest; call again after it was evolved until none is left. None: nothing due.
[[nodiscard]] std::optional<DueClockEvent> next_due_clock_event(const Ticket& ticket, const Definitions& active, const Definitions& pinned, Time now);

/// After a publication: re-counts running clocks up to `published_at` under the old calendars and arms them under the new ones.
/// Goals stay. Clocks for which the new definitions come to the same give no event. To be settled afterwards.
[[nodiscard]] std::vector<TicketEvent> adopt_clocks(const Ticket& ticket, const Definitions& before, const Definitions& after,
                                                    const Definitions& pinned, Time published_at, Time now);

/// One stretch of one run of a clock.
struct LedgerSegment {
  Time from{};
  std::optional<Time> to{};   ///< none: still lasting
  bool counted = false;       ///< whether the clock ran
  Duration working{};         ///< working time in it (0 when not counted)
  std::string calendar{};
  std::string bundle{};       ///< digest of the definitions that the calendar is from
  std::string rule{};         ///< why this stretch began
};
struct LedgerRun {
  std::string clock{}, policy{};
  int run = 1;
  Duration goal{};
  Time started_at{};
  std::optional<Time> ended_at{}, due_at{}, breached_at{};
  Duration counted{};
  std::vector<LedgerSegment> segments{};
  std::vector<ClockWarned> warnings{};
};
/// Recomputes every run from the log, independently of what the events say was counted. `now` closes open stretches.
[[nodiscard]] std::vector<LedgerRun> ledger(const std::vector<RecordedEvent>& events, const DefinitionsSource& bundles, Time now);

/// Differences between the ledger and what the events recorded; empty when the log is sound (used by `docket verify`).
[[nodiscard]] std::vector<Said> audit_clocks(const std::vector<RecordedEvent>& events, const DefinitionsSource& bundles);

/// Conditions of the named clock kinds, filled in by the compiler: "first_response", "next_response", "resolution", "team".
[[nodiscard]] std::optional<ClockPolicy> standard_clock(const std::string& kind);
/// What pauses a clock unless its definition says otherwise: the ticket is on hold, or its state waits (category pending).
[[nodiscard]] Condition standard_pause();

}  // namespace docket::domain
