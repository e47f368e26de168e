// SPDX-License-Identifier: Apache-2.0
#include "runtime/jobs.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <vector>

#include "base/log.hpp"
#include "desk/command_ticket.hpp"
#include "desk/hand_back.hpp"

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
  Turn turn;
  turn.limit = tickets_a_slice;
  auto more = run(turn);
  const auto threw = [&] { return !more && more.error().code == ErrorCode::internal && turn.job; };
  if (threw()) {
    turn.limit = 1;  // one by one, to find the ticket that fails
    more = run(turn);
  }
  if (threw()) {
    log::error("job_passes_ticket_over", {{"job", turn.job->value}, {"reason", more.error().detail}});
    turn.on = desk::OnTicket::pass_over;
    more = run(turn);
  }
  if (!more) {
    log::warning("jobs_delayed", {{"reason", more.error().detail}});
    return false;
  }
  return turn.wants ? pick(*turn.wants) : *more;
}

Result<bool> Jobs::run(Turn& turn) {
  std::set<JobId> known;
  auto more = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<bool> {
    auto running = unit.jobs.running();
    std::erase_if(running, [](const desk::Job& job) {
      return job.kind != "bulk" && job.kind != "undo" && job.kind != desk::hand_back_job_kind;
    });
    for (const auto& job : running) known.insert(job.id);
    // Taking turns: one job a slice, so that neither many jobs nor a broken one holds up the rest.
    auto next = std::ranges::find_if(
        running, [&](const desk::Job& job) { return turn.job ? job.id == *turn.job : job.id > last_turn_; });
    if (next == running.end() && !turn.job) next = running.begin();
    if (next == running.end()) return false;
    turn.job = last_turn_ = next->id;
    if (next->kind == "undo") {
      desk::run_undo_slice(unit, *next, turn.limit, turn.on);
      return true;
    }
    if (next->kind == desk::hand_back_job_kind) {
      desk::run_hand_back_slice(unit, *next, turn.limit, turn.on);
      return true;
    }
    const auto picked = picked_.find(next->id);
    if (!desk::run_bulk_slice(unit, *next, picked == picked_.end() ? nullptr : &picked->second.picks, turn.limit, turn.on))
      turn.wants = std::move(*next);
    return true;
  });
  if (more) std::erase_if(picked_, [&](const auto& entry) { return !known.contains(entry.first); });
  return more;
}

bool Jobs::pick(const desk::Job& job) {
  auto& picked = picked_[job.id];
  const auto begin = std::chrono::steady_clock::now();
  auto picks =
      desk::read_long_and_wait(database_, [&](const desk::Reading& reading) { return desk::pick_for_bulk(reading, job); });
  if (!picks) {
    log::warning("bulk_not_picked", {{"job", job.id.value}, {"reason", picks.error().detail}});
    if (picked.patience.lasts(picks.error(), std::chrono::steady_clock::now() - begin)) return false;
    const auto ended = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
      desk::end_bulk_job(unit, job.id, picks.error().said());
      return {};
    });
    if (!ended) log::warning("jobs_delayed", {{"reason", ended.error().detail}});
    return ended.has_value();
  }
  picked.patience.renew();
  picked.picks = std::move(*picks);
  if (job.total > 0) return true;
  // Only for the progress bar: where counting takes too long, the job goes on without.
  const auto total = desk::read_long_and_wait(
      database_, [&](const desk::Reading& reading) { return desk::count_for_bulk(reading, job); });
  if (total) picked.picks.total = *total;
  return true;
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
