// SPDX-License-Identifier: Apache-2.0
// SLA policies: clocks with goals that can be met, warnings, and an end.
#include <algorithm>
#include <array>

#include "definition/compilation.hpp"
#include "domain/sla/clocks.hpp"

namespace docket::definition {
namespace {

using domain::ClockPolicy;

constexpr std::array<std::string_view, 4> own_keys{"start", "stop", "once", "per"};

bool asks_for(const domain::Condition& condition, std::string_view field) {
  return condition.field == field ||
         std::ranges::any_of(condition.children, [&](const auto& child) { return asks_for(child, field); });
}

/// The clocks make `due_at`: one that runs by it would change what it runs by, and start and end without end.
void check_settles(Compilation& work, const Section& section, const ClockPolicy& clock) {
  const auto check = [&](std::string_view key, bool asks) {
    if (!section.has(key) || !asks) return;
    work.judge(section.place(key), "never_settles",
               {"`due_at` comes from the clocks, so none of them can run by it",
                "`due_at` 由各个计时得出，计时不能反过来依据它"},
               {"another field of the ticket", "工单的其他字段"});
  };
  check("start", asks_for(clock.start, "due_at"));
  check("stop", asks_for(clock.stop, "due_at"));
  check("pause", asks_for(clock.pause, "due_at"));
  check("per", clock.per == "due_at");
}

void check_runs(Compilation& work, const Section& section, const ClockPolicy& clock) {
  if (section.has("start") && section.has("stop") && clock.start == clock.stop) {
    work.report.error(section.place("stop"), "never_runs", {"the clock stops whenever it starts", "计时一开始就会停止"},
                      {"a condition that comes to hold afterwards", "计时开始之后才会成立的条件"});
  }
  if (section.has("start") && section.has("pause") && read_condition(work, section, "pause", {}) == clock.start) {
    work.report.error(section.place("pause"), "never_runs",
                      {"the clock is paused whenever it runs", "计时期间总是暂停"},
                      {"a condition that holds only at times", "只在部分时间成立的条件"});
  }
  if (clock.per.empty()) return;
  const auto field = work.fields.find(clock.per);
  if (field && !field->event_only) return;
  work.report.error(section.place("per"), "unknown_name",
                    {"there is no field `" + clock.per + "`", "没有字段 `" + clock.per + "`"},
                    {"a field of the ticket", "工单的字段"}, nearest_of(clock.per, work.fields.names()));
}

/// A standard clock knows when it runs; one of the desk's own says so, and says when it ends.
ClockPolicy read_ends(Compilation& work, const Section& section) {
  ClockPolicy clock;
  if (section.name() == "step") {
    work.report.error(section.place(), "bad_name",
                      {"the clock `step` comes from the limits of the workflow's states",
                       "计时 `step` 由流程节点的时限产生，不能在这里写"},
                      {"another name", "另一个名称"});
  } else if (auto standard = domain::standard_clock(section.name())) {
    clock = std::move(*standard);
    for (const auto key : own_keys) {
      if (!section.has(key)) continue;
      work.report.error(section.key_place(key), "useless_key",
                        {"the clock `" + section.name() + "` knows by itself when it runs",
                         "计时 `" + section.name() + "` 何时起止是内置的"},
                        {"a clock with a name of its own", "自定义名称的计时"});
    }
  } else {
    if (!section.has("start") && !section.has("stop")) {
      work.report.error(section.place(), "endless_clock",
                        {"nothing says when the clock `" + section.name() + "` runs, so it would never stop",
                         "没有写计时 `" + section.name() + "` 何时起止，它会永远走下去"},
                        {"start or stop, or one of the names first_response, next_response, resolution and team",
                         "写 start 或 stop，或用标准名称 first_response、next_response、resolution、team"},
                        nearest_of(section.name(), {"first_response", "next_response", "resolution", "team"}));
    }
    clock.start = read_condition(work, section, "start", {});
    clock.stop = read_condition(work, section, "stop", {});
    clock.pause = domain::standard_pause();
    clock.once = section.yes("once");
    clock.per = section.text("per");
    check_runs(work, section, clock);
  }
  if (section.has("pause")) clock.pause = read_condition(work, section, "pause", {});
  check_settles(work, section, clock);
  clock.name = section.name();
  return clock;
}

ClockPolicy read_clock(Compilation& work, const Section& section) {
  auto clock = read_ends(work, section);
  clock.calendar = work.reference(section, "calendar", Refers::calendar);
  const auto goals = section.sections("goals");
  std::vector<domain::Condition> conditions;
  std::optional<Duration> shortest;
  for (const auto& below : goals) {
    domain::Goal goal;
    goal.when = read_condition(work, below, "when", {});
    goal.within = below.duration("within").value_or(Duration{});
    if (below.has("within")) shortest = std::min(shortest.value_or(goal.within), goal.within);
    conditions.push_back(goal.when);
    clock.goals.push_back(std::move(goal));
  }
  if (section.has("goals") && goals.empty())
    work.report.error(section.place("goals"), "empty_list", {"this clock has no goal", "这个计时没有目标"},
                      "goals: [{within: 4h}]");
  check_rule_order(work, conditions, goals, {"goal", "目标"});
  clock.warnings = read_warnings(work, section, {.transitions = all_transitions(work)}, shortest);
  return clock;
}

}  // namespace

void read_sla(Compilation& work) {
  std::vector<domain::Condition> conditions;
  for (const auto& section : work.all("sla")) {
    domain::SlaPolicy policy;
    policy.name = section.name();
    policy.title = section.title("title");
    policy.when = read_condition(work, section, "when", {});
    for (const auto& clock : section.sections("clocks")) policy.clocks.push_back(read_clock(work, clock));
    conditions.push_back(policy.when);
    work.out.sla.push_back(std::move(policy));
  }
  check_rule_order(work, conditions, work.all("sla"), {"policy", "策略"});
}

}  // namespace docket::definition
