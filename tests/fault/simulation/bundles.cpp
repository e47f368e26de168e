// SPDX-License-Identifier: Apache-2.0
#include "fault/simulation/bundles.hpp"

#include <algorithm>
#include <utility>

#include "support/desk_fixture.hpp"

namespace docket::simulation {

using namespace domain;
using namespace std::chrono_literals;

namespace {

Workflow& workflow(Definitions& desk) {
  return desk.workflows.at("return");
}

Trigger trigger(std::string name, std::string on, Condition when, std::vector<Action> actions) {
  Trigger out;
  out.name = std::move(name);
  out.on = {std::move(on)};
  out.when = std::move(when);
  out.actions = std::move(actions);
  return out;
}

Calendar office(int opens, std::vector<CalendarException> exceptions) {
  CalendarSpec spec;
  spec.name = "office";
  spec.zone = "Asia/Shanghai";
  for (std::size_t day = 0; day < 5; ++day) spec.week[day] = {{opens, 12 * 60}, {13 * 60, 18 * 60}};
  spec.week[5] = {{10 * 60, 12 * 60}};
  spec.exceptions = std::move(exceptions);
  return *Calendar::make(spec);
}

void rename_state(Workflow& flow, const std::string& from, const std::string& to) {
  for (auto& state : flow.states) {
    if (state.name == from) state.name = to;
  }
  for (auto& transition : flow.transitions) {
    std::ranges::replace(transition.from, from, to);
    if (transition.to == from) transition.to = to;
  }
}

void remove_state(Workflow& flow, const std::string& name) {
  std::erase_if(flow.states, [&](const State& state) { return state.name == name; });
  for (auto& transition : flow.transitions) std::erase(transition.from, name);
  std::erase_if(flow.transitions, [&](const Transition& t) { return t.to == name || t.from.empty(); });
}

/// Urging tells the owner, the third time the lead; a customer's message takes a hold's edge off by a tag.
Definitions first() {
  auto desk = test::with_more_types(test::return_desk("bundle-a"));
  desk.triggers.push_back(trigger("urged", "urged", {}, {test::notify("too_late", {"assignee", "watchers"})}));
  Action escalate;
  escalate.kind = ActionKind::escalate;
  escalate.level = 2;
  desk.triggers.push_back(trigger("urged_often", "urged", test::when("urges", Operator::at_least, std::int64_t{3}),
                                  {std::move(escalate), test::notify("vip", {"lead", "customer"})}));
  desk.triggers.push_back(
      trigger("breached", "clock_breached", {}, {test::add_tag("late"), test::notify("too_late", {"lead", "team"})}));
  return desk;
}

/// Inspection is called examination, office hours are shorter with a holiday, promises are stricter.
Definitions second() {
  auto desk = first();
  desk.digest = "bundle-b";
  rename_state(workflow(desk), "inspecting", "examining");
  CalendarException holiday;
  holiday.first = std::chrono::year{2026} / 3 / 11;
  holiday.last = std::chrono::year{2026} / 3 / 13;
  holiday.name = "stocktaking";
  desk.calendars.insert_or_assign("office", office(8 * 60 + 30, {std::move(holiday)}));
  for (auto& policy : desk.sla) {
    for (auto& clock : policy.clocks) {
      for (auto& goal : clock.goals) goal.within = goal.within / 2;
    }
  }
  Action call;
  call.kind = ActionKind::call;
  call.destination = "erp";
  desk.triggers.push_back(
      trigger("to_erp", "moved", test::when("state", Operator::is, std::string{"refunding"}), {std::move(call)}));
  for (auto& state : workflow(desk).states) {
    if (state.name == "applied") state.auto_moves = {{36h, "office", "cancel"}};
  }
  return desk;
}

/// No stock check, finance goes by turn, rules that answer each other, and an automatic move that may be refused.
Definitions third() {
  auto desk = first();
  desk.digest = "bundle-c";
  remove_state(workflow(desk), "stock_check");
  remove_state(workflow(desk), "checked");
  desk.teams.at("finance").by = DispatchBy::turn;
  desk.teams.at("support").by = DispatchBy::last_handler;
  desk.teams.at("quality").capacity = 3;
  desk.triggers.push_back(
      trigger("ping", "fields_set", test::when("tags", Operator::is, std::string{"late"}), {test::add_tag("ping")}));
  desk.triggers.push_back(
      trigger("pong", "fields_set", test::when("tags", Operator::is, std::string{"ping"}), {test::add_tag("pong")}));
  for (auto& state : workflow(desk).states) {
    if (state.name == "refunding") state.auto_moves = {{20h, "office", "send_back"}};
  }
  for (auto& transition : workflow(desk).transitions) {
    if (transition.name == "send_back") transition.guard = test::when("urges", Operator::is, std::int64_t{0});
  }
  return desk;
}

}  // namespace

std::vector<std::shared_ptr<const Definitions>> make_bundles() {
  return {std::make_shared<const Definitions>(first()), std::make_shared<const Definitions>(second()),
          std::make_shared<const Definitions>(third())};
}

std::map<std::string, std::string> state_mapping(const Definitions& from, const Definitions& to) {
  const auto& there = to.workflows.at("return");
  const auto* inspection = there.find_state("inspecting") != nullptr ? "inspecting" : "examining";
  std::map<std::string, std::string> mapping;
  for (const auto& state : from.workflows.at("return").states) {
    if (there.find_state(state.name) == nullptr) mapping[state.name] = inspection;
  }
  return mapping;
}

}  // namespace docket::simulation
