// SPDX-License-Identifier: Apache-2.0
// A server in one thread around the real decide() and evolve(): load, adopt, decide, commit at once, answer. Faults are
// planted here, around the calls, never in what is tested.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fault/simulation/disk.hpp"
#include "fault/simulation/faults.hpp"
#include "support/desk_fixture.hpp"

namespace docket::simulation {

/// What a client was told.
struct Reply {
  TicketId ticket{};
  std::int64_t version = 0;
  std::uint64_t link = 0;  ///< of the chain at that version
};

/// One change as it goes to disk, with who caused it and what was true then.
struct Change {
  TicketId ticket{};
  std::size_t first_event = 0;  ///< index of its first event in the stored history
  const Principal* principal = nullptr;
  bool adopting = false;
};

/// Told of every commit, right after it.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  virtual void committed(const Change& change) = 0;
};

class Server {
 public:
  Server(Disk& disk, test::FixedBundles& bundles, test::FixedRoster& roster, Faults& faults, Random& chance,
         CommitObserver& observer)
      : disk_(disk), bundles_(bundles), roster_(roster), faults_(faults), chance_(chance), observer_(observer) {}

  void set_now(Time now) { now_ = now; }
  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] std::shared_ptr<const Definitions> active() const {
    return bundles_.get(disk_.publications.back().digest);
  }

  /// Crashes strike these with a small chance. All of them throw Crash and runtime errors only.
  [[nodiscard]] Result<Reply> create(const Principal& principal, CreateTicket command, const std::string& key);
  [[nodiscard]] Result<Reply> command(const Principal& principal, TicketId id, const TicketCommand& command);
  [[nodiscard]] Result<Reply> merge(const Principal& principal, TicketId from, TicketId into);
  /// Does what is due, at most `limit` tickets.
  void fire_timers(int limit);
  void redispatch();
  /// Tries some deliveries.
  void deliver(int limit);
  void publish(Publication publication);
  /// Takes up to `limit` tickets over to the active publication.
  void adopt_some(int limit);

  [[nodiscard]] int crashes() const { return crashes_; }
  /// Turned off while a run is brought to its end.
  void set_crashing(bool crashing) { crashing_ = crashing; }
  [[nodiscard]] static std::uint64_t link(std::uint64_t before, const RecordedEvent& event);

 private:
  [[nodiscard]] Result<Decision> decide(const Principal& principal, const Ticket* ticket, const TicketCommand& command,
                                        const std::shared_ptr<const Definitions>& active);
  void corrupt(const Principal& principal, const Ticket* before, Decision& decision);
  Reply commit(const Principal& principal, const Ticket* before, const Decision& decision, bool adopting = false,
               const std::string& key = {});
  [[nodiscard]] Result<Ticket> load(const Principal& principal, TicketId id);
  void adopt(StoredTicket& stored);
  void queue(const Ticket& ticket, const RecordedEvent& event);
  [[nodiscard]] Ticket project(const Ticket* before, const Decision& decision);
  void maybe_crash();
  void count_loads();

  Disk& disk_;
  test::FixedBundles& bundles_;
  test::FixedRoster& roster_;
  Faults& faults_;
  Random& chance_;
  CommitObserver& observer_;
  Time now_{};
  int crashes_ = 0;
  bool crashing_ = true;
};

}  // namespace docket::simulation
