// SPDX-License-Identifier: Apache-2.0
// Workflows: states with owner and limit, and the moves between them.
#include <algorithm>

#include "base/suggest.hpp"
#include "definition/compilation.hpp"
#include "definition/scalar.hpp"

namespace docket::definition {
namespace {

using domain::OwnerKind;
using domain::State;
using domain::StateCategory;
using domain::Transition;
using domain::Workflow;

bool works(StateCategory category) {
  return category == StateCategory::new_ || category == StateCategory::open;
}

domain::Owner read_owner(Compilation& work, const Section& state) {
  const auto* node = state.find("owner");
  if (node == nullptr) return {};
  if (node->kind == YamlNode::Kind::scalar)
    return {enum_from_name<OwnerKind>(node->text).value_or(OwnerKind::keep), {}};
  const auto owner = state.section("owner");
  if (!owner) return {};
  if (owner->has("team")) return {OwnerKind::team, work.reference(*owner, "team", Refers::team)};
  if (owner->has("visit")) return {OwnerKind::visit, work.reference(*owner, "visit", Refers::team)};
  return {OwnerKind::user, owner->text("user")};
}

/// An owner and a limit on every working state, and a way on from every state that waits.
void check_step(Compilation& work, const Section& section, const State& state, const Section& workflow) {
  if (works(state.category)) {
    if (!section.has("owner")) {
      work.report.error(section.place(), "missing_owner",
                        {"the working state `" + state.name + "` has no owner",
                         "节点 `" + state.name + "` 需要有人处理，却没有写负责人"},
                        {"owner: keep, lead, back, {team: …}, {visit: …} or {user: …}",
                         "owner：keep、lead、back、{team: …}、{visit: …} 或 {user: …}"});
    } else if (state.owner.kind == OwnerKind::nobody) {
      work.report.error(
          section.place("owner"), "missing_owner",
          {"somebody must own the working state `" + state.name + "`",
           "节点 `" + state.name + "` 需要有人处理，不能没有负责人"},
          {"keep, lead, back, {team: …}, {visit: …} or {user: …}; nobody only where a ticket waits or ends",
           "keep、lead、back、{team: …}、{visit: …} 或 {user: …}；nobody 只用于等待或结束的节点"});
    }
    if (!section.has("limit")) {
      work.report.error(section.place(), "missing_limit",
                        {"the working state `" + state.name + "` has no limit",
                         "节点 `" + state.name + "` 需要有人处理，却没有写时限"},
                        {"limit: how long the step may take, for example 4h", "limit：这一步最多用多久，例如 4h"});
    }
  }
  if (section.has("warnings") && !section.has("limit")) {
    work.report.error(section.key_place("warnings"), "bad_warning",
                      {"these warnings belong to a limit that is not there", "写了预警，却没有时限"},
                      {"limit: 4h, or no warnings", "limit: 4h；不需要就删去 warnings"});
  }
  if (section.has("calendar") && !section.has("limit")) {
    work.report.error(section.key_place("calendar"), "useless_key",
                      {"this calendar counts for a limit that is not there", "写了日历，却没有时限"},
                      {"limit: 4h, or no calendar", "limit: 4h；不需要就删去 calendar"});
  }
  if (state.category != StateCategory::pending || state.limit || !state.auto_moves.empty()) return;
  const auto transitions = workflow.sections("transitions");
  const bool customer_moves = std::ranges::any_of(transitions, [&](const Section& transition) {
    const auto from = transition.texts("from");
    return std::ranges::find(from, state.name) != from.end() && transition.text("by") != "agent";
  });
  if (!customer_moves) {
    work.report.error(
        section.place(), "endless_wait",
        {"a ticket can wait in `" + state.name + "` forever", "工单可能永远停在节点 `" + state.name + "`"},
        {"a limit, an auto move, or a transition that the customer makes (by: customer or both)",
         "时限、自动流转，或由客户做的流转（by: customer 或 both）"});
  }
}

State read_state(Compilation& work, const Section& section, const Section& workflow, const ActionScope& scope) {
  State state;
  state.name = section.name();
  state.title = section.title("title");
  state.category = section.word<StateCategory>("category");
  state.owner = read_owner(work, section);
  state.limit = section.duration("limit");
  state.calendar = work.reference(section, "calendar", Refers::calendar);
  state.warnings = read_warnings(work, section, scope, state.limit);
  state.on_enter = read_actions(work, section, "on_enter", scope);
  for (const auto& item : section.sections("auto_moves")) {
    domain::AutoMove move;
    move.after = item.duration("after").value_or(Duration{});
    move.calendar = work.reference(item, "calendar", Refers::calendar);
    move.transition = item.text("transition");
    if (!move.calendar.empty() && item.text("after").find('d') != std::string::npos) {
      work.report.error(item.place("after"), "working_days",
                        {"working time is not counted in days, since a working day has as many hours as its calendar",
                         "工作时间不能按天写：一个工作日有几小时由日历决定"},
                        {"hours of work, for example 8h instead of 1d", "工作小时数，例如 8h，而不是 1d"});
    }
    state.auto_moves.push_back(std::move(move));
  }
  state.customer_text = section.title("customer_text");
  check_step(work, section, state, workflow);
  return state;
}

/// What a step asks for must be there to be given.
void check_required(Compilation& work, const Section& section, const Transition& transition,
                    const std::string& workflow) {
  for (std::size_t i = 0; i < transition.require.size(); ++i) {
    const auto& name = transition.require[i];
    if (name == "message" || !is_name(name)) continue;
    const auto built_in = work.fields.find(name);
    if (built_in && !built_in->event_only) continue;
    std::vector<std::string> known{"message"};
    for (const auto& [form_name, form] : work.out.forms) {
      if (form.workflow != workflow) continue;
      for (const auto& field : form.fields) known.push_back(field.name);
      if (std::ranges::find(form.fields, name, &domain::Field::name) != form.fields.end()) continue;
      work.report.error(section.item_place("require", i), "unknown_name",
                        {"the form `" + form_name + "`, which follows this workflow, has no field `" + name +
                             "`, so its tickets could never make this step",
                         "采用此流程的表单 `" + form_name + "` 没有字段 `" + name + "`，它的工单永远做不了这个流转"},
                        {"a field of every form of this workflow, or message", "此流程所有表单都有的字段，或 message"},
                        nearest_of(name, known));
      break;
    }
  }
}

Transition read_transition(Compilation& work, const Section& section, const ActionScope& scope,
                           const std::string& workflow) {
  Transition transition;
  transition.name = section.name();
  transition.title = section.title("title");
  transition.from = section.texts("from");
  transition.to = section.text("to");
  transition.guard = read_condition(work, section, "guard", {});
  transition.require = section.texts("require");
  transition.roles = section.texts("roles");
  transition.by = section.word<domain::TransitionBy>("by");
  transition.actions = read_actions(work, section, "actions", scope);
  check_required(work, section, transition, workflow);
  if (transition.by == domain::TransitionBy::customer && !transition.roles.empty()) {
    work.report.error(section.place("roles"), "useless_key",
                      {"a customer has no role, so nobody could make this step", "客户没有角色，没有人能做这个流转"},
                      {"no roles, or by: agent or both", "不写 roles，或 by: agent、by: both"});
  }
  return transition;
}

/// A guard that says something else than the state it is asked in can never hold there.
void check_guard(Compilation& work, const Section& section, const Transition& transition) {
  for (const auto& from : transition.from) {
    domain::Condition here;
    here.kind = domain::Condition::Kind::test;
    here.field = "state";
    here.value = from;
    if (transition.guard.kind == domain::Condition::Kind::always || domain::impossible(transition.guard, {}, work.proofs)) continue;
    if (!domain::contradict(transition.guard, here, {}, work.proofs)) continue;
    work.report.error(
        section.place("guard"), "never_holds",
        {"this guard can never hold in the state `" + from + "`", "在节点 `" + from + "`，这个流转条件永远不会成立"},
        {"a guard that can hold in every state of `from`", "在 `from` 的每个节点都可能成立的条件"});
  }
}

/// One name leads from one state to one place.
void check_ambiguous(Compilation& work, const std::vector<Section>& sections,
                     const std::vector<Transition>& transitions) {
  for (std::size_t i = 0; i < transitions.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (transitions[i].name.empty() || transitions[i].name != transitions[j].name) continue;
      const auto both = std::ranges::find_if(transitions[i].from, [&](const std::string& from) {
        return std::ranges::find(transitions[j].from, from) != transitions[j].from.end();
      });
      if (both == transitions[i].from.end()) continue;
      const auto line = std::to_string(sections[j].place().span.line);
      work.report.error(
          sections[i].place(), "ambiguous_transition",
          {"`" + transitions[i].name + "` leads from `" + *both + "` to two places; the first is in line " + line,
           "流转 `" + transitions[i].name + "` 从节点 `" + *both + "` 通往两处，前一个在第 " + line + " 行"},
          {"one transition of a name from each state; two names where a guard decides",
           "每个节点上一个名称只有一个流转；要靠条件区分就用两个名称"});
      break;
    }
  }
}

Workflow read_workflow(Compilation& work, const Section& section) {
  Workflow workflow;
  workflow.name = section.name();
  workflow.title = section.title("title");
  workflow.initial = section.text("initial");
  const auto transitions = section.sections("transitions");
  ActionScope scope{.transitions = {}, .workflow = &workflow};
  for (const auto& transition : transitions) scope.transitions.push_back(transition.name());
  for (const auto& state : section.sections("states"))
    workflow.states.push_back(read_state(work, state, section, scope));
  for (const auto& below : transitions) {
    workflow.transitions.push_back(read_transition(work, below, scope, workflow.name));
    check_guard(work, below, workflow.transitions.back());
  }
  check_ambiguous(work, transitions, workflow.transitions);
  return workflow;
}

}  // namespace

void read_workflows(Compilation& work) {
  for (const auto& section : work.all("workflows")) {
    auto workflow = read_workflow(work, section);
    check_workflow(work, section, workflow);
    work.out.workflows[workflow.name] = std::move(workflow);
  }
}

}  // namespace docket::definition
