// SPDX-License-Identifier: Apache-2.0
// Steps through the workflow: who may make one, what it requires, what belongs to it, and the way back from an end.
#include <algorithm>
#include <utility>

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
    return field == nullptr || principal.access(field->group) != FieldAccess::write;
  });
  return names;
}

/// One answer for the button and for the command. The guard is judged on the source given; where it looks at a required
/// field that is still empty, the field is asked for first.
std::optional<std::string> refusal(const Ticket& ticket, const Principal& principal, const Workflow& workflow,
                                   const Transition& transition, const Definitions& active, const FieldSource& source) {
  const auto step = "Step " + transition.name;
  if (principal.actor.kind == ActorKind::customer) {
    if (!for_customers(transition)) return step + " is made by agents.";
    const auto* target = workflow.find_state(transition.to);
    if (target != nullptr && !ends(target->category) && too_late(ticket, active.desk, source.now())) {
      return "The ticket was closed too long ago to be reopened; please create a new one.";
    }
  } else if (principal.actor.kind != ActorKind::system && !for_agents(transition)) {
    return step + " is made by the customer.";
  }
  if (!holds_role(principal, transition, ticket.team)) {
    return step + " needs one of the roles " + joined(transition.roles) + ".";
  }
  if (!holds(transition.guard, source) &&
      !may_hold(transition.guard, source, to_give(ticket, principal, transition, active, source)))
    return step + " is not open now: " + why_not_holding(transition.guard, source) + ".";
  return {};
}

std::vector<FieldError> missing(const Deciding& deciding, const Transition& transition, const Step& step) {
  std::vector<FieldError> faults;
  if (std::ranges::find(transition.require, "message") != transition.require.end() && step.message.empty() && !step.said)
    faults.push_back({"/message", "Step " + transition.name + " needs a message."});
  for (const auto& name : missing_fields(deciding.ticket(), transition, deciding.source()))
    faults.push_back({"/fields/" + name, "Step " + transition.name + " needs this field."});
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

std::unexpected<Error> not_allowed(Deciding& deciding, std::string detail) {
  Error error;
  error.code = ErrorCode::transition_not_allowed;
  error.detail = std::move(detail);
  for (const auto* transition : allowed_transitions(deciding.ticket(), deciding.principal(), deciding.workflow(),
                                                    deciding.active(), deciding.now())) {
    error.allowed.push_back(transition->name);
  }
  return std::unexpected<Error>(std::move(error));
}

std::optional<std::string> why_not(Deciding& deciding, const Transition& transition) {
  return refusal(deciding.ticket(), deciding.principal(), deciding.workflow(), transition, deciding.active(),
                 deciding.source());
}

Outcome make_move(Deciding& deciding, const Transition& transition, Step step) {
  const auto& ticket = deciding.ticket();
  const auto* target = deciding.workflow().find_state(transition.to);
  if (target == nullptr) return not_allowed(deciding, "State " + transition.to + " is not in the workflow.");
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

const Transition* find_reopening(Deciding& deciding, bool by_customer, std::string& why) {
  const auto& ticket = deciding.ticket();
  const auto& workflow = deciding.workflow();
  if (by_customer && too_late(ticket, deciding.active().desk, deciding.now())) {
    why = "The ticket was closed too long ago to be reopened. Please create a new one that refers to it.";
    return nullptr;
  }
  why = "Workflow " + workflow.name + " has no way back from state " + ticket.state +
        ". Please create a new ticket that refers to it.";
  const Transition* first = nullptr;
  const auto source = deciding.source();
  for (const auto* transition : workflow.transitions_from(ticket.state)) {
    const auto* target = workflow.find_state(transition->to);
    if (target == nullptr || !works(target->category)) continue;
    if (by_customer ? !for_customers(*transition) : !for_agents(*transition)) continue;
    if (!by_customer && !holds_role(deciding.principal(), *transition, ticket.team)) {
      why = "Step " + transition->name + " needs one of the roles " + joined(transition->roles) + ".";
      continue;
    }
    if (!holds(transition->guard, source)) {
      why = "Step " + transition->name + " is not open now: " + why_not_holding(transition->guard, source) + ".";
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
      return not_allowed(deciding, "Workflow " + workflow.name + " has no step " + command.transition + ".");
    }
    return not_allowed(deciding, "Step " + command.transition + " leads from " + joined(named->from) +
                                     "; the ticket is in " + ticket.state + ".");
  }
  if (auto text = check_message(command.message, "/message", 0, false); !text) return text;
  if (command.reply && !command.message.empty() && !deciding.by_customer()) {
    if (auto may = require_right(deciding, Right::ticket_reply); !may) return may;
  }
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
    return fail(ErrorCode::conflict, "The ticket is in " + deciding.ticket().state + " and needs no reopening.");
  }
  if (auto text = check_message(command.message, "/message", 0, false); !text) return text;
  std::string why;
  const auto* transition = find_reopening(deciding, customer, why);
  if (transition == nullptr) return fail(ErrorCode::conflict, std::move(why));
  Step step;
  step.message = command.message;
  step.judged = true;
  return make_move(deciding, *transition, std::move(step));
}

}  // namespace docket::domain
