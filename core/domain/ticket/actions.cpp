// SPDX-License-Identifier: Apache-2.0
// The one list of actions, as transitions, states, warnings and triggers do them, and the trace that they leave.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/both.hpp"
#include "base/text.hpp"
#include "domain/chinese_names.hpp"
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

Said refusal_of(const Said& act, const Error& error) {
  return both("{0}: {1}", "{2}：{3}", act.en, error.detail, act.zh, error.said().in(Language::zh));
}

/// What an action would make somebody do on the ticket; null: nothing.
const Said* work_of(ActionKind kind) {
  static const Said assign{"assign", "转派"};
  static const Said move{"move", "流转"};
  static const Said urge{"urge", "催单"};
  switch (kind) {
    case ActionKind::assign:
      return &assign;
    case ActionKind::move:
      return &move;
    case ActionKind::urge:
      return &urge;
    default:
      return nullptr;
  }
}

/// Does actions one after another and keeps a line for each; an action without effect leaves none.
class ActionRun {
 public:
  ActionRun(Deciding& deciding, RuleFired& trace, bool said) : deciding_(deciding), trace_(trace), said_(said) {}

  /// Does the first of them, with those that belong to it; how many that were.
  std::size_t run(std::span<const Action> actions) {
    const auto& action = actions.front();
    if (deciding_.ticket().merged_into) {
      if (const auto* act = work_of(action.kind)) {
        refused(both("{0}: the ticket was merged into another", "{1}：工单已并入别的工单", act->en, act->zh));
        return 1;
      }
    }
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

  void stop(Said why) { refused(std::move(why)); }

  /// The first that could not be done; empty: none.
  [[nodiscard]] Said take_refusal() { return std::move(refusal_); }

 private:
  void done(std::string line) { trace_.done.push_back(std::move(line)); }
  void refused(Said line) {
    trace_.refused.push_back(line.en);
    if (refusal_.empty()) refusal_ = std::move(line);
  }
  [[nodiscard]] ChineseNames names() const {
    return ChineseNames(deciding_.active(), &deciding_.form(), &deciding_.workflow());
  }

  void assigned(bool changed) {
    if (!changed) return;
    const auto& ticket = deciding_.ticket();
    done(ticket.assignee  ? fmt::format("assigned to user {} in team {}", ticket.assignee.value, ticket.team)
         : ticket.waiting ? fmt::format("waits in team {}", ticket.team)
                          : fmt::format("in team {}, with nobody", ticket.team));
  }

  void assign_to(const Action& action) {
    const auto& ticket = deciding_.ticket();
    const auto& team = action.team.empty() ? ticket.team : action.team;
    if (!deciding_.active().teams.contains(team)) {
      refused(both("assign: there is no team {}", "转派：没有班组“{}”", team));
      return;
    }
    if (!action.user.empty()) {
      const auto user = deciding_.roster().find_user(action.user);
      if (user) {
        assigned(assign(deciding_, AssignReason::action, team, *user));
      } else {
        refused(both("assign: there is no user {}", "转派：没有用户 {}", action.user));
      }
      return;
    }
    if (action.to == "lead") {
      if (team != ticket.team) assign(deciding_, AssignReason::action, team, {});
      to_lead();
    } else if (action.to == "last_handler") {
      return_to(team, ticket.last_handler, {"last_handler", "上一位坐席"});
    } else if (action.to == "previous") {
      if (ticket.visits.empty()) {
        return_to(team, ticket.last_handler, {"previous", "上一位坐席"});
      } else {
        assigned(return_visit(deciding_, AssignReason::action));
      }
    } else if (action.to == "creator") {
      if (ticket.created_by.kind == ActorKind::user) {
        return_to(team, UserId{ticket.created_by.id}, {"the creator", "建单人"});
      } else {
        refused({"assign: the ticket was not created by an agent", "转派：工单不是坐席建的，没有可转回的人"});
      }
    } else if (team != ticket.team || !ticket.assignee) {
      assigned(dispatch(deciding_, AssignReason::action, team));
    }
  }

  void to_lead() {
    const bool changed = assign_lead(deciding_, AssignReason::action);
    assigned(changed);
    const auto& ticket = deciding_.ticket();
    const auto owner = find_member(deciding_, ticket.team, ticket.assignee);
    if (!changed && (!owner || !owner->lead)) refused({"assign: no lead can take it now", "转派：现在没有组长能接"});
  }

  void return_to(const std::string& team, UserId user, const Said& word) {
    if (at_work(deciding_, team, user)) {
      assigned(assign(deciding_, AssignReason::action, team, user));
    } else {
      refused(both("assign: {0} can not take it now", "转派：{1}现在接不了", word.en, word.zh));
    }
  }

  void set(const Action& action) {
    FieldsSet change;
    const auto* text = std::get_if<std::string>(&action.value);
    if (action.field == "priority") {
      change.priority = text == nullptr ? std::nullopt : find_priority(*text);
      if (!change.priority) {
        refused(both("set priority: there is no priority {}", "设优先级：没有优先级“{}”", std::visit(InWords{}, action.value)));
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
    apply(std::move(change), both("set {0} to {1}", "修改{2}", action.field, std::visit(InWords{}, action.value),
                                  names().field(action.field)));
  }

  void tag(const std::vector<std::string>& added, const std::vector<std::string>& removed) {
    FieldsSet change;
    change.tags_added = added;
    change.tags_removed = removed;
    apply(std::move(change), added.empty() ? both("removed tags {}", "去标签 {}", joined(removed))
                                           : both("added tags {}", "加标签 {}", joined(added)));
  }

  void apply(FieldsSet change, Said line) {
    const auto changed = change_fields(deciding_, std::move(change));
    if (!changed) {
      refused(refusal_of(line, changed.error()));
    } else if (*changed) {
      done(std::move(line.en));
    }
  }

  void escalate(int level) {
    if (level <= deciding_.ticket().escalation) return;
    deciding_.emit(Escalated{std::min(level, max_escalation)});
    done(fmt::format("escalated to level {}", level));
  }

  void notify(const Action& action) {
    const auto line = both("notify {0} with {1}", "发通知“{1}”", joined(action.whom), action.text);
    const auto text = deciding_.active().texts.find(action.text);
    if (text == deciding_.active().texts.end()) {
      refused(both("{0}: there is no such text", "{1}：没有这个通知模板", line.en, line.zh));
      return;
    }
    Notified notified;
    notified.text = action.text;
    notified.recipients = recipients_of(deciding_, action.whom);
    notified.destinations = !action.channels.empty()         ? action.channels
                            : !text->second.channels.empty() ? text->second.channels
                                                             : deciding_.active().desk.destinations;
    if (notified.recipients.empty() || notified.destinations.empty()) {
      refused(notified.destinations.empty() ? both("{0}: there is no destination", "{1}：没有发送渠道", line.en, line.zh)
                                            : both("{0}: there is nobody to tell", "{1}：没有收件人", line.en, line.zh));
      return;
    }
    deciding_.emit(std::move(notified));
    done(line.en);
  }

  void note(const std::string& text) {
    auto body = deciding_.words(text);
    if (body.empty()) {
      refused({"note: the text is empty", "写备注：内容是空的"});
      return;
    }
    if (body.size() > max_message_bytes) body = std::string{first_characters(body, max_message_bytes / 4)};
    deciding_.say(MessageKind::note, std::move(body));
    done("wrote a note");
  }

  void move(const std::string& name) {
    const auto* transition = deciding_.workflow().find_transition(name, deciding_.ticket().state);
    if (transition == nullptr) {
      const auto& state = deciding_.ticket().state;
      refused(both("move {0}: there is no such step from state {1}", "流转：从{2}没有“{0}”这一步", name, state,
                   names().state(state)));
      return;
    }
    Step step;
    step.said = said_;
    if (const auto moved = make_move(deciding_, *transition, std::move(step)); !moved) {
      refused(refusal_of(both("move {0}", "流转{1}", name, names().step(*transition)), moved.error()));
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
      refused({"urge: the ticket is not in work", "催单：工单不在处理中"});
      return;
    }
    deciding_.emit(Urged{deciding_.ticket().urges + 1});
    done("urged");
  }

  Deciding& deciding_;
  RuleFired& trace_;
  bool said_;
  Said refusal_;
};

}  // namespace

Said do_actions(Deciding& deciding, const std::vector<Action>& actions, RuleFired& trace, bool said) {
  ActionRun run(deciding, trace, said);
  for (std::span<const Action> left = actions; !left.empty();) {
    if (deciding.full()) {
      run.stop(both("stopped: one command makes at most {} events", "已停止：一次操作最多产生 {} 个事件", max_events));
      break;
    }
    left = left.subspan(run.run(left));
  }
  return run.take_refusal();
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
