// SPDX-License-Identifier: Apache-2.0
#include "runtime/deliveries.hpp"

#include <algorithm>
#include <vector>

#include "base/hash.hpp"
#include "base/log.hpp"

namespace docket::runtime {
namespace {

constexpr int at_once = 100;

/// A number in [0, 1) that spreads tries of many deliveries; need not be secret, only uneven.
double jitter_of(const desk::Delivery& delivery) {
  const auto digest = sha256(delivery.key + "#" + std::to_string(delivery.tries));
  return static_cast<double>(digest[0] * 256 + digest[1]) / 65536.0;
}

struct Batch {
  std::vector<desk::Delivery> due;
  std::optional<Time> next;
};

}  // namespace

class Deliveries::Lane {
 public:
  Lane(desk::Database& database, const Clock& clock, std::string name, desk::Destination& destination)
      : database_(database),
        clock_(clock),
        name_(std::move(name)),
        destination_(destination),
        loop_("out-" + name_, [this] { return step(); }) {}
  void wake() { loop_.wake(); }
  void stop() { loop_.stop(); }

 private:
  std::chrono::milliseconds step() {
    const auto batch = desk::write_slice_and_wait(database_, [this](desk::Unit& unit) -> Result<Batch> {
      Batch out;
      out.due = unit.outbox.due(name_, unit.now, at_once);
      if (out.due.empty()) out.next = unit.outbox.next_due();
      // Past due and yet not ours: of another destination, or behind an earlier one of its ticket.
      if (out.next && *out.next <= unit.now) out.next.reset();
      return out;
    });
    if (!batch) return Loop::longest_wait;
    if (batch->due.empty()) {
      if (!batch->next) return Loop::longest_wait;
      return std::chrono::ceil<std::chrono::milliseconds>(
          std::max<Duration>(*batch->next - clock_.now(), std::chrono::milliseconds{50}));
    }
    std::vector<desk::TryOutcome> outcomes;
    outcomes.reserve(batch->due.size());
    for (const auto& delivery : batch->due) outcomes.push_back(destination_.attempt(delivery));
    const auto recorded = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
      for (std::size_t i = 0; i < outcomes.size(); ++i)
        desk::record_try(unit, batch->due[i], outcomes[i], jitter_of(batch->due[i]));
      return {};
    });
    // Not recorded: tried again with the same key, which is what "at least once" means.
    return recorded ? std::chrono::milliseconds{0} : Loop::longest_wait;
  }

  desk::Database& database_;
  const Clock& clock_;
  const std::string name_;
  desk::Destination& destination_;
  Loop loop_;
};

Deliveries::Deliveries(desk::Database& database, const Clock& clock,
                       const std::map<std::string, desk::Destination*>& destinations) {
  for (const auto& [name, destination] : destinations)
    lanes_[name] = std::make_unique<Lane>(database, clock, name, *destination);
}
Deliveries::~Deliveries() {
  stop();
}
void Deliveries::wake() {
  for (auto& [name, lane] : lanes_) lane->wake();
}
void Deliveries::stop() {
  for (auto& [name, lane] : lanes_) lane->stop();
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
