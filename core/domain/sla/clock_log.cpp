// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/clock_log.hpp"

#include <algorithm>

namespace docket::domain {

void ClockLog::take(const RecordedEvent& event) {
  std::visit([&](const auto& e) { on(e, event.at); }, event.event);
}

const ClockLog::Run* ClockLog::find(const std::string& clock, int run) const {
  const auto it =
      std::ranges::find_if(runs_, [&](const Run& r) { return r.ledger.run == run && r.ledger.clock == clock; });
  return it == runs_.end() ? nullptr : &*it;
}

ClockLog::Run* ClockLog::find(const std::string& clock, int run) {
  return const_cast<Run*>(static_cast<const ClockLog*>(this)->find(clock, run));
}

std::shared_ptr<const Definitions> ClockLog::load(const std::string& digest) {
  auto& kept = loaded_[digest];
  if (!kept) kept = bundles_.get(digest);
  return kept;
}

const Calendar& ClockLog::calendar_of(const LedgerSegment& segment) const {
  return loaded_.at(segment.bundle)->calendar(segment.calendar);
}

Duration ClockLog::counted(const Run& run, Time at) const {
  if (!run.running()) return run.ledger.counted;
  const auto& present = run.present();
  return run.ledger.counted + calendar_of(present).working_time(present.from, at);
}

std::optional<Time> ClockLog::time_of(const Run& run, Duration amount) const {
  if (!run.running()) return std::nullopt;
  const auto& present = run.present();
  return calendar_of(present).add(present.from, amount - run.ledger.counted);
}

void ClockLog::close(Run& run, Time at) {
  auto& present = run.present();
  if (present.counted) {
    if (!run.reached_at) {
      const auto due = time_of(run, run.ledger.goal);
      if (due && *due <= at) run.reached_at = due;
    }
    present.working = calendar_of(present).working_time(present.from, at);
    run.ledger.counted += present.working;
  }
  present.to = std::max(present.from, at);
}

void ClockLog::turn(Run& run, Time at, bool counted, std::string calendar, std::string rule) {
  close(run, at);
  begin(run, counted, std::move(calendar), std::move(rule));
}

void ClockLog::begin(Run& run, bool counted, std::string calendar, std::string rule) {
  LedgerSegment next;
  next.from = *run.present().to;
  next.counted = counted;
  next.calendar = std::move(calendar);
  next.bundle = digest_;
  next.rule = std::move(rule);
  // A stretch of no length tells nothing.
  if (run.present().from == next.from) run.ledger.segments.pop_back();
  run.ledger.segments.push_back(std::move(next));
}

void ClockLog::on(const Created& event, Time) {
  digest_ = event.bundle;
  active_ = pinned_ = load(event.bundle);
  workflow_ = event.workflow;
}

void ClockLog::on(const Adopted& event, Time at) {
  digest_ = event.bundle;
  active_ = load(event.bundle);
  if (event.workflow) pinned_ = active_;
  for (auto& run : runs_) {
    if (run.ended) continue;
    const auto from = std::max(run.present().from, std::min(event.published_at, at));
    turn(run, from, run.present().counted, run.present().calendar, "publication");
  }
}

void ClockLog::on(const TypeChanged& event, Time) {
  if (!event.begins_anew()) return;
  workflow_ = event.workflow;
  pinned_ = active_;
}

void ClockLog::on(const ClockStarted& event, Time at) {
  if (active_ == nullptr) return;
  Run run;
  run.ledger.clock = event.clock;
  run.ledger.policy = event.policy;
  run.ledger.run = event.run;
  run.ledger.goal = event.goal;
  run.ledger.started_at = at;
  run.paused = event.paused;
  LedgerSegment first;
  first.from = at;
  first.counted = !event.paused;
  first.calendar = event.calendar;
  first.bundle = digest_;
  first.rule = event.rule;
  run.ledger.segments.push_back(std::move(first));
  runs_.push_back(std::move(run));
}

void ClockLog::on(const ClockChanged& event, Time at) {
  auto* run = find(event.clock, event.run);
  if (run == nullptr || run->ended != (event.change == ClockChange::continued)) return;
  if (run->ended) {
    // Its last stretch is closed; what comes after it up to now does not count.
    begin(*run, false, event.calendar, event.rule);
    run->ended = false;
    run->paused = true;
    run->ledger.ended_at.reset();
    return;
  }
  if (event.change == ClockChange::adopted) {
    run->present().calendar = event.calendar;  // its stretch began with the publication
    return;
  }
  const bool paused = event.change == ClockChange::paused;
  turn(*run, at, !paused, event.calendar, event.rule);
  run->paused = paused;
}

void ClockLog::on(const ClockWarned& event, Time) {
  if (auto* run = find(event.clock, event.run)) run->ledger.warnings.push_back(event);
}

void ClockLog::on(const ClockBreached& event, Time) {
  if (auto* run = find(event.clock, event.run)) run->breach_recorded = true;
}

void ClockLog::on(const ClockEnded& event, Time at) {
  auto* run = find(event.clock, event.run);
  if (run == nullptr || run->ended) return;
  close(*run, at);
  run->ended = true;
  run->ledger.ended_at = at;
}

}  // namespace docket::domain
