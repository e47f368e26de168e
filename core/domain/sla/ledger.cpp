// SPDX-License-Identifier: Apache-2.0
// Every stretch of every clock with the rule and the calendar that counted it.
#include "domain/sla/clock_log.hpp"

namespace docket::domain {

std::vector<LedgerRun> ledger(const std::vector<RecordedEvent>& events, const DefinitionsSource& bundles, Time now) {
  ClockLog log(bundles);
  for (const auto& event : events) log.take(event);
  std::vector<LedgerRun> out;
  for (const auto& run : log.runs()) {
    auto entry = run.ledger;
    auto reached = run.reached_at;
    if (run.running()) {
      if (!reached) reached = entry.due_at = log.time_of(run, entry.goal);
      entry.counted = log.counted(run, now);
      entry.segments.back().working = entry.counted - run.ledger.counted;
    }
    if (reached && *reached <= now) entry.due_at = entry.breached_at = reached;
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace docket::domain
