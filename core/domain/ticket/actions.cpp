// SPDX-License-Identifier: Apache-2.0
// The one list of actions, as transitions, states, warnings and triggers do them, and the trace that they leave.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/limits.hpp"
#include "domain/ticket/notify.hpp"

namespace docket::domain {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

struct InWords {
  std::string operator()(std::monostate) const { return "nothing"; }
  std::string operator()(bool value) const { return value ? "yes" : "no"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<std::string>& values) const { return joined(values); }
};

/// Does actions one after another and keeps a line for each; an action without effect leaves none.
class ActionRun {
 public:
  ActionRun(Deciding& deciding, RuleFired& trace, bool said) : deciding_(deciding), trace_(trace), said_(said) {}

  /// Does the first of them, with those that belong to it; how many that were.
  std::size_t run(std::span<const Action> actions) {
    const auto& action = actions.front();
    switch (action.kind) {
      case ActionKind::assign:
        assign_to(action);
        break;
      case ActionKind::set:
        set(action);
        break;
      case ActionKind::tag:
        tag(action.values, {});
        break;
      case ActionKind::untag:
        tag({}, action.values);
        break;
      case ActionKind::escalate:
        escalate(action.level);
        break;
      case ActionKind::notify:
        notify(action);
        break;
      case ActionKind::note:
        note(action.text);
        break;
      case ActionKind::move:
        move(action.transition);
        break;
      case ActionKind::call:
        return call(actions);
      case ActionKind::urge:
        urge();
        break;
    }
    return 1;
  }

 private:
  void done(std::string line) { trace_.done.push_back(std::move(line)); }
  void refused(std::string line) { trace_.refused.push_back(std::move(line)); }

  void assigned(bool changed) {
    if (!changed) return;
    const auto& ticket = deciding_.ticket();
    done(ticket.assignee ? fmt::format("assigned to user {} in team {}", ticket.assignee.value, ticket.team)
                         : fmt::format("waits in team {}", ticket.team));
  }

  void assign_to(const Action& action) {
    const auto& ticket = deciding_.ticket();
    const auto& team = action.team.empty() ? ticket.team : action.team;
    if (!deciding_.active().teams.contains(team)) {
      refused("assign: there is no team " + team);
      return;
    }
    if (!action.user.empty()) {
      const auto user = deciding_.roster().find_user(action.user);
      if (user) {
        assigned(assign(deciding_, AssignReason::action, team, *user));
      } else {
        refused("assign: there is no user " + action.user);
      }
      return;
    }
    if (action.to == "lead") {
      if (team != ticket.team) assign(deciding_, AssignReason::action, team, {});
      assigned(assign_lead(deciding_, AssignReason::action));
    } else if (action.to == "last_handler") {
      return_to(team, ticket.last_handler, "last_handler");
    } else if (action.to == "previous") {
      if (ticket.visits.empty()) {
        return_to(team, ticket.last_handler, "previous");
      } else {
        assigned(return_visit(deciding_, AssignReason::action));
      }
    } else if (action.to == "creator") {
      if (ticket.created_by.kind == ActorKind::user) {
        assigned(assign(deciding_, AssignReason::action, team, UserId{ticket.created_by.id}));
      } else {
        refused("assign: the ticket was not created by an agent");
      }
    } else if (team != ticket.team || !ticket.assignee) {
      assigned(dispatch(deciding_, AssignReason::action, team));
    }
  }

  void return_to(const std::string& team, UserId user, std::string_view word) {
    if (reachable(deciding_, team, user)) {
      assigned(assign(deciding_, AssignReason::action, team, user));
    } else {
      refused(fmt::format("assign: {} can not take it now", word));
    }
  }

  void set(const Action& action) {
    FieldsSet change;
    const auto* text = std::get_if<std::string>(&action.value);
    if (action.field == "priority") {
      change.priority = text == nullptr ? std::nullopt : find_priority(*text);
      if (!change.priority) {
        refused("set priority: there is no priority " + std::visit(InWords{}, action.value));
        return;
      }
    } else if (action.field == "region") {
      change.region = text == nullptr ? std::string{} : *text;
    } else if (action.field == "product_line") {
      change.product_line = text == nullptr ? std::string{} : *text;
    } else {
      const auto name = action.field.starts_with("field.") ? action.field.substr(6) : action.field;
      change.fields[name] = action.value;
    }
    apply(std::move(change), fmt::format("set {} to {}", action.field, std::visit(InWords{}, action.value)));
  }

  void tag(const std::vector<std::string>& added, const std::vector<std::string>& removed) {
    FieldsSet change;
    change.tags_added = added;
    change.tags_removed = removed;
    apply(std::move(change), added.empty() ? "removed tags " + joined(removed) : "added tags " + joined(added));
  }

  void apply(FieldsSet change, std::string line) {
    const auto changed = change_fields(deciding_, std::move(change));
    if (!changed) {
      refused(line + ": " + changed.error().detail);
    } else if (*changed) {
      done(std::move(line));
    }
  }

  void escalate(int level) {
    if (level <= deciding_.ticket().escalation) return;
    deciding_.emit(Escalated{std::min(level, max_escalation)});
    done(fmt::format("escalated to level {}", level));
  }

  void notify(const Action& action) {
    const auto line = fmt::format("notify {} with {}", joined(action.whom), action.text);
    const auto text = deciding_.active().texts.find(action.text);
    if (text == deciding_.active().texts.end()) {
      refused(line + ": there is no such text");
      return;
    }
    Notified notified;
    notified.text = action.text;
    notified.recipients = recipients_of(deciding_, action.whom);
    notified.destinations = !action.channels.empty()         ? action.channels
                            : !text->second.channels.empty() ? text->second.channels
                                                             : deciding_.active().desk.destinations;
    if (notified.recipients.empty() || notified.destinations.empty()) {
      refused(line + (notified.destinations.empty() ? ": there is no destination" : ": there is nobody to tell"));
      return;
    }
    deciding_.emit(std::move(notified));
    done(line);
  }

  void note(const std::string& text) {
    auto body = deciding_.words(text);
    if (body.empty()) {
      refused("note: the text is empty");
      return;
    }
    if (body.size() > max_message_bytes) body = std::string{first_characters(body, max_message_bytes / 4)};
    deciding_.say(MessageKind::note, std::move(body));
    done("wrote a note");
  }

  void move(const std::string& name) {
    const auto* transition = deciding_.workflow().find_transition(name, deciding_.ticket().state);
    if (transition == nullptr) {
      refused(fmt::format("move {}: there is no such step from state {}", name, deciding_.ticket().state));
      return;
    }
    Step step;
    step.said = said_;
    if (const auto moved = make_move(deciding_, *transition, std::move(step)); !moved) {
      refused(fmt::format("move {}: {}", name, moved.error().detail));
      return;
    }
    done("moved by step " + name);
  }

  /// Calls in a row are one event.
  std::size_t call(std::span<const Action> actions) {
    const auto calls = std::ranges::find_if(actions, [](const Action& one) { return one.kind != ActionKind::call; }) - actions.begin();
    actions = actions.first(static_cast<std::size_t>(calls));
    Called called;
    called.destination = actions.front().destination;
    if (deciding_.cause() != Deciding::no_event) called.cause = deciding_.events()[deciding_.cause()].sequence;
    if (actions.size() > 1) called.also.emplace();
    for (const auto& action : actions.subspan(1)) called.also->push_back(action.destination);
    auto line = "called " + joined(destinations_of(called));
    deciding_.emit(std::move(called));
    done(std::move(line));
    return actions.size();
  }

  void urge() {
    if (ends(deciding_.ticket().category)) {
      refused("urge: the ticket is not in work");
      return;
    }
    deciding_.emit(Urged{deciding_.ticket().urges + 1});
    done("urged");
  }

  Deciding& deciding_;
  RuleFired& trace_;
  bool said_;
};

}  // namespace

void do_actions(Deciding& deciding, const std::vector<Action>& actions, RuleFired& trace, bool said) {
  ActionRun run(deciding, trace, said);
  for (std::span<const Action> left = actions; !left.empty();) {
    if (deciding.full()) {
      trace.refused.push_back(fmt::format("stopped: one command makes at most {} events", max_events));
      break;
    }
    left = left.subspan(run.run(left));
  }
}

void run_actions(Deciding& deciding, const std::string& rule, const std::vector<Action>& actions, std::size_t cause,
                 const Trigger* trigger) {
  if (actions.empty()) return;
  RuleFired trace;
  trace.rule = rule;
  if (deciding.deep(cause)) {
    trace.refused = {fmt::format("stopped: more than {} rules set each other off", max_rule_depth)};
    const Deciding::RuleScope scope(deciding, rule, cause, trigger);
    deciding.emit(std::move(trace));
    return;
  }
  const Deciding::RuleScope scope(deciding, rule, cause, trigger);
  do_actions(deciding, actions, trace);
  if (!trace.done.empty() || !trace.refused.empty()) deciding.emit(std::move(trace));
}

}  // namespace docket::domain
