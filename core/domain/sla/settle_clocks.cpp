// SPDX-License-Identifier: Apache-2.0
// Starts, pauses, resumes and ends the clocks of a ticket as its conditions say now, and takes up those that an act ended
// which is taken back.
#include <algorithm>

#include "domain/sla/clock_rules.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/sla/evolve_clocks.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::domain {
namespace {

// A condition that was never written never stops or pauses anything; see ClockPolicy.
bool is_given_and_holds(const Condition& condition, const FieldSource& source) {
  return condition.kind != Condition::Kind::always && holds(condition, source);
}

bool is_active(const ClockPolicy& clock, const FieldSource& source) {
  return holds(clock.start, source) && !is_given_and_holds(clock.stop, source);
}

std::string scope_of(const ClockPolicy& clock, const FieldSource& source) {
  return clock.per.empty() ? std::string() : fill_text("{{" + clock.per + "}}", source);
}

class Settling {
 public:
  Settling(const Ticket& ticket, const Definitions& active, const Definitions& pinned, Time now)
      : ticket_(ticket), active_(active), pinned_(pinned), now_(now), source_(ticket, now) {
    over_ = ticket.category == StateCategory::closed || ticket.merged_into;
    if (over_) return;
    const auto it =
        std::ranges::find_if(active.sla, [&](const SlaPolicy& policy) { return holds(policy.when, source_); });
    if (it != active.sla.end()) policy_ = &*it;
  }

  std::vector<TicketEvent> run() {
    settle_step();
    for (const auto& clock_run : ticket_.clocks) {
      if (!clock_run.ended_at && clock_run.clock != step_clock) settle_run(clock_run);
    }
    if (policy_ != nullptr) {
      for (const auto& clock : policy_->clocks) start_if_active(clock);
    }
    return std::move(events_);
  }

  std::vector<TicketEvent> take_up(const Ticket& before, const std::string& rule) {
    if (over_) return {};
    for (const auto& run : ticket_.clocks) {
      const auto* then = active_run(before.clocks, run.clock);
      if (!run.ended_at || then == nullptr || then->run != run.run) continue;
      if (run.clock == step_clock) {
        take_up_step(run, rule);
      } else {
        take_up_run(run, rule);
      }
    }
    return std::move(events_);
  }

 private:
  void take_up_step(const ClockRun& run, const std::string& rule) {
    const auto* state = find_state(pinned_, ticket_.workflow, ticket_.state);
    if (state == nullptr || !state->limit || run.policy != state->name) return;
    take_up_from(run, state->calendar, rule, std::to_string(ticket_.step));
  }

  void take_up_run(const ClockRun& run, const std::string& rule) {
    const auto* clock = clock_of(run);
    if (clock == nullptr || !is_active(*clock, source_) || scope_of(*clock, source_) != run.scope) return;
    take_up_from(run, clock->calendar, rule, {});
  }

  /// Paused, as a clock that has ended counts nothing; settling lets it count.
  void take_up_from(const ClockRun& run, const std::string& calendar, const std::string& rule,
                    std::optional<std::string> scope) {
    events_.emplace_back(ClockChanged{run.clock, run.run, ClockChange::continued, calendar_of(active_, calendar).name,
                                      run.counted, now_, {}, {}, rule, std::move(scope)});
  }

  /// A policy that a publication took away leaves its runs to the one that applies now.
  [[nodiscard]] const ClockPolicy* clock_of(const ClockRun& run) const {
    const auto* clock = find_clock(active_, run.policy, run.clock);
    return clock == nullptr && policy_ != nullptr ? find_clock(*policy_, run.clock) : clock;
  }

  void settle_step() {
    const auto* state = over_ ? nullptr : find_state(pinned_, ticket_.workflow, ticket_.state);
    const bool wanted = state != nullptr && state->limit.has_value();
    const auto* run = active_run(ticket_.clocks, step_clock);
    auto scope = std::to_string(ticket_.step);
    if (run != nullptr && wanted && run->scope == scope) {
      set_paused(*run, ticket_.hold.has_value());
      return;
    }
    if (run != nullptr) end(*run, over_ ? over_rule() : "step " + run->policy + " left");
    if (!wanted) return;
    ClockRun fresh;
    fresh.clock = step_clock;
    fresh.policy = state->name;
    fresh.scope = std::move(scope);
    fresh.goal = *state->limit;
    fresh.paused = ticket_.hold.has_value();
    start(std::move(fresh), state->calendar, &state->warnings, "step " + state->name + " limit");
  }

  void settle_run(const ClockRun& run) {
    const auto* clock = clock_of(run);
    if (over_) return end(run, over_rule());
    if (clock == nullptr) return end(run, rule_of(run) + " is not defined any more");
    if (!is_active(*clock, source_)) return end(run, rule_of(run) + ".stop");
    if (!clock->per.empty() && scope_of(*clock, source_) != run.scope) return end(run, rule_of(run) + "." + clock->per);
    set_paused(run, is_given_and_holds(clock->pause, source_));
  }

  void start_if_active(const ClockPolicy& clock) {
    const bool runs =
        std::ranges::find(ended_, clock.name) == ended_.end() && active_run(ticket_.clocks, clock.name) != nullptr;
    if (runs || (clock.once && std::ranges::find(ticket_.clocks, clock.name, &ClockRun::clock) != ticket_.clocks.end()))
      return;
    if (!is_active(clock, source_)) return;
    const auto goal = std::ranges::find_if(clock.goals, [&](const Goal& g) { return holds(g.when, source_); });
    if (goal == clock.goals.end()) return;
    ClockRun fresh;
    fresh.clock = clock.name;
    fresh.policy = policy_->name;
    fresh.scope = scope_of(clock, source_);
    fresh.goal = goal->within;
    fresh.paused = is_given_and_holds(clock.pause, source_);
    start(std::move(fresh), clock.calendar, &clock.warnings, "sla " + policy_->name + " " + clock.name + ".start");
  }

  void start(ClockRun run, const std::string& calendar, const std::vector<Warning>* warnings, std::string rule) {
    const auto earlier = std::ranges::find(ticket_.clocks, run.clock, &ClockRun::clock);
    if (earlier != ticket_.clocks.end()) run.run = earlier->run + 1;
    const auto named = calendar_of(active_, calendar);
    run.calendar = named.name;
    run.as_of = now_;
    arm(run, named.calendar, warnings);
    events_.emplace_back(ClockStarted{std::move(run.clock), run.run, std::move(run.policy), std::move(run.scope),
                                      std::move(run.calendar), run.goal, run.paused, run.due_at, run.next_at,
                                      std::move(rule)});
  }

  void set_paused(const ClockRun& run, bool paused) {
    if (run.paused == paused) return;
    const auto& calendar = active_.calendar(run.calendar);
    auto after = run;
    if (paused) {
      breach_if_overdue(after);
      after.counted += calendar.working_time(run.as_of, now_);
    }
    after.paused = paused;
    after.as_of = std::max(run.as_of, now_);
    arm(after, calendar, warnings_of(run, active_, pinned_, ticket_.workflow));
    events_.emplace_back(ClockChanged{run.clock, run.run, paused ? ClockChange::paused : ClockChange::resumed,
                                      run.calendar, after.counted, after.as_of, after.due_at, after.next_at,
                                      rule_of(run) + (paused ? ".pause" : ".resume")});
  }

  void end(const ClockRun& run, std::string rule) {
    auto after = run;
    breach_if_overdue(after);
    if (!run.paused) after.counted += active_.calendar(run.calendar).working_time(run.as_of, now_);
    ended_.push_back(run.clock);
    events_.emplace_back(ClockEnded{run.clock, run.run, after.counted, !after.breached_at, std::move(rule)});
  }

  void breach_if_overdue(ClockRun& run) {
    if (run.paused || run.breached_at || !run.due_at || *run.due_at > now_) return;
    run.breached_at = run.due_at;
    events_.emplace_back(ClockBreached{run.clock, run.run, *run.due_at, std::nullopt});
  }

  [[nodiscard]] static std::string rule_of(const ClockRun& run) {
    return run.clock == step_clock ? "step " + run.policy : "sla " + run.policy + " " + run.clock;
  }
  [[nodiscard]] std::string over_rule() const { return ticket_.merged_into ? "ticket merged" : "ticket closed"; }

  const Ticket& ticket_;
  const Definitions& active_;
  const Definitions& pinned_;
  Time now_;
  TicketSource source_;
  bool over_ = false;
  const SlaPolicy* policy_ = nullptr;  ///< that applies now
  std::vector<std::string> ended_;
  std::vector<TicketEvent> events_;
};

}  // namespace

std::vector<TicketEvent> settle_clocks(const Ticket& ticket, const Definitions& active, const Definitions& pinned,
                                       Time now) {
  return Settling(ticket, active, pinned, now).run();
}

std::vector<TicketEvent> take_up_clocks(const Ticket& ticket, const Ticket& before, const Definitions& active,
                                        const Definitions& pinned, Time now, const std::string& rule) {
  return Settling(ticket, active, pinned, now).take_up(before, rule);
}

}  // namespace docket::domain
