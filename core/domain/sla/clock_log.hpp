// SPDX-License-Identifier: Apache-2.0
// The clocks of a ticket read from its log, counted anew: what the ledger shows and the audit compares with.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/sla/clock_rules.hpp"
#include "domain/sla/clocks.hpp"

namespace docket::domain {

/// Takes the events of one ticket in order. It believes which clocks started, paused, resumed and ended when, and which
/// definitions were in force; it counts for itself. Lives as long as its arguments; one thread.
class ClockLog {
 public:
  explicit ClockLog(const DefinitionsSource& bundles) : bundles_(bundles) {}

  struct Run {
    LedgerRun ledger{};
    bool paused = false;
    bool ended = false;
    std::optional<Time> reached_at{};  ///< when the goal was used up
    bool breach_recorded = false;

    /// The stretch that lasts.
    [[nodiscard]] LedgerSegment& present() { return ledger.segments.back(); }
    [[nodiscard]] const LedgerSegment& present() const { return ledger.segments.back(); }
    [[nodiscard]] bool running() const { return !paused && !ended; }
  };

  void take(const RecordedEvent& event);

  /// All runs so far, in the order of their starts.
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  [[nodiscard]] const Run* find(const std::string& clock, int run) const;

  /// Working time that a run has counted up to `at`.
  [[nodiscard]] Duration counted(const Run& run, Time at) const;
  /// When a run has counted `amount` if it keeps running; none while it is paused or when it never has.
  [[nodiscard]] std::optional<Time> time_of(const Run& run, Duration amount) const;

  /// The definitions that the ticket follows, and those that its workflow is pinned to; null before its first event.
  [[nodiscard]] const Definitions* active() const { return active_.get(); }
  [[nodiscard]] const Definitions* pinned() const { return pinned_.get(); }
  [[nodiscard]] const std::string& workflow() const { return workflow_; }

 private:
  Run* find(const std::string& clock, int run);
  /// Ends the present stretch and begins another.
  void turn(Run& run, Time at, bool counted, std::string calendar, std::string rule);
  void close(Run& run, Time at);
  /// Begins a stretch where the closed one before it ended.
  void begin(Run& run, bool counted, std::string calendar, std::string rule);
  [[nodiscard]] const Calendar& calendar_of(const LedgerSegment& segment) const;
  [[nodiscard]] std::shared_ptr<const Definitions> load(const std::string& digest);

  void on(const Created& event, Time at);
  void on(const Adopted& event, Time at);
  void on(const TypeChanged& event, Time at);
  void on(const ClockStarted& event, Time at);
  void on(const ClockChanged& event, Time at);
  void on(const ClockWarned& event, Time at);
  void on(const ClockBreached& event, Time at);
  void on(const ClockEnded& event, Time at);
  template <class Other>
  void on(const Other&, Time) {}

  const DefinitionsSource& bundles_;
  std::map<std::string, std::shared_ptr<const Definitions>> loaded_;
  std::string digest_;  ///< of the active definitions
  std::shared_ptr<const Definitions> active_;
  std::shared_ptr<const Definitions> pinned_;
  std::string workflow_;
  std::vector<Run> runs_;
};

}  // namespace docket::domain
