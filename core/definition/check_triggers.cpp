// SPDX-License-Identifier: Apache-2.0
// Triggers that set each other off in a circle: found by what their actions cause, unless a condition breaks the
// circle.
#include <algorithm>
#include <map>
#include <set>

#include "definition/compilation.hpp"

namespace docket::definition {
namespace {

using domain::Action;
using domain::ActionKind;
using domain::Condition;
using domain::Operator;
using domain::Trigger;

Condition test(std::string field, Operator op, domain::Value value) {
  Condition out;
  out.kind = Condition::Kind::test;
  out.field = std::move(field);
  out.op = op;
  out.value = std::move(value);
  return out;
}

/// An event that an action causes, and what is certainly so right after it.
struct Effect {
  std::string_view event;
  std::vector<Condition> facts{};
};

std::string field_name(const Compilation& work, const std::string& field) {
  return find_field(work, field) != nullptr ? "field." + field : field;
}

std::vector<Effect> effects_of(const Compilation& work, const Action& action) {
  const auto is = [](std::string field, domain::Value value) {
    return test(std::move(field), Operator::is, std::move(value));
  };
  switch (action.kind) {
    case ActionKind::assign: {
      Effect effect{"assigned"};
      if (!action.team.empty()) effect.facts = {is("team", action.team), is("event.team", action.team)};
      return {effect};
    }
    case ActionKind::set: {
      const auto field = field_name(work, action.field);
      Effect effect{"fields_set", {is("event.field", field)}};
      if (std::holds_alternative<std::monostate>(action.value)) {
        effect.facts.push_back(test(field, Operator::is_empty, {}));
      } else if (std::holds_alternative<std::vector<std::string>>(action.value)) {
        for (const auto& value : std::get<std::vector<std::string>>(action.value))
          effect.facts.push_back(is(field, value));
      } else {
        effect.facts.push_back(is(field, action.value));
      }
      return {effect};
    }
    case ActionKind::tag: {
      Effect effect{"fields_set"};
      for (const auto& tag : action.values) effect.facts.push_back(is("tags", tag));
      return {effect};
    }
    case ActionKind::untag: {
      Effect effect{"fields_set"};
      for (const auto& tag : action.values) effect.facts.push_back(test("tags", Operator::is_not, tag));
      return {effect};
    }
    case ActionKind::escalate:
      return {{"escalated",
               {test("escalation", Operator::at_least, std::int64_t{action.level}),
                is("event.level", std::int64_t{action.level})}}};
    case ActionKind::notify:
      return {{"notified", {}}};
    case ActionKind::note:
      return {
          {"message_added", {is("event.message", std::string("note")), is("event.actor.kind", std::string("system"))}}};
    case ActionKind::move: {
      std::vector<Effect> out{{"assigned", {}}};
      for (const auto& [name, workflow] : work.out.workflows) {
        for (const auto& transition : workflow.transitions) {
          if (transition.name != action.transition) continue;
          out.push_back(
              {"moved",
               {is("state", transition.to), is("event.to", transition.to), is("event.transition", transition.name)}});
        }
      }
      return out;
    }
    case ActionKind::call:
      return {{"called", {}}};
    case ActionKind::urge:
      return {{"urged", {test("urges", Operator::at_least, std::int64_t{1})}}};
  }
  return {};
}

/// Whether doing it again right away changes nothing, so that no second event comes of it.
bool settles(ActionKind kind) {
  return kind == ActionKind::set || kind == ActionKind::tag || kind == ActionKind::untag ||
         kind == ActionKind::escalate;
}

/// Comparing conditions costs; a desk with so many triggers that the proof would take long is not kept waiting for it.
constexpr int most_comparisons = 50'000;

bool sets_off(Compilation& work, const Trigger& cause, const Trigger& effect, bool only_unsettled, int& budget) {
  return std::ranges::any_of(cause.actions, [&](const Action& action) {
    if (only_unsettled && settles(action.kind)) return false;
    return std::ranges::any_of(effects_of(work, action), [&](const Effect& made) {
      if (std::ranges::find(effect.on, made.event) == effect.on.end()) return false;
      if (--budget < 0 || work.proofs.left() == 0) return false;
      const auto event = test("event.kind", Operator::is, std::string(made.event));
      if (domain::contradict(effect.when, event, {}, work.proofs)) return false;
      return std::ranges::none_of(made.facts, [&](const Condition& fact) {
        return domain::contradict(effect.when, fact, {}, work.proofs);
      });
    });
  });
}

}  // namespace

void check_triggers(Compilation& work) {
  const auto& triggers = work.out.triggers;
  const auto& sections = work.all("triggers");
  std::map<std::size_t, std::vector<std::size_t>> next;
  int budget = most_comparisons;
  for (std::size_t i = 0; i < triggers.size(); ++i) {
    for (std::size_t j = 0; j < triggers.size(); ++j) {
      // A trigger that repeats what settles comes to rest by itself; two that undo each other's work do not.
      if (sets_off(work, triggers[i], triggers[j], i == j, budget)) next[i].push_back(j);
    }
  }
  for (std::size_t start = 0; start < triggers.size(); ++start) {
    std::map<std::size_t, std::size_t> before;  // reached from
    std::vector<std::size_t> open{start};
    bool circle = false;
    std::size_t last = start;
    while (!open.empty() && !circle) {
      const auto at = open.back();
      open.pop_back();
      for (const auto to : next[at]) {
        if (to == start) {
          circle = true;
          last = at;
          break;
        }
        if (before.emplace(to, at).second) open.push_back(to);
      }
    }
    if (!circle) continue;
    std::string path = "`" + triggers[start].name + "`";
    for (auto at = last; at != start; at = before[at]) path = "`" + triggers[at].name + "` → " + path;
    path = "`" + triggers[start].name + "` → " + path;
    const bool always = triggers[start].when.kind == Condition::Kind::always;
    const Said message{"this trigger sets itself off again: " + path, "触发器会反复触发自己：" + path};
    const Said expected{"a condition that no longer holds after the actions", "动作执行后不再成立的条件"};
    if (always) {
      work.report.error(sections[start].place(), "trigger_circle", message, expected);
    } else {
      work.report.warning(sections[start].place(), "trigger_circle", message, expected);
    }
  }
}

}  // namespace docket::definition
