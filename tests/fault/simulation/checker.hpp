// SPDX-License-Identifier: Apache-2.0
// What must hold after every step of the simulated desk, judged from the history alone. Where the invariants I1 to I12
// live in the domain they are named below; I12 stands for the texts of messages, since files are another room's.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "fault/simulation/digest.hpp"
#include "fault/simulation/server.hpp"

namespace docket::simulation {

/// Throws Violation, always with the ticket and what was expected.
class Checker final : public CommitObserver {
 public:
  Checker(const Disk& disk, const test::FixedBundles& bundles, test::FixedRoster& roster)
      : disk_(disk), bundles_(bundles), roster_(roster) {}

  void committed(const Change& change) override;
  /// A client was answered; what it was told must stay (I1). `key` is that of a creation (I8).
  void acknowledged(const Reply& reply, const std::string& key = {});
  /// After all timers due at `now` were acted on: nothing is overdue (I4, I5).
  void nothing_overdue(Time now) const;
  /// After waiting tickets were offered: none waits whom somebody could take.
  void nobody_waits_in_vain() const;
  /// Everything that is too dear for each step: chains (I10), acknowledgements (I1), clocks recounted (I5), deliveries
  /// (I6).
  void audit();
  /// At the end, with every delivery settled (I7).
  void deliveries_settled() const;

  [[nodiscard]] std::uint64_t trace() const { return trace_.value(); }
  [[nodiscard]] std::int64_t events() const { return events_; }
  [[nodiscard]] std::int64_t commits() const { return commits_; }

 private:
  using RunKey = std::tuple<std::string, int>;
  struct Shadow {
    Ticket ticket{};
    std::size_t events = 0;
    std::uint64_t link = 0;
    bool touched = false;
    std::map<std::string, int> runs{};  ///< last run of each clock
    std::set<RunKey> breached{};
    std::set<std::tuple<std::string, int, std::string>> warned{};
  };

  void check_event(Shadow& shadow, const StoredTicket& stored, const RecordedEvent& event, const Change& change);
  void check_clock_event(Shadow& shadow, const RecordedEvent& event) const;
  void check_counted(const Shadow& shadow, const std::string& clock, int run, Duration counted, Time up_to) const;
  void check_moved(const Shadow& shadow, const StoredTicket& stored, const Moved& moved, const Change& change) const;
  void check_type(const Shadow& shadow, const TypeChanged& changed) const;
  void check_form(const StoredTicket& stored) const;
  void check_choice(const Shadow& shadow, const Assigned& assigned) const;
  void check_visible(const Shadow& shadow, const Principal& principal) const;
  void check_standing(const StoredTicket& stored) const;
  [[nodiscard]] std::optional<Time> expected_timer(const Ticket& ticket) const;
  void expect_deliveries(const RecordedEvent& event, TicketId ticket);

  const Disk& disk_;
  const test::FixedBundles& bundles_;
  test::FixedRoster& roster_;
  std::map<std::int64_t, Shadow> shadows_;
  std::vector<Reply> acknowledged_;
  std::map<std::string, std::int64_t> created_;
  std::set<std::string> expected_keys_;
  Mixer trace_;
  std::int64_t events_ = 0;
  std::int64_t commits_ = 0;
};

}  // namespace docket::simulation
