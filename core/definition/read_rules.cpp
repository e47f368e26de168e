// SPDX-License-Identifier: Apache-2.0
// Dispatch rules and triggers, and what nothing refers to.
#include <algorithm>

#include "definition/compilation.hpp"

namespace docket::definition {
namespace {

struct Kind {
  std::string_view key;
  Refers refers;
  std::string_view expected;
};
constexpr Kind watched[] = {
    {"texts", Refers::text, "an action that sends it, or no such text"},
    {"teams", Refers::team, "a dispatch rule, an owner or an action that names it"},
    {"calendars", Refers::calendar, "a clock, limit or team that uses it"},
    {"workflows", Refers::workflow, "a form that follows it"},
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
  check_rule_order(work, conditions, work.all("dispatch"), "rule");
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
                        "rule_fired is the trace of a rule; triggers do not look at it",
                        "the event that the rule caused");
    }
    if (!trigger.on.empty() && trigger.when.kind != domain::Condition::Kind::always &&
        !domain::impossible(trigger.when)) {
      domain::Condition kinds;
      kinds.kind = domain::Condition::Kind::test;
      kinds.field = "event.kind";
      kinds.op = domain::Operator::in;
      kinds.value = trigger.on;
      if (domain::contradict(trigger.when, kinds)) {
        work.report.error(section.place("when"), "never_holds", "this condition can never hold for the events of `on`",
                          "an event.kind that `on` names");
      }
    }
    work.out.triggers.push_back(std::move(trigger));
  }
}

void check_unused(Compilation& work) {
  for (const auto& kind : watched) {
    for (const auto& section : work.all(kind.key)) {
      if (work.used[kind.refers].contains(section.name())) continue;
      work.report.warning(
          section.place(), "unused",
          "nothing uses " + std::string(describe_reference(kind.refers)) + " named `" + section.name() + "`",
          std::string(kind.expected));
    }
  }
}

}  // namespace docket::definition
