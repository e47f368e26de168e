// SPDX-License-Identifier: Apache-2.0
// Actions and warnings: each well formed, and whatever they name is there.
#include <algorithm>

#include "base/duration.hpp"
#include "base/suggest.hpp"
#include "definition/compilation.hpp"
#include "definition/scalar.hpp"
#include "definition/words.hpp"
#include "domain/ticket/field_check.hpp"

namespace docket::definition {
namespace {

using domain::Action;
using domain::ActionKind;
using domain::Value;

void read_assign(Compilation& work, const Section& section, Action& action) {
  action.team = work.reference(section, "team", Refers::team);
  action.user = section.text("user");
  action.to = section.text("to");
  if (!section.has("team") && !section.has("user") && !section.has("to")) {
    work.report.error(section.place(), "bad_action", {"`assign` says nothing", "`assign` 里什么也没写"},
                      {"at least one of team, user and to", "team、user、to 至少一项"});
  } else if (!action.user.empty() && !action.to.empty()) {
    work.report.error(section.place("to"), "bad_action",
                      {"`user` and `to` both name a person", "`user` 和 `to` 都指定了人"},
                      {"one of them", "只写其中一个"});
  }
}

Value read_word_value(Compilation& work, const Section& section, const std::vector<std::string>& known) {
  const auto text = section.text("value");
  if (!section.has("value")) return {};
  if (std::ranges::find(known, text) == known.end()) {
    const auto field = section.text("field");
    work.report.error(section.place("value"), "bad_value",
                      {"`" + text + "` is no value for `" + field + "`", "`" + field + "` 的值不能是 `" + text + "`"},
                      one_of(known), nearest_of(text, known));
  }
  return text;
}

/// What every form that has the field requires can not be taken away.
void check_clearing(Compilation& work, const Section& section, const Action& action) {
  const bool empty = domain::is_empty_value(action.value);
  const bool reported = section.has("value") && std::holds_alternative<std::monostate>(action.value);
  if (!empty || reported) return;
  const bool may = std::ranges::any_of(work.out.forms, [&](const auto& form) {
    const auto* field = form.second.find_field(action.field);
    return field != nullptr && !field->required;
  });
  if (may) return;
  work.judge(section.place(), "missing_key",
             {"the field `" + action.field + "` is required, so it can not be cleared",
              "字段 `" + action.field + "` 是必填的，不能清空"},
             {"a value", "写上 value"});
}

void read_set(Compilation& work, const Section& section, Action& action) {
  action.field = section.text("field");
  if (action.field == "priority") {
    const auto& names = enum_names<domain::Priority>();
    action.value = read_word_value(work, section, {names.begin(), names.end()});
    if (!section.has("value"))
      work.report.error(section.place(), "missing_key",
                        {"a ticket always has a priority", "工单总要有优先级，不能清空"},
                        {"a value: low, normal, high or urgent", "value 为 low、normal、high 或 urgent"});
  } else if (action.field == "region") {
    action.value = read_word_value(work, section, work.out.desk.regions);
  } else if (action.field == "product_line") {
    action.value = read_word_value(work, section, work.out.desk.product_lines);
  } else if (const auto* field = find_field(work, action.field, section.find("value"))) {
    action.value = read_value(work, section, "value", *field);
    check_clearing(work, section, action);
  } else if (is_name(action.field)) {
    std::vector<std::string> known(settable_words.begin(), settable_words.end());
    for (const auto& [name, form] : work.out.forms) {
      for (const auto& declared : form.fields) known.push_back(declared.name);
    }
    work.report.error(
        section.place("field"), "unknown_name",
        {"no form has a field `" + action.field + "`", "没有表单含有字段 `" + action.field + "`"},
        {"a field of a form, or priority, region, product_line", "表单的字段，或 priority、region、product_line"},
        nearest_of(action.field, known));
  }
}

}  // namespace

void read_recipients(Compilation& work, const Section& section, Action& action) {
  action.whom = section.texts("whom");
  for (std::size_t i = 0; i < action.whom.size(); ++i) {
    const auto& whom = action.whom[i];
    const auto place = section.item_place("whom", i);
    if (whom.starts_with("user:") && whom.size() > 5) continue;
    if (whom.starts_with("team:")) {
      const auto team = whom.substr(5);
      const auto& teams = work.names[Refers::team];
      if (std::ranges::find(teams, team) == teams.end()) {
        work.report.error(place, "unknown_name",
                          {"there is no team named `" + team + "`", "没有名为 `" + team + "` 的班组"}, {},
                          nearest_of(team, teams));
      }
      work.use(Refers::team, team);
    } else if (std::ranges::find(recipient_words, whom) == recipient_words.end()) {
      work.report.error(place, "bad_value", {"`" + whom + "` is nobody", "`" + whom + "` 不代表任何人"},
                        {"assignee, team, lead, creator, watchers, copied, customer, mentioned, guest, asked_by, "
                         "user:<login> or team:<name>",
                         "assignee、team、lead、creator、watchers、copied、customer、mentioned、guest、asked_by、"
                         "user:<登录名> 或 team:<班组>"},
                        std::string(nearest(whom, recipient_words)));
    }
  }
}

namespace {

void read_notify(Compilation& work, const Section& section, Action& action) {
  action.text = work.reference(section, "text", Refers::text);
  read_recipients(work, section, action);
  action.channels = work.destinations_in(section, "channels");
}

void read_move(Compilation& work, const Section& section, const ActionScope& scope, Action& action) {
  action.transition = section.text("move");
  if (!scope.said)
    work.moves.push_back({action.transition, scope.workflow == nullptr ? "" : scope.workflow->name, section.place("move")});
  if (!is_name(action.transition) || std::ranges::find(scope.transitions, action.transition) != scope.transitions.end())
    return;
  work.report.error(section.place("move"), "unknown_name",
                    scope.workflow != nullptr ? Said{"this workflow has no transition `" + action.transition + "`",
                                                     "这个流程没有流转 `" + action.transition + "`"}
                                              : Said{"no workflow has a transition `" + action.transition + "`",
                                                     "没有流程含有流转 `" + action.transition + "`"},
                    {"the name of a transition", "流转的名称"}, nearest_of(action.transition, scope.transitions));
}

std::optional<Action> read_action(Compilation& work, const Section& section, const ActionScope& scope) {
  if (section.node().entries.size() != 1) return std::nullopt;  // reported: exactly one
  const auto kind = enum_from_name<ActionKind>(section.node().entries[0].key);
  if (!kind) return std::nullopt;
  Action action;
  action.kind = *kind;
  const auto key = enum_name(*kind);
  const auto below = section.shape().find(key)->type == ValueType::shape ? section.section(key) : std::nullopt;
  switch (*kind) {
    case ActionKind::assign:
      if (below) read_assign(work, *below, action);
      break;
    case ActionKind::set:
      if (below) read_set(work, *below, action);
      break;
    case ActionKind::tag:
    case ActionKind::untag:
      action.values = section.texts(key);
      break;
    case ActionKind::escalate:
      action.level = static_cast<int>(section.integer(key).value_or(1));
      break;
    case ActionKind::notify:
      if (below) read_notify(work, *below, action);
      break;
    case ActionKind::note:
      action.text = section.text(key);
      if (const auto* node = section.find(key)) check_placeholders(work, section.place(key), *node, {.event = scope.event});
      break;
    case ActionKind::move:
      read_move(work, section, scope, action);
      break;
    case ActionKind::call:
      action.destination = section.text(key);
      work.destinations.emplace_back(action.destination, section.place(key));
      break;
    case ActionKind::urge:
      if (!section.yes(key))
        work.report.error(section.place(key), "bad_action", {"an action that does nothing", "这个动作什么也不做"},
                          {"true, or no such action", "true；不需要就删去这个动作"});
      break;
  }
  return action;
}

std::string name_of(const domain::Warning& warning) {
  if (warning.at_percent) return "at_" + std::to_string(*warning.at_percent) + "_percent";
  if (warning.before) return "before_" + format_duration(*warning.before);
  if (warning.after) return "after_" + format_duration(*warning.after);
  return "warning";
}

}  // namespace

std::vector<Action> read_actions(Compilation& work, const Section& section, std::string_view key,
                                 const ActionScope& scope) {
  std::vector<Action> out;
  for (const auto& item : section.sections(key)) {
    if (auto action = read_action(work, item, scope)) out.push_back(std::move(*action));
  }
  if (section.has(key) && section.find(key)->kind == YamlNode::Kind::list && section.find(key)->items.empty()) {
    work.report.error(section.place(key), "empty_list",
                      {"`" + std::string(key) + "` is empty", "`" + std::string(key) + "` 是空的"},
                      {"at least one action", "至少一个动作"});
  }
  return out;
}

std::vector<domain::Warning> read_warnings(Compilation& work, const Section& section, const ActionScope& scope,
                                           std::optional<Duration> shortest_goal) {
  std::vector<domain::Warning> out;
  for (const auto& item : section.sections("warnings")) {
    domain::Warning warning;
    if (const auto percent = item.integer("at_percent")) warning.at_percent = static_cast<int>(*percent);
    warning.before = item.duration("before");
    warning.after = item.duration("after");
    warning.repeat = item.duration("repeat");
    warning.times = static_cast<int>(item.integer("times").value_or(0));
    warning.actions = read_actions(work, item, "actions", scope);
    warning.name = item.has("name") ? item.text("name") : name_of(warning);
    const int ways = int{item.has("at_percent")} + int{item.has("before")} + int{item.has("after")};
    if (ways != 1) {
      work.report.error(item.place(), "bad_warning",
                        ways == 0 ? Said{"this warning has no time", "这条预警没有写时间"}
                                  : Said{"this warning has several times", "这条预警写了不止一个时间"},
                        {"exactly one of at_percent, before and after", "at_percent、before、after 三选一"});
    }
    if (item.has("repeat") != item.has("times")) {
      work.report.error(item.has("repeat") ? item.key_place("repeat") : item.key_place("times"), "bad_warning",
                        {"`repeat` and `times` go together", "`repeat` 和 `times` 要一起写"},
                        item.has("repeat") ? Said{"also times: how often at most", "再写 times：最多几次"}
                                           : Said{"also repeat: after how long", "再写 repeat：每隔多久"});
    }
    if (warning.before && shortest_goal && *warning.before >= *shortest_goal) {
      const auto goal = format_duration(*shortest_goal);
      work.report.error(item.place("before"), "bad_warning",
                        {"this warning would come before its clock starts: the shortest goal is " + goal,
                         "预警会早于计时开始：最短的目标只有 " + goal},
                        {"a shorter time", "更短的时间"});
    }
    if (std::ranges::find(out, warning.name, &domain::Warning::name) != out.end() && !item.has("name")) {
      work.report.error(item.place(), "duplicate_name", {"a second warning at the same time", "同一时间有两条预警"},
                        {"one warning with several actions", "一条预警，写多个动作"});
    }
    out.push_back(std::move(warning));
  }
  return out;
}

}  // namespace docket::definition
