// SPDX-License-Identifier: Apache-2.0
// A ticket that lives through events with its clocks, as the engine would run it, for tests of clocks alone.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../calendar_specs.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/ticket/decide.hpp"

namespace docket::tests {

using namespace docket::domain;

/// Bundles by digest.
class Bundles final : public DefinitionsSource {
 public:
  const Definitions& add(Definitions definitions);
  [[nodiscard]] std::shared_ptr<const Definitions> get(const std::string& digest) const override;

 private:
  std::map<std::string, std::shared_ptr<const Definitions>> bundles_;
};

Condition test_of(std::string field, Operator op, Value value = {});
Condition all_of(std::vector<Condition> children);
/// A named clock with one goal for everybody.
ClockPolicy clock_of(const std::string& kind, Duration goal, std::vector<Warning> warnings = {});
/// A desk with the calendars "office" (Chinese statutory, 7.5 hours a day) and "always", one workflow (new, working
/// with a limit of 4 h, waiting, resolved, closed) and the given clocks in one policy.
Definitions desk_of(std::string digest, std::vector<ClockPolicy> clocks);

class LivingTicket {
 public:
  LivingTicket(const Bundles& bundles, const std::string& digest, Time at, Priority priority = Priority::normal);

  /// What fell due until then is done first; the event happens; the clocks settle.
  void happens(Time at, TicketEvent event);
  /// Time passes: what fell due is done.
  void passes(Time at);
  /// The ticket goes over to another bundle.
  void adopts(Time published_at, Time at, const std::string& digest);

  void moves(Time at, const std::string& to);
  void replies(Time at) { says(at, MessageKind::reply); }
  void customer_writes(Time at) { says(at, MessageKind::customer); }
  void holds(Time at) { happens(at, Held{"parts", "", {}}); }
  void resumes(Time at) { happens(at, Resumed{}); }
  void assigned_to(Time at, const std::string& team);

  [[nodiscard]] const Ticket& ticket() const { return ticket_; }
  [[nodiscard]] const std::vector<RecordedEvent>& events() const { return events_; }
  /// The latest run of a clock; fails the test when there is none.
  [[nodiscard]] const ClockRun& clock(const std::string& name) const;
  [[nodiscard]] bool has_clock(const std::string& name) const;
  [[nodiscard]] std::vector<LedgerRun> ledger_at(Time now) const { return ledger(events_, bundles_, now); }
  [[nodiscard]] std::vector<Said> audit() const { return audit_clocks(events_, bundles_); }
  /// Events of one kind as "clock#run warning @ due" in order, to compare with a list.
  [[nodiscard]] std::vector<std::string> fired() const;

 private:
  void says(Time at, MessageKind kind);
  void record(Time at, TicketEvent event);
  void settle(Time at);
  [[nodiscard]] const Definitions& active() const { return *bundles_.get(ticket_.bundle); }
  [[nodiscard]] const Definitions& pinned() const { return *bundles_.get(ticket_.workflow_bundle); }

  const Bundles& bundles_;
  Ticket ticket_;
  std::vector<RecordedEvent> events_;
};

}  // namespace docket::tests
