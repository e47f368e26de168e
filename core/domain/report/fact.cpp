// SPDX-License-Identifier: Apache-2.0
#include "domain/report/fact.hpp"

#include <algorithm>
#include <type_traits>

namespace docket::domain {
namespace {

bool ends(StateCategory category) {
  return category == StateCategory::resolved || category == StateCategory::closed;
}

/// Follows as much of a ticket as facts need. Whatever it starts from must be in Ticket, so that a history can be
/// followed in pieces.
class Following {
 public:
  explicit Following(const Ticket* before) {
    if (before == nullptr) return;
    workflow_ = before->workflow;
    state_ = before->state;
    category_ = before->category;
    entered_at_ = before->entered_at;
    team_ = before->team;
    assignee_ = before->assignee;
    merged_ = static_cast<bool>(before->merged_into);
    if (before->hold) hold_ = OpenHold{before->hold->reason, before->hold->since};
    for (const auto& run : before->clocks) policies_.push_back({run.clock, run.policy});
  }

  void apply(const RecordedEvent& recorded) {
    at_ = recorded.at;
    actor_ = &recorded.actor;
    std::visit([this](const auto& event) { follow(event); }, recorded.event);
  }

  [[nodiscard]] std::vector<Fact> take() && { return std::move(facts_); }

 private:
  struct OpenHold {
    std::string reason;
    Time since{};
  };
  struct PolicyOfClock {
    std::string clock, policy;
  };

  template <class Event>
  void follow(const Event&) {}

  void follow(const Created& event) {
    workflow_ = event.workflow;
    state_ = event.state;
    category_ = event.category;
    entered_at_ = at_;
  }
  void follow(const Moved& event) { enter(event.to, event.category, event.reopened); }
  void follow(const TypeChanged& event) {
    if (!event.begins_anew()) return;
    enter(event.state, event.category, false);
    workflow_ = event.workflow;
  }
  void follow(const Merged& event) {
    merged_ = true;
    enter(event.state, StateCategory::closed, false);
  }
  void follow(const MessageAdded& event) {
    if (event.message != MessageKind::reply) return;
    const bool person = actor_->kind == ActorKind::user;
    auto& fact = add(FactKind::reply, at_);
    fact.who = person ? UserId{actor_->id} : UserId{};
  }
  void follow(const Assigned& event) {
    team_ = event.team;
    assignee_ = event.assignee;
    auto& fact = add(FactKind::assignment, at_);
    fact.flag = static_cast<std::int64_t>(event.reason);
  }
  void follow(const Held& event) {
    const Time since = hold_ ? hold_->since : at_;
    hold_ = OpenHold{event.reason, since};
  }
  void follow(const Resumed&) { end_hold(); }
  void follow(const Rated& event) { add(FactKind::rating, at_).flag = event.score; }

  void follow(const ClockStarted& event) {
    const auto known = std::ranges::find(policies_, event.clock, &PolicyOfClock::clock);
    if (known != policies_.end()) {
      known->policy = event.policy;
    } else {
      policies_.push_back({event.clock, event.policy});
    }
  }
  void follow(const ClockChanged& event) {
    if (event.change == ClockChange::continued) add_run(event.clock, at_, RunEnd::continued, {});
  }
  void follow(const ClockBreached& event) { add_run(event.clock, event.due, RunEnd::breached, {}); }
  void follow(const ClockEnded& event) {
    // A merged ticket goes on as another: nothing was kept by ending it.
    if (merged_ && event.kept) return;
    add_run(event.clock, at_, event.kept ? RunEnd::ended_kept : RunEnd::ended_late, event.counted);
  }

  void add_run(const std::string& clock, Time at, RunEnd end, Duration counted) {
    auto& fact = add(FactKind::run, at);
    fact.name = clock;
    const auto known = std::ranges::find(policies_, clock, &PolicyOfClock::clock);
    if (known != policies_.end()) fact.of = known->policy;
    fact.flag = static_cast<std::int64_t>(end);
    fact.value = counted;
  }

  void end_hold() {
    if (!hold_) return;
    auto& fact = add(FactKind::hold, at_);
    fact.name = hold_->reason;
    fact.flag = static_cast<std::int64_t>(category_);
    fact.value = at_ - hold_->since;
    hold_.reset();
  }

  /// `reopened`: only an undo leaves an end without it.
  void enter(const std::string& state, StateCategory category, bool reopened) {
    if (ends(category)) end_hold();
    auto& left = add(FactKind::step, at_);
    left.name = state_;
    left.of = workflow_;
    left.flag = static_cast<std::int64_t>(category_);
    left.value = at_ - entered_at_;
    if (ends(category) != ends(category_) && !merged_) {
      auto& ending = add(FactKind::ending, at_);
      const auto left_end = reopened ? EndingFlag::reopened : EndingFlag::taken_back;
      ending.flag = static_cast<std::int64_t>(ends(category) ? EndingFlag::resolved : left_end);
    }
    state_ = state;
    category_ = category;
    entered_at_ = at_;
  }

  Fact& add(FactKind kind, Time at) {
    auto& fact = facts_.emplace_back();
    fact.kind = kind;
    fact.at = at;
    fact.team = team_;
    fact.who = assignee_;
    return fact;
  }

  std::string workflow_, state_, team_;
  StateCategory category_ = StateCategory::new_;
  UserId assignee_{};
  bool merged_ = false;
  Time entered_at_{};
  std::optional<OpenHold> hold_;
  std::vector<PolicyOfClock> policies_;
  Time at_{};
  const Actor* actor_ = nullptr;
  std::vector<Fact> facts_;
};

}  // namespace

FactHead fact_head(const Ticket& ticket) {
  FactHead head;
  head.id = ticket.id;
  head.type = ticket.type;
  head.channel = ticket.channel;
  head.region = ticket.region;
  head.product_line = ticket.product_line;
  head.team = ticket.team;
  head.state = ticket.state;
  head.workflow = ticket.workflow;
  head.priority = ticket.priority;
  head.category = ticket.category;
  head.assignee = ticket.assignee;
  head.merged = static_cast<bool>(ticket.merged_into);
  head.on_hold = ticket.hold.has_value();
  head.created_at = ticket.created_at;
  head.entered_at = ticket.entered_at;
  head.first_replied_at = ticket.first_replied_at;
  head.resolved_at = ticket.resolved_at;
  head.closed_at = ticket.closed_at;
  return head;
}

bool same_fact_head(const Ticket& a, const Ticket& b) {
  return a.state == b.state && a.entered_at == b.entered_at && a.team == b.team && a.assignee == b.assignee &&
         a.category == b.category && a.priority == b.priority && a.hold.has_value() == b.hold.has_value() &&
         a.first_replied_at == b.first_replied_at && a.resolved_at == b.resolved_at && a.closed_at == b.closed_at &&
         a.merged_into == b.merged_into && a.region == b.region && a.product_line == b.product_line &&
         a.type == b.type && a.channel == b.channel && a.workflow == b.workflow && a.created_at == b.created_at;
}

std::vector<Fact> facts_of(const Ticket* before, std::span<const RecordedEvent> events) {
  Following following(before);
  for (const auto& event : events) following.apply(event);
  return std::move(following).take();
}

}  // namespace docket::domain
