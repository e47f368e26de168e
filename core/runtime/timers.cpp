// SPDX-License-Identifier: Apache-2.0
#include "runtime/timers.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "desk/command_ticket.hpp"
#include "desk/held_messages.hpp"

namespace docket::runtime {
namespace {

constexpr int tickets_a_slice = 50;
constexpr int waiting_a_team = 50;
/// Shifts, leave and working hours begin on minutes; who waits is looked at this often.
constexpr Duration round = std::chrono::seconds{30};
constexpr Time::rep nothing_armed = std::numeric_limits<Time::rep>::max();

struct Slice {
  int done = 0;
  std::optional<Time> next;
};

}  // namespace

Timers::Timers(desk::Database& database, const Clock& clock)
    : database_(database), clock_(clock), loop_("timers", [this] { return step(); }) {}

void Timers::expect(Time at) {
  const auto wanted = at.time_since_epoch().count();
  auto known = next_due_.load();
  while (wanted < known && !next_due_.compare_exchange_weak(known, wanted)) {
  }
  if (wanted < known) loop_.wake();
}

std::chrono::milliseconds Timers::step() {
  const auto now = clock_.now();
  if (now >= next_round_ || next_round_ - now > round) {
    give_out_waiting();
    next_round_ = now + round;
  }
  if (now.time_since_epoch().count() >= next_due_.load()) catch_up();
  const auto next = std::min(next_due_.load(), next_round_.time_since_epoch().count());
  const Duration wait{next - clock_.now().time_since_epoch().count()};
  return std::chrono::ceil<std::chrono::milliseconds>(std::clamp<Duration>(wait, Duration{0}, Loop::longest_wait));
}

void Timers::catch_up() {
  int limit = tickets_a_slice;
  const auto in_a_second = [this] { return clock_.now() + std::chrono::seconds{1}; };
  while (!stopping_.load()) {
    // From here on a commit that arms an earlier timer lowers the mark again; what it arms before is seen by the query.
    next_due_.store(nothing_armed);
    // By itself: a message that can not be said must not stop the clocks of all tickets.
    const bool held_done = say_held();
    auto slice = desk::write_slice_and_wait(database_, [limit, held_done](desk::Unit& unit) -> Result<Slice> {
      Slice out;
      out.done = desk::pass_time(unit, limit);
      out.next = unit.tickets.next_due();
      const auto held = unit.workspace.next_held();
      if (held && (held_done || *held > unit.now)) out.next = std::min(out.next.value_or(*held), *held);
      return out;
    });
    if (!held_done) expect(in_a_second());
    if (!slice) {
      log::warning("timers_delayed", {{"reason", slice.error().detail}});
      if (slice.error().code == ErrorCode::internal) {
        if (limit > 1) {
          limit = 1;  // one by one, to find the ticket that fails
          continue;
        }
        if (put_off_first()) continue;
      }
      // In a second, not at once: a full disk refuses in microseconds.
      next_due_.store(in_a_second().time_since_epoch().count());
      return;
    }
    if (slice->next) expect(*slice->next);
    if (slice->done < limit) return;
  }
}

bool Timers::say_held() {
  int limit = tickets_a_slice;
  while (!stopping_.load()) {
    const auto sent = desk::write_slice_and_wait(
        database_, [limit](desk::Unit& unit) -> Result<int> { return desk::send_held(unit, limit); });
    if (sent) {
      if (*sent < limit) return true;
      continue;
    }
    log::warning("held_messages_delayed", {{"reason", sent.error().detail}});
    if (sent.error().code != ErrorCode::internal) return false;
    if (limit > 1) {
      limit = 1;  // one by one, to find the message that fails
      continue;
    }
    const auto put_back = desk::write_slice_and_wait(
        database_, [](desk::Unit& unit) -> Result<bool> { return desk::put_back_first_held(unit); });
    if (!put_back || !*put_back) return false;
  }
  return true;
}

bool Timers::put_off_first() {
  const auto put_off = desk::write_slice_and_wait(database_, [](desk::Unit& unit) -> Result<bool> {
    const auto due = unit.tickets.due(unit.now, 1);
    for (const auto id : due) unit.tickets.rearm(id, unit.now + std::chrono::minutes{1});
    return !due.empty();
  });
  return put_off && *put_off;
}

void Timers::give_out_waiting() {
  const auto teams = desk::write_slice_and_wait(
      database_, [](desk::Unit& unit) -> Result<std::vector<std::string>> { return unit.tickets.teams_waiting(); });
  if (!teams) {
    log::warning("dispatch_of_waiting_delayed", {{"reason", teams.error().detail}});
    return;
  }
  for (const auto& team : *teams) {
    if (stopping_.load()) return;
    const auto done = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
      desk::redispatch_waiting(unit, team, waiting_a_team);
      return {};
    });
    if (done) continue;
    log::warning("dispatch_of_waiting_delayed", {{"team", team}, {"reason", done.error().detail}});
    if (done.error().code == ErrorCode::internal) give_out_singly(team);
  }
}

/// So that a ticket which fails keeps nothing from those beside it.
void Timers::give_out_singly(const std::string& team) {
  const auto waiting = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<std::vector<TicketId>> {
    return desk::waiting_now(unit, team, waiting_a_team);
  });
  if (!waiting) return;
  for (const auto id : *waiting) {
    if (stopping_.load()) return;
    const auto done = desk::write_slice_and_wait(
        database_, [id](desk::Unit& unit) -> Result<bool> { return desk::redispatch(unit, id); });
    if (!done) log::warning("waiting_ticket_not_dispatched", {{"ticket", id.value}, {"reason", done.error().detail}});
  }
}

}  // namespace docket::runtime
