// SPDX-License-Identifier: Apache-2.0
// Compares what the events of a ticket say about its clocks with what counting anew gives.
#include <algorithm>

#include "domain/sla/clock_log.hpp"
#include "domain/sla/evolve_clocks.hpp"

namespace docket::domain {
namespace {

std::string shown(const std::optional<Time>& at) {
  return at ? to_rfc3339(*at) : "never";
}
std::string shown(Duration amount) {
  return std::to_string(amount.count()) + " µs";
}

/// Looks at each event before the log takes it.
class Audit {
 public:
  Audit(const ClockLog& log, std::vector<std::string>& differences) : log_(log), differences_(differences) {}

  void look(const RecordedEvent& event) {
    sequence_ = event.sequence;
    at_ = event.at;
    std::visit([&](const auto& e) { on(e); }, event.event);
  }
  /// For what an event says of the time after it: looks once more when the log has taken it.
  void look_after(const RecordedEvent& event) {
    std::visit([&](const auto& e) { after(e); }, event.event);
  }

 private:
  void on(const ClockStarted& event) {
    int runs = 0;
    for (const auto& run : log_.runs()) {
      if (run.ledger.clock != event.clock) continue;
      runs = std::max(runs, run.ledger.run);
      if (!run.ended) differ(event, "starts although run " + std::to_string(run.ledger.run) + " has not ended");
    }
    if (event.run != runs + 1) differ(event, "is not the run after " + std::to_string(runs));
    if (event.goal < Duration{}) differ(event, "has a goal below zero");
  }
  void after(const ClockStarted& event) { same_due(event); }

  void on(const ClockChanged& event) {
    if (event.change == ClockChange::continued) return on_continued(event);
    const auto* run = known(event);
    if (run == nullptr) return;
    if (event.change == ClockChange::paused && run->paused) differ(event, "pauses although it is paused");
    if (event.change == ClockChange::resumed && !run->paused) differ(event, "resumes although it runs");
    if (event.change != ClockChange::adopted) {
      same(event, "counted", log_.counted(*run, at_), event.counted);
      no_breach_is_missing(event, *run);
    }
  }
  void on_continued(const ClockChanged& event) {
    const auto* run = log_.find(event.clock, event.run);
    if (run == nullptr || !run->ended) return differ(event, run == nullptr ? "never started" : "goes on although it has not ended");
    same(event, "counted", run->ledger.counted, event.counted);
  }
  void after(const ClockChanged& event) {
    const auto* run = log_.find(event.clock, event.run);
    if (run == nullptr || run->ended) return;
    if (event.change == ClockChange::adopted) same(event, "counted", log_.counted(*run, event.as_of), event.counted);
    same_due(event);
  }

  void on(const ClockWarned& event) {
    const auto* run = known(event);
    if (run == nullptr) return;
    if (!run->running()) differ(event, "warns although it does not run");
    if (event.due > at_) differ(event, "warns before it is due");
    if (std::ranges::find(run->ledger.warnings, event.warning, &ClockWarned::warning) != run->ledger.warnings.end()) {
      differ(event, "warns twice: " + event.warning);
    }
    const auto& ledger = run->ledger;
    ClockRun rules;
    rules.clock = ledger.clock;
    rules.policy = ledger.policy;
    const auto* warnings = warnings_of(rules, *log_.active(), *log_.pinned(), log_.workflow());
    const auto moment = find_moment(ledger.goal, warnings, event.warning);
    if (!moment) return differ(event, "warns as no rule says: " + event.warning);
    same(event, "warning due", log_.time_of(*run, moment->at), std::optional<Time>(event.due));
  }

  void on(const ClockBreached& event) {
    const auto* run = known(event);
    if (run == nullptr) return;
    if (run->breach_recorded) differ(event, "breaches twice");
    if (event.due > at_) differ(event, "breaches before it is due");
    same(event, "breach due", run->reached_at ? run->reached_at : log_.time_of(*run, run->ledger.goal),
         std::optional<Time>(event.due));
  }

  void on(const ClockEnded& event) {
    const auto* run = known(event);
    if (run == nullptr) return;
    same(event, "counted", log_.counted(*run, at_), event.counted);
    if (event.kept == run->breach_recorded)
      differ(event, event.kept ? "is kept although it breached" : "is not kept although it did not breach");
    no_breach_is_missing(event, *run);
  }

  template <class Other>
  void on(const Other&) {}
  template <class Other>
  void after(const Other&) {}

  template <class Event>
  const ClockLog::Run* known(const Event& event) {
    const auto* run = log_.find(event.clock, event.run);
    if (run == nullptr || run->ended) {
      differ(event, run == nullptr ? "never started" : "has ended");
      return nullptr;
    }
    return run;
  }

  template <class Event>
  void no_breach_is_missing(const Event& event, const ClockLog::Run& run) {
    if (run.breach_recorded) return;
    const auto due = run.reached_at ? run.reached_at : log_.time_of(run, run.ledger.goal);
    if (due && *due <= at_) differ(event, "has no breach although it was due at " + shown(due));
  }

  template <class Event>
  void same_due(const Event& event) {
    const auto* run = log_.find(event.clock, event.run);
    if (run == nullptr) return;
    auto due = run->running() ? log_.time_of(*run, run->ledger.goal) : std::nullopt;
    if (due && run->reached_at) due = run->reached_at;
    same(event, "due", due, event.due_at);
  }

  template <class Event, class T>
  void same(const Event& event, std::string_view what, const T& counted, const T& recorded) {
    if (counted == recorded) return;
    differ(event, std::string(what) + " is " + shown(counted) + ", the event says " + shown(recorded));
  }

  template <class Event>
  void differ(const Event& event, const std::string& what) {
    differences_.push_back("event " + std::to_string(sequence_) + " (" + std::string(Event::kind) + "): clock " +
                           event.clock + " run " + std::to_string(event.run) + ": " + what);
  }

  const ClockLog& log_;
  std::vector<std::string>& differences_;
  std::int64_t sequence_ = 0;
  Time at_{};
};

}  // namespace

std::vector<std::string> audit_clocks(const std::vector<RecordedEvent>& events, const DefinitionsSource& bundles) {
  ClockLog log(bundles);
  std::vector<std::string> differences;
  Audit audit(log, differences);
  for (const auto& event : events) {
    if (log.active() == nullptr && !std::holds_alternative<Created>(event.event)) {
      differences.push_back("event " + std::to_string(event.sequence) +
                            ": the log does not begin with the ticket's creation");
      break;
    }
    audit.look(event);
    log.take(event);
    audit.look_after(event);
  }
  return differences;
}

}  // namespace docket::domain
