// SPDX-License-Identifier: Apache-2.0
// Dispatch rules and triggers, and what nothing refers to.
#include <algorithm>

#include "definition/compilation.hpp"

namespace docket::definition {
namespace {

struct Kind {
  std::string_view key;
  Refers refers;
  const char *expected, *expected_zh;
};
constexpr Kind watched[] = {
    {"texts", Refers::text, "an action that sends it, or no such text", "发送它的动作；不用就删去"},
    {"teams", Refers::team, "a dispatch rule, an owner or an action that names it", "用到它的派单规则、负责人或动作"},
    {"calendars", Refers::calendar, "a clock, limit or team that uses it", "用到它的计时、时限或班组"},
    {"workflows", Refers::workflow, "a form that follows it", "采用它的表单"},
};

}  // namespace

void read_dispatch(Compilation& work) {
  std::vector<domain::Condition> conditions;
  for (const auto& section : work.all("dispatch")) {
    domain::DispatchRule rule;
    rule.name = section.name();
    rule.when = read_condition(work, section, "when", {});
    rule.team = work.reference(section, "team", Refers::team);
    rule.skills = section.texts("skills");
    rule.match_region = section.yes("match_region");
    rule.match_product_line = section.yes("match_product_line");
    if (section.has("by")) rule.by = section.word<domain::DispatchBy>("by");
    if (const auto rank = section.integer("priority_rank")) rule.priority_rank = static_cast<int>(*rank);
    conditions.push_back(rule.when);
    work.out.dispatch.push_back(std::move(rule));
  }
  check_rule_order(work, conditions, work.all("dispatch"), {"rule", "规则"});
}

void read_triggers(Compilation& work) {
  const ActionScope scope{.transitions = all_transitions(work)};
  for (const auto& section : work.all("triggers")) {
    domain::Trigger trigger;
    trigger.name = section.name();
    trigger.on = section.texts("on");
    trigger.when = read_condition(work, section, "when", {.event = true});
    trigger.actions = read_actions(work, section, "actions", scope);
    if (std::ranges::find(trigger.on, "rule_fired") != trigger.on.end()) {
      work.report.error(section.place("on"), "bad_value",
                        {"rule_fired is the trace of a rule; triggers do not look at it",
                         "rule_fired 只是规则的执行记录，触发器不看它"},
                        {"the event that the rule caused", "规则引起的那个事件"});
    }
    if (!trigger.on.empty() && trigger.when.kind != domain::Condition::Kind::always &&
        !domain::impossible(trigger.when, {}, work.proofs)) {
      domain::Condition kinds;
      kinds.kind = domain::Condition::Kind::test;
      kinds.field = "event.kind";
      kinds.op = domain::Operator::in;
      kinds.value = trigger.on;
      if (domain::contradict(trigger.when, kinds, {}, work.proofs)) {
        work.report.error(
            section.place("when"), "never_holds",
            {"this condition can never hold for the events of `on`", "对 `on` 列出的事件，这个条件永远不会成立"},
            {"an event.kind that `on` names", "`on` 里列出的 event.kind"});
      }
    }
    work.out.triggers.push_back(std::move(trigger));
  }
}

void check_unused(Compilation& work) {
  for (const auto& kind : watched) {
    for (const auto& section : work.all(kind.key)) {
      if (work.used[kind.refers].contains(section.name())) continue;
      const auto what = describe_reference(kind.refers);
      work.report.warning(section.place(), "unused",
                          {"nothing uses a " + what.en + " named `" + section.name() + "`",
                           "没有地方用到" + what.zh + " `" + section.name() + "`"},
                          {kind.expected, kind.expected_zh});
    }
  }
}

}  // namespace docket::definition
