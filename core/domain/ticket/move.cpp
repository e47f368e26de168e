// SPDX-License-Identifier: Apache-2.0
// Steps through the workflow: who may make one, what it requires, what belongs to it, and the way back from an end.
#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/condition/explain.hpp"
#include "domain/condition/may_hold.hpp"
#include "domain/ticket/acts.hpp"

namespace docket::domain {
namespace {

bool for_customers(const Transition& transition) {
  return transition.by != TransitionBy::agent;
}
bool for_agents(const Transition& transition) {
  return transition.by != TransitionBy::customer;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

bool works(StateCategory category) {
  return category == StateCategory::new_ || category == StateCategory::open;
}

bool holds_role(const Principal& principal, const Transition& transition, const std::string& team) {
  return transition.roles.empty() ||
         std::ranges::any_of(transition.roles, [&](const std::string& role) { return principal.has_role(role, team); });
}

/// How long ago a closed ticket may be reopened by its customer has passed.
bool too_late(const Ticket& ticket, const DeskSettings& desk, Time now) {
  return ticket.category == StateCategory::closed && ticket.closed_at && now - *ticket.closed_at > desk.reopen_within;
}

bool has_value(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return !list->empty();
  return !std::holds_alternative<std::monostate>(value);
}

/// Fields that the transition requires and that have no value yet; a required message is not among them.
std::vector<std::string> missing_fields(const Ticket& ticket, const Transition& transition, const FieldSource& source) {
  std::vector<std::string> names;
  for (const auto& name : transition.require) {
    if (name == "message") continue;
    const auto own = ticket.fields.find(name);
    if (!has_value(own != ticket.fields.end() ? own->second : source.get(name))) names.push_back(name);
  }
  return names;
}

std::vector<std::string> to_give(const Ticket& ticket, const Principal& principal, const Transition& transition,
                                 const Definitions& active, const FieldSource& source) {
  const auto form = active.forms.find(ticket.type);
  if (form == active.forms.end() || principal.actor.kind == ActorKind::customer) return {};
  auto names = missing_fields(ticket, transition, source);
  std::erase_if(names, [&](const std::string& name) {
    const auto* field = form->second.find_field(name);
    return field == nullptr || principal.access(field->group, ticket.team) != FieldAccess::write;
  });
  return names;
}

std::string step_zh(const Transition& transition) {
  return zh_quoted(transition.title, transition.name);
}

const Form* form_of(const Ticket& ticket, const Definitions& active) {
  const auto form = active.forms.find(ticket.type);
  return form == active.forms.end() ? nullptr : &form->second;
}

Said needs_role(const Transition& transition, const Definitions& active) {
  return both("Step {0} needs one of the roles {1}.", "{2}这一步只有{3}能做。", transition.name, joined(transition.roles),
              step_zh(transition), ChineseNames(active).roles(transition.roles));
}

Said not_open(const Ticket& ticket, const Workflow& workflow, const Transition& transition, const Definitions& active,
              const FieldSource& source) {
  const ChineseNames names(active, form_of(ticket, active), &workflow);
  return both("Step {0} is not open now: {1}.", "{2}这一步现在还不能做：{3}。", transition.name,
              why_not_holding(transition.guard, source), step_zh(transition),
              why_not_holding_zh(transition.guard, source, names));
}

/// One answer for the button and for the command. The guard is judged on the source given; where it looks at a required
/// field that is still empty, the field is asked for first.
std::optional<Said> refusal(const Ticket& ticket, const Principal& principal, const Workflow& workflow,
                            const Transition& transition, const Definitions& active, const FieldSource& source) {
  if (principal.actor.kind == ActorKind::customer) {
    if (!for_customers(transition)) return both("Step {0} is made by agents.", "{1}这一步由坐席来做。", transition.name, step_zh(transition));
    const auto* target = workflow.find_state(transition.to);
    if (target != nullptr && !ends(target->category) && too_late(ticket, active.desk, source.now())) {
      return Said{"The ticket was closed too long ago to be reopened; please create a new one.",
                  "工单关闭太久，不能重开了，请新建一张。"};
    }
  } else if (principal.actor.kind != ActorKind::system && !for_agents(transition)) {
    return both("Step {0} is made by the customer.", "{1}这一步由客户来做。", transition.name, step_zh(transition));
  }
  if (!holds_role(principal, transition, ticket.team)) return needs_role(transition, active);
  if (!holds(transition.guard, source) &&
      !may_hold(transition.guard, source, to_give(ticket, principal, transition, active, source)))
    return not_open(ticket, workflow, transition, active, source);
  return {};
}

std::vector<FieldError> missing(const Deciding& deciding, const Transition& transition, const Step& step) {
  std::vector<FieldError> faults;
  const auto title = step_zh(transition);
  const ChineseNames names(deciding.active(), form_of(deciding.ticket(), deciding.active()));
  if (std::ranges::find(transition.require, "message") != transition.require.end() && step.message.empty() && !step.said)
    faults.push_back(field_error("/message", both("Step {0} needs a message.", "{1}这一步需要写说明。", transition.name, title)));
  for (const auto& name : missing_fields(deciding.ticket(), transition, deciding.source()))
    faults.push_back(field_error("/fields/" + name, both("Step {0} needs this field.", "{1}这一步需要填写{2}。", transition.name,
                                                          title, names.field(name))));
  return faults;
}

/// Whoever may only make steps sets what the step asks for, and nothing beside it.
std::vector<FieldError> not_asked_for(const Deciding& deciding, const Transition& transition, const Fields& fields) {
  std::vector<FieldError> faults;
  if (deciding.principal().may(Right::ticket_edit, deciding.ticket().team)) return faults;
  for (const auto& [name, value] : fields) {
    if (std::ranges::find(transition.require, name) != transition.require.end()) continue;
    faults.push_back(field_error("/fields/" + name,
                                 both("Step {0} does not ask for this field; setting it needs the right {1}.",
                                      "{2}这一步不要求填这个字段，修改它需要{3}权限。", transition.name,
                                      domain::name(Right::ticket_edit), step_zh(transition), zh_right(Right::ticket_edit))));
  }
  return faults;
}

MessageKind kind_of_step(const Deciding& deciding, bool reply) {
  if (deciding.by_customer()) return MessageKind::customer;
  return reply ? MessageKind::reply : MessageKind::note;
}

}  // namespace

std::vector<std::string> fields_to_give(const Ticket& ticket, const Principal& principal, const Transition& transition,
                                        const Definitions& active, Time now) {
  return to_give(ticket, principal, transition, active, TicketSource(ticket, now));
}

std::vector<const Transition*> allowed_transitions(const Ticket& ticket, const Principal& principal,
                                                   const Workflow& workflow, const Definitions& active, Time now) {
  std::vector<const Transition*> allowed;
  if (ticket.merged_into || !principal.may(Right::ticket_transition, ticket.team)) return allowed;
  if (principal.actor.kind == ActorKind::customer && principal.customer != ticket.customer) return allowed;
  const TicketSource source(ticket, now);
  for (const auto* transition : workflow.transitions_from(ticket.state)) {
    if (!refusal(ticket, principal, workflow, *transition, active, source)) allowed.push_back(transition);
  }
  return allowed;
}

std::unexpected<Error> not_allowed(Deciding& deciding, Said detail) {
  Error error;
  error.code = ErrorCode::transition_not_allowed;
  error.say(std::move(detail));
  for (const auto* transition : allowed_transitions(deciding.ticket(), deciding.principal(), deciding.workflow(),
                                                    deciding.active(), deciding.now())) {
    error.allowed.push_back(transition->name);
  }
  return std::unexpected<Error>(std::move(error));
}

std::optional<Said> why_not(Deciding& deciding, const Transition& transition) {
  return refusal(deciding.ticket(), deciding.principal(), deciding.workflow(), transition, deciding.active(),
                 deciding.source());
}

Outcome make_move(Deciding& deciding, const Transition& transition, Step step) {
  const auto& ticket = deciding.ticket();
  const auto* target = deciding.workflow().find_state(transition.to);
  if (target == nullptr) {
    return not_allowed(deciding, both("State {0} is not in the workflow.", "流程里没有“{0}”这个节点，请联系管理员。", transition.to));
  }
  if (!step.fields.empty()) {
    FieldsSet change;
    change.fields = std::move(step.fields);
    if (auto changed = change_fields(deciding, std::move(change)); !changed) return pass_on(changed.error());
  }
  if (!step.judged) {
    if (auto reason = why_not(deciding, transition)) return not_allowed(deciding, std::move(*reason));
  }
  if (auto faults = missing(deciding, transition, step); !faults.empty()) return wrong_fields(std::move(faults));

  if (!step.message.empty()) deciding.say(kind_of_step(deciding, step.reply), std::move(step.message));
  if (ticket.hold) deciding.emit(Resumed{true, {}});
  Moved moved;
  moved.transition = transition.name;
  moved.from = ticket.state;
  moved.to = target->name;
  moved.category = target->category;
  moved.reopened = ends(ticket.category) && !ends(target->category);
  moved.due = step.due;
  const bool reopened = moved.reopened;
  const int entered = ticket.step + 1;
  const auto cause = deciding.events().size();
  deciding.emit(std::move(moved));
  enter_owner(deciding, *target, reopened);
  run_actions(deciding, "transition " + transition.name, transition.actions, cause);
  // An action may have moved the ticket on; then its state is another one's to greet.
  if (ticket.step == entered) run_actions(deciding, "state " + target->name, target->on_enter, cause);
  return {};
}

const Transition* find_reopening(Deciding& deciding, bool by_customer, Said& why) {
  const auto& ticket = deciding.ticket();
  const auto& workflow = deciding.workflow();
  if (by_customer && too_late(ticket, deciding.active().desk, deciding.now())) {
    why = {"The ticket was closed too long ago to be reopened. Please create a new one that refers to it.",
           "工单关闭太久，不能重开了，请新建一张并注明这张的编号。"};
    return nullptr;
  }
  const ChineseNames names(deciding.active(), nullptr, &workflow);
  why = both("Workflow {0} has no way back from state {1}. Please create a new ticket that refers to it.",
             "流程里没有从{2}重开的步骤，请新建一张并注明这张的编号。", workflow.name, ticket.state, names.state(ticket.state));
  const Transition* first = nullptr;
  const auto source = deciding.source();
  for (const auto* transition : workflow.transitions_from(ticket.state)) {
    const auto* target = workflow.find_state(transition->to);
    if (target == nullptr || !works(target->category)) continue;
    if (by_customer ? !for_customers(*transition) : !for_agents(*transition)) continue;
    if (!by_customer && !holds_role(deciding.principal(), *transition, ticket.team)) {
      why = needs_role(*transition, deciding.active());
      continue;
    }
    if (!holds(transition->guard, source)) {
      why = not_open(ticket, workflow, *transition, deciding.active(), source);
      continue;
    }
    if (transition->name == "reopen") return transition;
    if (first == nullptr) first = transition;
  }
  return first;
}

Outcome decide_move(Deciding& deciding, const MoveTicket& command) {
  if (auto may = require_right(deciding, Right::ticket_transition); !may) return may;
  const auto& ticket = deciding.ticket();
  const auto& workflow = deciding.workflow();
  const auto* transition = workflow.find_transition(command.transition, ticket.state);
  if (transition == nullptr) {
    const auto named = std::ranges::find(workflow.transitions, command.transition, &Transition::name);
    if (named == workflow.transitions.end()) {
      return not_allowed(deciding, both("Workflow {0} has no step {1}.", "流程{2}没有“{1}”这一步。", workflow.name,
                                        command.transition, zh_quoted(workflow.title, workflow.name)));
    }
    const ChineseNames names(deciding.active(), nullptr, &workflow);
    return not_allowed(deciding, both("Step {0} leads from {1}; the ticket is in {2}.",
                                      "{3}这一步要从{4}开始，工单现在是{5}。", command.transition, joined(named->from),
                                      ticket.state, step_zh(*named), names.states(named->from), names.state(ticket.state)));
  }
  if (auto text = check_message(command.message, "/message", 0, false); !text) return text;
  if (command.reply && !command.message.empty() && !deciding.by_customer()) {
    if (auto may = require_right(deciding, Right::ticket_reply); !may) return may;
  }
  if (auto faults = not_asked_for(deciding, *transition, command.fields); !faults.empty()) return wrong_fields(std::move(faults));
  Step step;
  step.fields = command.fields;
  step.message = command.message;
  step.reply = command.reply;
  return make_move(deciding, *transition, std::move(step));
}

Outcome decide_reopen(Deciding& deciding, const ReopenTicket& command) {
  const bool customer = deciding.by_customer();
  if (auto may = require_right(deciding, customer ? Right::ticket_reply : Right::ticket_transition); !may) return may;
  if (!ends(deciding.ticket().category)) {
    const auto& state = deciding.ticket().state;
    return fail(ErrorCode::conflict,
                both("The ticket is in {0} and needs no reopening.", "工单现在是{1}，不需要重开。", state,
                     ChineseNames(deciding.active(), nullptr, &deciding.workflow()).state(state)));
  }
  if (auto text = check_message(command.message, "/message", 0, false); !text) return text;
  Said why;
  const auto* transition = find_reopening(deciding, customer, why);
  if (transition == nullptr) return fail(ErrorCode::conflict, std::move(why));
  Step step;
  step.message = command.message;
  step.judged = true;
  return make_move(deciding, *transition, std::move(step));
}

}  // namespace docket::domain
