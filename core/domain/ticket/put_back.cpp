// SPDX-License-Identifier: Apache-2.0
// Taking an act back: the ticket becomes what it was, by events like any others. Nothing that was said, sent or counted
// is taken out of its history.
#include "domain/ticket/put_back.hpp"

#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/due.hpp"

namespace docket::domain {
namespace {

template <class T>
std::optional<T> if_other(const T& before, const T& now) {
  if (before == now) return {};
  return before;
}

/// What sets every field to what it was.
FieldsSet difference(const Ticket& before, const Ticket& now) {
  FieldsSet change;
  change.fields = field_changes(now.fields, before.fields);
  change.subject = if_other(before.subject, now.subject);
  change.priority = if_other(before.priority, now.priority);
  change.region = if_other(before.region, now.region);
  change.product_line = if_other(before.product_line, now.product_line);
  change.customer_level = if_other(before.customer_level, now.customer_level);
  change.customer = if_other(before.customer, now.customer);
  change.organization = if_other(before.organization, now.organization);
  std::ranges::set_difference(before.tags, now.tags, std::back_inserter(change.tags_added));
  std::ranges::set_difference(now.tags, before.tags, std::back_inserter(change.tags_removed));
  return change;
}

/// One ticket put back; lives for one command.
class PuttingBack {
 public:
  PuttingBack(Deciding& deciding, const Ticket& before, std::span<const RecordedEvent> undone)
      : deciding_(deciding), before_(before), undone_(undone), team_(deciding.ticket().team) {}

  Outcome run(RuleFired& trace) {
    const auto fields = difference(before_, now());
    if (auto may = check(fields); !may) return may;
    if (!(fields == FieldsSet{})) {
      deciding_.emit(fields);
      trace.done.emplace_back("fields are as before");
    }
    const bool works_again = before_.state != now().state && ends(now().category) && !ends(before_.category);
    if (before_.state != now().state) put_state(trace);
    if (gives_back() || (works_again && now().assignee && !reachable(deciding_, now().team, now().assignee))) put_owner(trace);
    put_hold(trace);
    if (before_.escalation != now().escalation) {
      deciding_.emit(Escalated{before_.escalation});
      trace.done.emplace_back("escalation level is as before");
    }
    take_up(trace.rule);
    tell_what_stays(trace);
    return {};
  }

 private:
  [[nodiscard]] const Ticket& now() const { return deciding_.ticket(); }

  Outcome need(Right right) const {
    const auto& principal = deciding_.principal();
    if (principal.may(right, before_.team) || principal.may(right, team_)) return {};
    return lacks_right(deciding_.active(), right, before_.team);
  }

  Outcome check(const FieldsSet& fields) const {
    if (!(fields == FieldsSet{})) {
      if (auto may = need(Right::ticket_edit); !may) return may;
      std::vector<FieldError> faults;
      check_field_groups(deciding_, deciding_.form(), fields.fields, faults);
      if (!faults.empty()) return wrong_fields(std::move(faults));
    }
    if (before_.state != now().state) {
      if (auto may = need(Right::ticket_transition); !may) return may;
      if (before_.workflow != now().workflow || deciding_.workflow().find_state(before_.state) == nullptr)
        return fail(ErrorCode::conflict,
                    both("State {} is no longer in the ticket's workflow.", "原来的节点“{}”已不在流程里，不能撤销。", before_.state));
    } else if (gives_back() && (before_.team != now().team || before_.assignee != now().assignee)) {
      if (auto may = need(Right::ticket_assign); !may) return may;
    }
    if (before_.hold.has_value() != now().hold.has_value()) {
      if (auto may = need(Right::ticket_hold); !may) return may;
    }
    if (came_back() && before_.visits != now().visits)
      return fail(ErrorCode::conflict, {"The ticket came back from a visit to another team; move it there by hand.",
                                       "工单已从别的班组退回，不能撤销，请手工流转过去。"});
    if (before_.merged_into != now().merged_into)
      return fail(ErrorCode::conflict, {"A merge can not be put back.", "合并不能撤销。"});
    return {};
  }

  /// The act gave the ticket to somebody else, or put it in a queue. What dispatch or a rule did with it afterwards is
  /// not the act's, and stays.
  [[nodiscard]] bool gives_back() const {
    const bool other = before_.team != now().team || before_.assignee != now().assignee || before_.waiting != now().waiting;
    return other && std::ranges::any_of(undone_, [](const RecordedEvent& recorded) {
      return std::holds_alternative<Assigned>(recorded.event);
    });
  }

  /// The act ended a visit, and perhaps gave the ticket to somebody who has begun with it.
  [[nodiscard]] bool came_back() const {
    return std::ranges::any_of(undone_, [](const RecordedEvent& recorded) {
      const auto* assigned = std::get_if<Assigned>(&recorded.event);
      return assigned != nullptr && assigned->popped;
    });
  }

  /// Whose turn it is then: who was answered by the act has the answer.
  [[nodiscard]] Awaiting awaiting() const {
    const bool answered = std::ranges::any_of(undone_, [](const RecordedEvent& recorded) {
      const auto* added = std::get_if<MessageAdded>(&recorded.event);
      return added != nullptr && added->message == MessageKind::reply;
    });
    return answered ? Awaiting::customer : before_.awaiting;
  }

  void put_state(RuleFired& trace) {
    Moved moved;
    moved.from = now().state;
    moved.to = before_.state;
    moved.category = before_.category;
    moved.put_back = PutBackState{awaiting(), before_.visits};
    deciding_.emit(std::move(moved));
    trace.done.push_back("back in state " + before_.state);
  }

  void put_owner(RuleFired& trace) {
    const bool visiting = now().visits.size() > before_.visits.size();
    const bool there = !before_.assignee || reachable(deciding_, before_.team, before_.assignee);
    if (!there) {
      dispatch(deciding_, AssignReason::returned, before_.team, nullptr, {.popped = visiting});
      trace.done.push_back("back in team " + before_.team + ", which chose who takes it");
      return;
    }
    assign(deciding_, AssignReason::returned, before_.team, before_.assignee, {}, {.popped = visiting});
    trace.done.push_back("back with whom it was, in team " + before_.team);
  }

  void put_hold(RuleFired& trace) {
    const auto& hold = before_.hold;
    if (hold == now().hold) return;
    if (!hold) {
      deciding_.emit(Resumed{});
      trace.done.emplace_back("no longer on hold");
    } else if (hold->until && *hold->until <= deciding_.now()) {
      trace.refused.emplace_back("hold: its time is over");
    } else if (!now().hold || now().hold->reason != hold->reason || now().hold->note != hold->note ||
               now().hold->until != hold->until) {
      deciding_.emit(Held{hold->reason, hold->note, hold->until});
      trace.done.emplace_back("on hold again");
    }
  }

  void take_up(const std::string& rule) {
    auto events = take_up_clocks(now(), before_, deciding_.counting(), deciding_.pinned(), deciding_.now(), rule);
    for (auto& event : events) deciding_.emit_as("clock", std::move(event));
  }

  void tell_what_stays(RuleFired& trace) const {
    if (before_.messages != now().messages) trace.refused.emplace_back("what was said stays said");
    if (before_.urges != now().urges) trace.refused.emplace_back("an urge stays counted");
    if (before_.watchers != now().watchers || before_.copied != now().copied)
      trace.refused.emplace_back("people who were told of the ticket stay on it");
    if (before_.links != now().links) trace.refused.emplace_back("links stay");
  }

  Deciding& deciding_;
  const Ticket& before_;
  const std::span<const RecordedEvent> undone_;
  const std::string team_;  ///< that has it now
};

}  // namespace

Result<Decision> put_back(const Ticket& ticket, const Ticket& before, std::span<const RecordedEvent> undone,
                          const std::string& what, const Context& context) {
  Deciding deciding(&ticket, ticket.id, context);
  const auto& principal = deciding.principal();
  const bool may = principal.may(Right::ticket_bulk, before.team) || principal.may(Right::ticket_bulk, ticket.team);
  if (deciding.by_customer() || !may)
    return lacks_right(deciding.active(), Right::ticket_bulk, before.team);
  // As before any command: a goal that was missed until now was missed.
  do_due_clock_events(deciding, deciding.now());
  const auto first = deciding.events().size();
  RuleFired trace;
  trace.rule = "undo of " + what;
  if (auto done = PuttingBack(deciding, before, undone).run(trace); !done) return pass_on(done.error());
  if (deciding.events().size() == first) {
    Decision nothing;
    nothing.ticket = ticket;
    return nothing;
  }
  deciding.emit(std::move(trace));
  settle(deciding, first);
  return std::move(deciding).finish();
}

}  // namespace docket::domain
