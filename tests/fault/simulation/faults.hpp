// SPDX-License-Identifier: Apache-2.0
// Faults that can be planted into the simulated server, to see that the checker finds each of them.
#pragma once

#include <boost/describe.hpp>
#include <optional>

#include "fault/simulation/random.hpp"

namespace docket::simulation {

enum class Fault {
  drop_timer,            ///< a commit forgets the ticket's timer
  stale_timer,           ///< a commit leaves the timer as it was
  deaf_timer,            ///< the timers of some tickets never fire
  double_outbox_row,     ///< a notification is queued twice
  lose_outbox_row,       ///< a notification is not queued
  forget_dead_delivery,  ///< a delivery that failed too often disappears
  new_key_on_retry,      ///< a delivery is repeated under another key
  half_commit,           ///< a crash leaves events without their deliveries
  acknowledge_early,     ///< the answer is given before the commit, and a crash comes between
  forget_idempotency,    ///< the key of a creation is not kept
  reuse_id,              ///< two tickets get the same number
  lose_message,          ///< the text of a message is not stored
  alter_message,         ///< the text of a message is stored cut
  skip_event,            ///< the projection misses a change of fields
  skip_assignment,       ///< the projection misses an assignment
  gap_in_sequence,       ///< a number of the history is left out
  alter_history,         ///< an old event is changed in place
  illegal_move,          ///< a step ends in another state than its transition says
  dispatch_to_absent,    ///< dispatch sees everybody present
  dispatch_to_full,      ///< dispatch sees everybody idle
  never_redispatch,      ///< waiting tickets are forgotten
  lose_breach,           ///< a breach is not recorded
  breach_twice,          ///< a breach is recorded twice
  warn_twice,            ///< a timer is acted on twice
  count_while_paused,    ///< a pause counts as working time
  shift_due_time,        ///< a clock starts with a later due time
  flip_kept,             ///< a missed goal ends as kept
  run_ended_clock,       ///< a clock of an ended ticket goes on
  skip_adoption,         ///< a publication does not reach a ticket
  ignore_mapping,        ///< a mapped state is not mapped
  show_foreign_ticket,   ///< a command reaches a ticket that its principal can not see
  tell_oneself,          ///< people are told of their own acts
  time_backwards,        ///< an event is written with an earlier time than the one before
  stale_write,           ///< a command is decided on an old state of the ticket
  use_true_chance,       ///< something depends on more than the seed
};
BOOST_DESCRIBE_ENUM(Fault, drop_timer, stale_timer, deaf_timer, double_outbox_row, lose_outbox_row,
                    forget_dead_delivery, new_key_on_retry, half_commit, acknowledge_early, forget_idempotency,
                    reuse_id, lose_message, alter_message, skip_event, skip_assignment, gap_in_sequence, alter_history,
                    illegal_move, dispatch_to_absent, dispatch_to_full, never_redispatch, lose_breach, breach_twice,
                    warn_twice, count_while_paused, shift_due_time, flip_kept, run_ended_clock, skip_adoption,
                    ignore_mapping, show_foreign_ticket, tell_oneself, time_backwards, stale_write, use_true_chance)

/// At most one planted fault, which strikes now and then.
class Faults {
 public:
  Faults(std::optional<Fault> planted, std::uint64_t seed) : planted_(planted), random_(seed) {}

  /// Whether the fault strikes here. Without a planted fault no chance is spent, so that sound runs do not depend on
  /// it.
  bool strikes(Fault fault, int per_mille = 100) {
    if (planted_ != fault || !random_.per_mille(per_mille)) return false;
    ++struck_;
    return true;
  }
  [[nodiscard]] int struck() const { return struck_; }

 private:
  std::optional<Fault> planted_;
  Random random_;
  int struck_ = 0;
};

}  // namespace docket::simulation
