// SPDX-License-Identifier: Apache-2.0
#include "runtime/deliveries.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <vector>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/time_zone.hpp"
#include "runtime/sending_budget.hpp"

namespace docket::runtime {
namespace {

using Kind = desk::TryOutcome::Kind;
using namespace std::chrono_literals;

constexpr int at_once = 100;
constexpr int most_gathered = 50;
constexpr int failures_to_break = 5;
constexpr Duration longest_break = 5min;
constexpr Duration longest_back_off = 1h;  // of one delivery, where the vendor asks for no more
constexpr Duration set_back = 1min;        // less is the clock's own correction
constexpr int most_ahead = 1000;
constexpr auto record_after = 200ms;  // outcomes wait at most so long to be written down
constexpr auto answer_first = 2ms;
constexpr std::size_t few = 8;  // so many outcomes are no long work: they wait for a commit that they can share

/// A number in [0, 1) that spreads tries of many deliveries; need not be secret, only uneven.
double jitter_of(const desk::Delivery& delivery) {
  const auto digest = sha256(delivery.key + "#" + std::to_string(delivery.tries));
  return static_cast<double>(digest[0] * 256 + digest[1]) / 65536.0;
}

struct Batch {
  std::vector<desk::Delivery> due;
  std::vector<DeliveryId> ahead;  // that wait for a time which the clock has left
  std::optional<Time> next;
  std::shared_ptr<const domain::Definitions> active;
};

std::string name_of(const domain::Recipient& recipient) {
  return std::to_string(static_cast<int>(recipient.kind)) + ":" + std::to_string(recipient.id);
}

}  // namespace

class Deliveries::Lane {
 public:
  Lane(desk::Database& database, const Clock& clock, std::string name, desk::LaneSpec spec,
       std::optional<Completing> completing = {})
      : database_(database),
        clock_(clock),
        name_(std::move(name)),
        completing_(std::move(completing)),
        spec_(std::move(spec)),
        budget_(spec_.rules.limits),
        loop_("out-" + name_, [this] { return step(); }) {}
  void wake() {
    if (closed_for(clock_.now()) != Wait{0}) return;
    told_.store(true);
    loop_.wake();
  }
  /// After the try that is under way nothing more is begun; stop() waits for that one.
  void begin_stop() { stopping_.store(true); }
  void stop() {
    begin_stop();
    loop_.stop();
  }

  void use(desk::LaneSpec spec) {
    {
      const std::scoped_lock lock(mutex_);
      if (spec.destination == spec_.destination && spec.rules == spec_.rules) return;
      if (!(spec.rules.limits == spec_.rules.limits)) budget_ = SendingBudget(spec.rules.limits);
      spec_ = std::move(spec);
      state_ = {.sent = state_.sent, .failed = state_.failed};
      failures_ = 0;
    }
    loop_.wake();
  }
  void release() {
    {
      const std::scoped_lock lock(mutex_);
      state_ = {.sent = state_.sent, .failed = state_.failed};
      failures_ = 0;
    }
    loop_.wake();
  }
  [[nodiscard]] desk::LaneState state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
  }

 private:
  using Wait = std::chrono::milliseconds;

  /// How long the breaker or an admin's look keeps everything waiting; zero: go on.
  Wait closed_for(Time now) const {
    const std::scoped_lock lock(mutex_);
    if (state_.state == "halted") return Loop::longest_wait;
    // Where the clock was set back behind the instant at which it was closed, it would be closed for as long as that.
    if (state_.until && *state_.until > now && now >= closed_at_)
      return std::min(Loop::longest_wait, std::chrono::ceil<Wait>(*state_.until - now));
    return Wait{0};
  }
  desk::LaneSpec spec() const {
    const std::scoped_lock lock(mutex_);
    return spec_;
  }
  bool trying_again() const {
    const std::scoped_lock lock(mutex_);
    return failures_ >= failures_to_break;
  }

  Wait step() {
    if (stopping_.load()) return Loop::longest_wait;
    // Whoever made the change is answered at this moment: a row of lanes at once would stand in the way.
    if (told_.exchange(false) && !waited_) {
      waited_ = true;
      return answer_first;
    }
    waited_ = false;
    // What went out and could not be written down, on a full disk for instance, would go out again: nothing more until
    // it is written.
    if (!record(spec().rules)) return Loop::longest_wait;
    fall_back_late();
    const auto now = clock_.now();
    if (last_now_ && now < *last_now_ - set_back) ahead_until_ = std::max(ahead_until_.value_or(*last_now_), *last_now_ + longest_back_off);
    last_now_ = now;
    if (ahead_until_ && now >= *ahead_until_) {
      ahead_until_.reset();
      brought_forward_.clear();
    }
    if (const auto wait = closed_for(now); wait > Wait{0}) return wait;
    auto batch = desk::read_and_wait(database_, [this](const desk::Reading& reading) -> Result<Batch> {
      Batch out;
      // After a break one message finds out whether it is over.
      out.due = reading.outbox.due(name_, reading.now, trying_again() ? 1 : at_once);
      if (out.due.empty()) out.next = reading.outbox.next_due(name_, reading.now);
      if (ahead_until_) {
        for (const auto& one : reading.outbox.due(name_, *ahead_until_, most_ahead)) {
          const bool waits = one.created_at > reading.now || one.next_try_at > reading.now + longest_back_off;
          if (waits && !brought_forward_.contains(one.id)) out.ahead.push_back(one.id);
        }
      }
      out.active = reading.active;
      return out;
    });
    if (!batch || !bring_forward(batch->ahead) || !complete(batch->due)) return Loop::longest_wait;
    if (batch->due.empty()) {
      if (!batch->ahead.empty()) return Wait{0};
      if (!batch->next) return Loop::longest_wait;
      return std::chrono::ceil<Wait>(std::max<Duration>(*batch->next - clock_.now(), 50ms));
    }
    return send(*batch);
  }

  /// What waits for a time from before the clock was set back is looked at now, each once: whatever it waited for is
  /// judged again by the clock as it is. False when that could not be written now.
  bool bring_forward(const std::vector<DeliveryId>& ahead) {
    if (ahead.empty()) return true;
    const auto written = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
      for (const auto id : ahead) unit.outbox.postpone(id, unit.now);
      return {};
    });
    if (written) brought_forward_.insert(ahead.begin(), ahead.end());
    return written.has_value();
  }

  /// Links are made on the writer: only where one is asked for. False when that could not be done now.
  bool complete(std::vector<desk::Delivery>& due) {
    if (!completing_ || std::ranges::none_of(due, completing_->needed)) return true;
    return desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
             for (auto& delivery : due) {
               if (completing_->needed(delivery)) completing_->fill(unit, delivery);
             }
             return {};
           })
        .has_value();
  }

  Wait send(const Batch& batch) {
    const auto spec_now = spec();
    auto written = std::chrono::steady_clock::now();
    std::set<std::string> done_together;  // keys that went with another
    for (const auto& delivery : batch.due) {
      if (done_together.contains(delivery.key)) continue;
      const auto now = clock_.now();
      if (stopping_.load() || closed_for(now) > Wait{0}) break;
      if (const auto later = not_now(batch, spec_now.rules, delivery, now)) {
        tried_.postponed.emplace_back(delivery.id, *later);
        continue;
      }
      auto together = gathered(batch, spec_now.rules, delivery);
      const auto began = std::chrono::steady_clock::now();
      auto outcome = together.size() > 1 ? spec_now.destination->attempt_together(together)
                                         : spec_now.destination->attempt(delivery);
      outcome.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
      learn(delivery, outcome, spec_now.rules);
      for (auto& one : together) {
        done_together.insert(one.key);
        tried_.outcomes.emplace_back(std::move(one), outcome);
      }
      if (std::chrono::steady_clock::now() - written > record_after) {
        if (!record(spec_now.rules)) return Loop::longest_wait;
        written = std::chrono::steady_clock::now();
      }
    }
    return record(spec_now.rules) ? Wait{0} : Loop::longest_wait;
  }

  /// When it may be sent instead, for what must wait: quiet hours, a vendor's limits, the time of gathering.
  std::optional<Time> not_now(const Batch& batch, const desk::LaneRules& rules, const desk::Delivery& delivery, Time now) {
    const bool to_person = delivery.recipient.id != 0;
    if (to_person && !is_urgent(batch, delivery)) {
      if (rules.quiet) {
        const auto zone = TimeZone::load(batch.active->desk.zone);
        const auto offset = zone ? zone->offset_at(now) : Duration{};
        if (const auto until = desk::quiet_until(*rules.quiet, now, offset)) return until;
      }
      if (rules.gather > Duration{} && may_gather(batch, delivery)) {
        const auto sent = last_sent_.find(name_of(delivery.recipient));
        if (sent != last_sent_.end() && sent->second + rules.gather > now && sent->second <= now) return sent->second + rules.gather;
      }
    }
    const std::scoped_lock lock(mutex_);
    return budget_.take(to_person ? name_of(delivery.recipient) : std::string{}, now);
  }

  static bool is_urgent(const Batch& batch, const desk::Delivery& delivery) {
    const auto text = batch.active->texts.find(delivery.text);
    return text != batch.active->texts.end() && text->second.urgent;
  }

  /// What is said to one person of several tickets may go as one; an agent's answer belongs to its own ticket.
  static bool may_gather(const Batch& batch, const desk::Delivery& delivery) {
    return delivery.recipient.id != 0 && delivery.text != "call" && delivery.text != "reply" && !is_urgent(batch, delivery);
  }

  /// The delivery with all that goes along with it; alone when nothing does.
  std::vector<desk::Delivery> gathered(const Batch& batch, const desk::LaneRules& rules, const desk::Delivery& delivery) {
    if (rules.gather <= Duration{} || delivery.tries > 0 || !may_gather(batch, delivery)) return {delivery};
    auto more = desk::read_and_wait(database_, [&](const desk::Reading& reading) -> Result<std::vector<desk::Delivery>> {
      return reading.outbox.due_together(name_, delivery.recipient, most_gathered);
    });
    std::vector<desk::Delivery> out{delivery};
    if (!more || !complete(*more)) return out;
    for (auto& one : *more) {
      if (one.id != delivery.id && may_gather(batch, one)) out.push_back(std::move(one));
    }
    return out;
  }

  void learn(const desk::Delivery& delivery, const desk::TryOutcome& outcome, const desk::LaneRules& rules) {
    const auto now = clock_.now();
    const std::scoped_lock lock(mutex_);
    const bool went = outcome.kind == Kind::accepted || outcome.kind == Kind::delivered;
    if (went || outcome.kind == Kind::rejected) {
      failures_ = 0;
      ++(went ? state_.sent : state_.failed);
      state_.state = "open";
      state_.until.reset();
      if (went) state_.error.clear();
      if (went && rules.gather > Duration{} && delivery.recipient.id != 0) {
        if (last_sent_.size() > 20'000) last_sent_.clear();
        last_sent_[name_of(delivery.recipient)] = now;
      }
    } else {
      ++failures_;
      ++state_.failed;
      state_.error = outcome.error;
      if (failures_ >= failures_to_break) {
        const auto more = std::min(failures_ - failures_to_break, 8);
        state_.state = "waiting";
        closed_at_ = now;
        state_.until = now + std::max(outcome.retry_after, std::min<Duration>(longest_break, 1s * (1 << more)));
      }
    }
    if (outcome.halt) {
      state_.state = "halted";
      state_.error = outcome.error;
      log::error("destination_halted", {{"destination", name_}, {"reason", outcome.error}});
    }
  }

  struct Tried {
    std::vector<std::pair<desk::Delivery, desk::TryOutcome>> outcomes;
    std::vector<std::pair<DeliveryId, Time>> postponed;
  };

  static bool may_pass(ErrorCode code) {
    return code == ErrorCode::storage_full || code == ErrorCode::overloaded || code == ErrorCode::database_unavailable ||
           code == ErrorCode::shutting_down;
  }

  /// What was tried since the last time. False: the desk can not write now, and it is kept for the next time.
  bool record(const desk::LaneRules& rules) {
    auto& tried = tried_;
    if (tried.outcomes.empty() && tried.postponed.empty()) return true;
    const auto work = [&](desk::Unit& unit) -> Result<void> {
      // What was put off may have gone along with a later one after all: what came of that is the last word.
      for (const auto& [id, until] : tried.postponed) unit.outbox.postpone(id, until);
      for (const auto& [delivery, outcome] : tried.outcomes) desk::record_try(unit, delivery, outcome, jitter_of(delivery), rules);
      return {};
    };
    const bool is_short = tried.outcomes.size() + tried.postponed.size() <= few;
    const auto recorded = is_short ? desk::write_patiently_and_wait(database_, work) : desk::write_slice_and_wait(database_, work);
    // A fault of the work itself would be one each time. Then, and when the process ends, it is sent again with the same
    // key, which is what "at least once" means.
    if (recorded || !may_pass(recorded.error().code)) tried = {};
    return recorded.has_value();
  }

  /// What has not arrived after the time that the desk allows goes by the next destination, once.
  void fall_back_late() {
    const auto rules = spec().rules;
    const auto now = clock_.now();
    if (!rules.fallback_after || rules.fallback.empty() || (looked_at_ && now - *looked_at_ < 15s && now >= *looked_at_)) return;
    looked_at_ = now;
    const auto late = desk::read_and_wait(database_, [&](const desk::Reading& reading) -> Result<std::vector<DeliveryId>> {
      return reading.outbox.not_arrived(name_, reading.now - *rules.fallback_after, rules.receipts, at_once);
    });
    if (!late || late->empty()) return;
    (void)desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
      for (const auto id : *late) {
        const auto made = unit.outbox.fall_back(id, rules.fallback, unit.now);
        if (!made) continue;
        desk::DeliveryTry one;
        one.at = unit.now;
        one.outcome = "fallen_back";
        one.error = "not arrived in time; sent by " + rules.fallback + " as well, as delivery " + std::to_string(made->value);
        unit.outbox.add_try(id, one);
        unit.wakes.destinations.insert(rules.fallback);
      }
      return {};
    });
  }

  desk::Database& database_;
  const Clock& clock_;
  const std::string name_;
  const std::optional<Completing> completing_;
  mutable std::mutex mutex_;
  // Under mutex_:
  desk::LaneSpec spec_;
  desk::LaneState state_{};
  Time closed_at_{};  // by the breaker
  int failures_ = 0;  // in a row
  SendingBudget budget_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> told_{false};  // of new rows
  // Of the loop's thread:
  bool waited_ = false;
  std::map<std::string, Time> last_sent_;
  std::optional<Time> looked_at_;
  std::optional<Time> last_now_, ahead_until_;  // until when rows may wait for a time from before the clock was set back
  std::set<DeliveryId> brought_forward_;
  Tried tried_;
  Loop loop_;  // last: its thread uses all of the above
};

Deliveries::Deliveries(desk::Database& database, const Clock& clock,
                       const std::map<std::string, desk::Destination*>& built_in, std::optional<Completing> completing)
    : database_(database), clock_(clock), completing_(std::move(completing)) {
  for (const auto& [name, destination] : built_in) {
    desk::LaneSpec spec;
    spec.destination = std::shared_ptr<desk::Destination>(std::shared_ptr<void>{}, destination);  // not owned
    spec.rules.keeps_story = false;
    built_in_[name] = std::make_shared<Lane>(database, clock, name, std::move(spec));
  }
}
Deliveries::~Deliveries() {
  stop();
}

void Deliveries::set_lanes(const std::map<std::string, desk::LaneSpec>& lanes) {
  // Those of the last change have been stopped since. Until they have ended, nobody else may send what they send.
  end_those_taken_away();
  const std::scoped_lock lock(mutex_);
  std::erase_if(lanes_, [&](auto& entry) {
    if (lanes.contains(entry.first)) return false;
    entry.second->begin_stop();
    ending_.push_back(std::move(entry.second));
    return true;
  });
  for (const auto& [name, spec] : lanes) {
    if (built_in_.contains(name)) continue;
    if (const auto lane = lanes_.find(name); lane != lanes_.end()) {
      lane->second->use(spec);
    } else {
      // Made before it has its place: its thread may not start.
      auto made = std::make_shared<Lane>(database_, clock_, name, spec, completing_);
      lanes_.emplace(name, std::move(made));
    }
  }
}

void Deliveries::end_those_taken_away() {
  std::vector<std::shared_ptr<Lane>> all;
  {
    const std::scoped_lock lock(mutex_);
    all.swap(ending_);
  }
  for (auto& lane : all) lane->stop();
}

std::map<std::string, desk::LaneState> Deliveries::lane_states() const {
  const std::scoped_lock lock(mutex_);
  std::map<std::string, desk::LaneState> out;
  for (const auto& [name, lane] : built_in_) out[name] = lane->state();
  for (const auto& [name, lane] : lanes_) out[name] = lane->state();
  return out;
}

void Deliveries::release(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  if (const auto lane = lanes_.find(name); lane != lanes_.end()) lane->second->release();
}

void Deliveries::wake(const std::set<std::string>& destinations) {
  const std::scoped_lock lock(mutex_);
  for (const auto& name : destinations) {
    if (const auto built_in = built_in_.find(name); built_in != built_in_.end()) built_in->second->wake();
    if (const auto lane = lanes_.find(name); lane != lanes_.end()) lane->second->wake();
  }
}
void Deliveries::stop() {
  std::map<std::string, std::shared_ptr<Lane>> all;
  {
    const std::scoped_lock lock(mutex_);
    all = built_in_;
    all.insert(lanes_.begin(), lanes_.end());
  }
  for (auto& [name, lane] : all) lane->begin_stop();
  for (auto& [name, lane] : all) lane->stop();
  end_those_taken_away();
}

desk::TryOutcome LogDestination::attempt(const desk::Delivery& delivery) {
  log::info("delivery", {{"key", delivery.key},
                         {"text", delivery.text},
                         {"ticket", delivery.ticket.value},
                         {"recipient", delivery.recipient.id}});
  desk::TryOutcome outcome;
  outcome.kind = desk::TryOutcome::Kind::delivered;
  return outcome;
}

}  // namespace docket::runtime
