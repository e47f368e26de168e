// SPDX-License-Identifier: Apache-2.0
#include "runtime/jobs.hpp"

#include <algorithm>
#include <vector>

#include "base/log.hpp"
#include "desk/bulk_job.hpp"
#include "desk/command_ticket.hpp"

namespace docket::runtime {
namespace {

constexpr int tickets_a_slice = 20;

}  // namespace

Jobs::Jobs(desk::Database& database) : database_(database), loop_("jobs", [this] { return step(); }) {}

void Jobs::published() {
  restart_adoption_.store(true);
  loop_.wake();
}

std::chrono::milliseconds Jobs::step() {
  const bool more_bulk = bulk_slice();
  const bool more_adoption = adoption_slice();
  return more_bulk || more_adoption ? std::chrono::milliseconds{0} : Loop::longest_wait;
}

bool Jobs::bulk_slice() {
  const auto more = desk::write_slice_and_wait(database_, [this](desk::Unit& unit) -> Result<bool> {
    auto running = unit.jobs.running();
    std::erase_if(running, [](const desk::Job& job) { return job.kind != "bulk" && job.kind != "undo"; });
    if (running.empty()) return false;
    // Taking turns: one job a slice, so that neither many jobs nor a broken one holds up the rest.
    auto turn = std::ranges::find_if(running, [this](const desk::Job& job) { return job.id > last_turn_; });
    if (turn == running.end()) turn = running.begin();
    last_turn_ = turn->id;
    if (turn->kind == "undo")
      desk::run_undo_slice(unit, *turn, tickets_a_slice);
    else
      desk::run_bulk_slice(unit, *turn, tickets_a_slice);
    return true;
  });
  if (!more) log::warning("jobs_delayed", {{"reason", more.error().detail}});
  return more && *more;
}

bool Jobs::adoption_slice() {
  if (restart_adoption_.exchange(false)) {
    adopting_.store(true);
    adopted_up_to_ = TicketId{};
  }
  if (!adopting_.load()) return false;
  const auto last = desk::write_slice_and_wait(database_, [this](desk::Unit& unit) -> Result<std::optional<TicketId>> {
    if (!unit.active) return std::optional<TicketId>{};
    return desk::adopt_slice(unit, adopted_up_to_, tickets_a_slice);
  });
  if (!last) {
    log::warning("adoption_delayed", {{"reason", last.error().detail}});
    return false;
  }
  if (!*last) {
    adopting_.store(false);
    return false;
  }
  adopted_up_to_ = **last;
  return true;
}

}  // namespace docket::runtime
