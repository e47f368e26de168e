// SPDX-License-Identifier: Apache-2.0
// Proofs over the graph of a workflow: every state can be reached, each leads to an end, nothing moves in circles.
#include <algorithm>
#include <map>
#include <set>

#include "definition/compilation.hpp"

namespace docket::definition {
namespace {

using domain::ActionKind;
using domain::State;
using domain::StateCategory;
using domain::Transition;
using domain::Workflow;

/// State to the states of its edges.
using Graph = std::map<std::string, std::set<std::string>>;

std::set<std::string> reachable_from(const Graph& graph, std::set<std::string> found) {
  std::vector<std::string> open(found.begin(), found.end());
  while (!open.empty()) {
    const auto state = std::move(open.back());
    open.pop_back();
    const auto it = graph.find(state);
    if (it == graph.end()) continue;
    for (const auto& next : it->second) {
      if (found.insert(next).second) open.push_back(next);
    }
  }
  return found;
}

bool ends(StateCategory category) {
  return category == StateCategory::resolved || category == StateCategory::closed;
}

/// Reports states that are not declared; says whether all are.
bool check_names(Compilation& work, const Section& section, const Workflow& workflow) {
  std::vector<std::string> names;
  for (const auto& state : workflow.states) names.push_back(state.name);
  bool sound = true;
  const auto check = [&](const std::string& name, Place place) {
    if (workflow.find_state(name) != nullptr) return;
    sound = false;
    work.report.error(place, "unknown_state",
                      {"the workflow `" + workflow.name + "` has no state `" + name + "`",
                       "流程 `" + workflow.name + "` 没有节点 `" + name + "`"},
                      one_of(names), nearest_of(name, names));
  };
  if (section.has("initial")) check(workflow.initial, section.place("initial"));
  for (const auto& below : section.sections("transitions")) {
    if (below.has("to")) check(below.text("to"), below.place("to"));
    const auto from = below.texts("from");
    for (std::size_t i = 0; i < from.size(); ++i) check(from[i], below.item_place("from", i));
  }
  for (const auto& below : section.sections("states")) {
    for (const auto& move : below.sections("auto_moves")) {
      const auto name = move.text("transition");
      if (!move.has("transition") || workflow.find_transition(name, below.name()) != nullptr) continue;
      sound = false;
      std::vector<std::string> leaving;
      for (const auto* transition : workflow.transitions_from(below.name())) leaving.push_back(transition->name);
      work.report.error(move.place("transition"), "unknown_name",
                        {"no transition `" + name + "` leaves the state `" + below.name() + "`",
                         "节点 `" + below.name() + "` 没有名为 `" + name + "` 的流转"},
                        {"a transition from this state", "从这个节点出发的流转"}, nearest_of(name, leaving));
    }
  }
  return sound && !workflow.states.empty() && workflow.find_state(workflow.initial) != nullptr;
}

bool asks_for_message(const domain::Transition& transition) {
  return std::ranges::find(transition.require, "message") != transition.require.end();
}

/// A step that time makes has nobody to ask for a text.
void check_auto_moves(Compilation& work, const Section& section, const Workflow& workflow) {
  for (const auto& below : section.sections("states")) {
    for (const auto& move : below.sections("auto_moves")) {
      const auto* transition = workflow.find_transition(move.text("transition"), below.name());
      if (transition == nullptr || !asks_for_message(*transition)) continue;
      work.report.error(move.place("transition"), "auto_move_needs_message",
                        {"`" + transition->name + "` asks for a message, which nobody writes when it happens by itself",
                         "流转 `" + transition->name + "` 要求附文字，自动流转时没有人写"},
                        {"a transition without require: [message]", "不带 require: [message] 的流转"});
    }
  }
}

/// Moves that a state or the step into it makes at once; a circle of them would never stand still.
void check_circles(Compilation& work, const Section& section, const Workflow& workflow) {
  Graph at_once;
  const auto add = [&](const std::string& state, const std::vector<domain::Action>& actions) {
    for (const auto& action : actions) {
      if (action.kind != ActionKind::move) continue;
      if (const auto* transition = workflow.find_transition(action.transition, state))
        at_once[state].insert(transition->to);
    }
  };
  for (const auto& state : workflow.states) add(state.name, state.on_enter);
  for (const auto& transition : workflow.transitions) add(transition.to, transition.actions);
  for (const auto& below : section.sections("states")) {
    const auto next = at_once.find(below.name());
    if (next == at_once.end() || !reachable_from(at_once, next->second).contains(below.name())) continue;
    work.report.error(below.place(), "endless_moves",
                      {"a ticket that enters `" + below.name() + "` is moved on in a circle at once",
                       "工单一进入节点 `" + below.name() + "` 就会不停地循环流转"},
                      {"a circle with a step that a person or time makes", "循环中至少有一步由人或时间触发"});
  }
}

void check_graph(Compilation& work, const Section& section, const Workflow& workflow) {
  Graph forward, backward;
  for (const auto& transition : workflow.transitions) {
    for (const auto& from : transition.from) {
      forward[from].insert(transition.to);
      backward[transition.to].insert(from);
    }
  }
  std::set<std::string> ending;
  bool closes = false;
  for (const auto& state : workflow.states) {
    if (ends(state.category)) ending.insert(state.name);
    closes = closes || state.category == StateCategory::closed;
  }
  if (!closes) {
    work.report.error(section.place(), "no_end",
                      {"the workflow `" + workflow.name + "` has no state of the category closed",
                       "流程 `" + workflow.name + "` 没有 closed 类别的节点"},
                      {"a state in which tickets end", "一个让工单结束的节点（category: closed）"});
  }
  const auto reached = reachable_from(forward, {workflow.initial});
  const auto to_end = reachable_from(backward, ending);
  for (const auto& below : section.sections("states")) {
    const auto& name = below.name();
    if (!reached.contains(name)) {
      work.report.error(below.place(), "unreachable_state",
                        {"no ticket can ever reach the state `" + name + "`", "工单永远到不了节点 `" + name + "`"},
                        {"a transition to it from a state that can be reached from `" + workflow.initial + "`",
                         "一个通往它的流转，起点是从 `" + workflow.initial + "` 能走到的节点"});
    } else if (!ending.empty() && !to_end.contains(name)) {
      work.report.error(
          below.place(), "no_way_to_end",
          {"no way leads from the state `" + name + "` to an end", "从节点 `" + name + "` 走不到结束"},
          {"a transition on the way to a resolved or closed state", "能走到 resolved 或 closed 节点的流转"});
    }
  }
  const auto* initial = workflow.find_state(workflow.initial);
  if (initial != nullptr && initial->category != StateCategory::new_ && initial->category != StateCategory::open) {
    work.report.error(section.place("initial"), "bad_initial",
                      {"tickets would begin in a state that nobody works", "工单会从没有人处理的节点开始"},
                      {"a state of the category new or open", "new 或 open 类别的节点"});
  }
}

}  // namespace

void check_moves(Compilation& work) {
  for (const auto& move : work.moves) {
    bool known = false, may = false;
    for (const auto& [name, workflow] : work.out.workflows) {
      if (!move.workflow.empty() && name != move.workflow) continue;
      for (const auto& transition : workflow.transitions) {
        if (transition.name != move.transition) continue;
        known = true;
        may = may || !asks_for_message(transition);
      }
    }
    if (!known || may) continue;  // what is not there is reported; another step of that name may be made
    work.judge(move.place, "move_needs_message",
               {"`" + move.transition + "` asks for a message, and no message goes with this action",
                "流转 `" + move.transition + "` 要求附文字，而这个动作没有文字"},
               {"a transition without require: [message], or a macro with a message",
                "不带 require: [message] 的流转，或带 message 的宏"});
  }
}

void check_workflow(Compilation& work, const Section& section, const Workflow& workflow) {
  if (!check_names(work, section, workflow)) return;
  check_auto_moves(work, section, workflow);
  check_circles(work, section, workflow);
  check_graph(work, section, workflow);
}

}  // namespace docket::definition
