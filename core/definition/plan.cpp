// SPDX-License-Identifier: Apache-2.0
#include "definition/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/duration.hpp"
#include "base/enum.hpp"
#include "base/suggest.hpp"

namespace docket::definition {
namespace {

using namespace domain;

/// One line a difference.
using Details = std::vector<Said>;

std::string quoted(std::string_view text) {
  return "`" + std::string(text) + "`";
}

/// What reads the same in both languages.
Said as_it_is(std::string text) {
  return {text, text};
}

Said nothing() {
  return {"nothing", "无"};
}

Said words(bool value) {
  return value ? Said{"yes", "是"} : Said{"no", "否"};
}
Said words(int value) {
  return as_it_is(std::to_string(value));
}
Said words(const std::string& value) {
  return value.empty() ? nothing() : as_it_is(quoted(value));
}
Said words(const Title& title) {
  return words(title.en.empty() ? title.zh : title.zh + " / " + title.en);
}
Said words(Duration value) {
  return as_it_is(format_duration(value));
}
Said words(const Owner& owner) {
  return as_it_is(std::string(enum_name(owner.kind)) + (owner.name.empty() ? "" : " " + owner.name));
}
Said words(const std::vector<std::string>& list) {
  if (list.empty()) return nothing();
  Said out;
  for (const auto& item : list) {
    out.en += (out.en.empty() ? "" : ", ") + item;
    out.zh += (out.zh.empty() ? "" : "、") + item;
  }
  return out;
}
template <DescribedEnum E>
Said words(E value) {
  return as_it_is(std::string(enum_name(value)));
}
template <class T>
Said words(const std::optional<T>& value) {
  return value ? words(*value) : nothing();
}

/// "limit: 4h → 8h". Keys are said as they are written.
Said differs(std::string_view key, const Said& before, const Said& after) {
  const std::string name(key);
  return {name + ": " + before.en + " → " + after.en, name + "：" + before.zh + " → " + after.zh};
}

/// The same, when they differ.
template <class T>
void compare(Details& out, std::string_view key, const T& before, const T& after) {
  if (before != after) out.push_back(differs(key, words(before), words(after)));
}

/// For values that take more than a line to say.
template <class T>
void compare_whole(Details& out, std::string_view key, const T& before, const T& after) {
  const std::string name(key);
  if (before != after) out.emplace_back(name + " changed", name + " 有改动");
}

Details details_of(const DeskSettings& a, const DeskSettings& b) {
  Details out;
  compare(out, "name", a.name, b.name);
  compare(out, "ticket_prefix", a.ticket_prefix, b.ticket_prefix);
  compare(out, "default_team", a.default_team, b.default_team);
  compare(out, "default_calendar", a.default_calendar, b.default_calendar);
  compare(out, "zone", a.zone, b.zone);
  compare(out, "language", a.language, b.language);
  compare(out, "regions", a.regions, b.regions);
  compare(out, "product_lines", a.product_lines, b.product_lines);
  compare(out, "hold_reasons", a.hold_reasons, b.hold_reasons);
  compare(out, "destinations", a.destinations, b.destinations);
  compare(out, "reopen_within", a.reopen_within, b.reopen_within);
  return out;
}

Details details_of(const Team& a, const Team& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare(out, "by", a.by, b.by);
  compare(out, "capacity", a.capacity, b.capacity);
  compare(out, "calendar", a.calendar, b.calendar);
  compare(out, "respect_presence", a.respect_presence, b.respect_presence);
  return out;
}

Details details_of(const Role& a, const Role& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  for (const auto right : b.rights) {
    const std::string name(enum_name(right));
    if (std::ranges::find(a.rights, right) == a.rights.end())
      out.emplace_back("gets the right " + name, "增加权限 " + name);
  }
  for (const auto right : a.rights) {
    const std::string name(enum_name(right));
    if (std::ranges::find(b.rights, right) == b.rights.end())
      out.emplace_back("loses the right " + name, "去掉权限 " + name);
  }
  compare(out, "tickets", a.tickets, b.tickets);
  compare_whole(out, "where", a.where, b.where);
  compare_whole(out, "field_groups", a.field_groups, b.field_groups);
  return out;
}

/// Things of a list by name: added, removed, and changed as `changed` says.
template <class T, class Changed>
void compare_named(Details& out, const Said& what, const std::vector<T>& before, const std::vector<T>& after,
                   const Changed& changed) {
  for (const auto& item : after) {
    if (std::ranges::find(before, item.name, &T::name) != before.end()) continue;
    out.emplace_back(what.en + " " + quoted(item.name) + " added", "新增" + what.zh + " " + quoted(item.name));
  }
  for (const auto& item : before) {
    const auto name = quoted(item.name);
    const auto now = std::ranges::find(after, item.name, &T::name);
    if (now == after.end()) {
      out.emplace_back(what.en + " " + name + " removed", "删除" + what.zh + " " + name);
    } else if (!(item == *now)) {
      Details inner = changed(item, *now);
      if (inner.empty()) inner.emplace_back("changed", "有改动");
      for (const auto& line : inner)
        out.emplace_back(what.en + " " + name + ": " + line.en, what.zh + " " + name + "：" + line.zh);
    }
  }
}

Details details_of(const Field& a, const Field& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare(out, "kind", a.kind, b.kind);
  compare(out, "required", a.required, b.required);
  compare(out, "indexed", a.indexed, b.indexed);
  compare(out, "customer_visible", a.customer_visible, b.customer_visible);
  compare(out, "group", a.group, b.group);
  compare(out, "pattern", a.pattern, b.pattern);
  compare_named(out, {"choice", "选项"}, a.choices, b.choices, [](const Choice&, const Choice&) { return Details{}; });
  return out;
}

Details details_of(const Form& a, const Form& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare(out, "workflow", a.workflow, b.workflow);
  compare(out, "priority", a.priority, b.priority);
  compare(out, "customer_may_create", a.customer_may_create, b.customer_may_create);
  compare_named(out, {"field", "字段"}, a.fields, b.fields,
                [](const Field& x, const Field& y) { return details_of(x, y); });
  return out;
}

Details details_of(const State& a, const State& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare(out, "category", a.category, b.category);
  compare(out, "owner", a.owner, b.owner);
  compare(out, "limit", a.limit, b.limit);
  compare(out, "calendar", a.calendar, b.calendar);
  compare_whole(out, "warnings", a.warnings, b.warnings);
  compare_whole(out, "on_enter", a.on_enter, b.on_enter);
  compare_whole(out, "auto_moves", a.auto_moves, b.auto_moves);
  compare(out, "customer_text", a.customer_text, b.customer_text);
  return out;
}

Details details_of(const Transition& a, const Transition& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare(out, "from", a.from, b.from);
  compare(out, "to", a.to, b.to);
  compare_whole(out, "guard", a.guard, b.guard);
  compare(out, "require", a.require, b.require);
  compare(out, "roles", a.roles, b.roles);
  compare(out, "by", a.by, b.by);
  compare_whole(out, "actions", a.actions, b.actions);
  return out;
}

Details details_of(const Workflow& a, const Workflow& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare(out, "initial", a.initial, b.initial);
  compare_named(out, {"state", "节点"}, a.states, b.states,
                [](const State& x, const State& y) { return details_of(x, y); });
  compare_named(out, {"transition", "流转"}, a.transitions, b.transitions,
                [](const Transition& x, const Transition& y) { return details_of(x, y); });
  return out;
}

Said goals_in_words(const std::vector<Goal>& goals) {
  if (goals.empty()) return nothing();
  Said out;
  for (const auto& goal : goals) {
    const bool always = goal.when.kind == Condition::Kind::always;
    const auto within = format_duration(goal.within);
    out.en += (out.en.empty() ? "" : ", ") + within + (always ? "" : " with a condition");
    out.zh += (out.zh.empty() ? "" : "、") + within + (always ? "" : "（有条件）");
  }
  return out;
}

Details details_of(const ClockPolicy& a, const ClockPolicy& b) {
  Details out;
  const auto before = goals_in_words(a.goals), after = goals_in_words(b.goals);
  if (before != after) {
    out.push_back(differs("goals", before, after));
  } else {
    compare_whole(out, "goals", a.goals, b.goals);
  }
  compare(out, "calendar", a.calendar, b.calendar);
  compare_whole(out, "start", a.start, b.start);
  compare_whole(out, "stop", a.stop, b.stop);
  compare_whole(out, "pause", a.pause, b.pause);
  compare_whole(out, "warnings", a.warnings, b.warnings);
  return out;
}

Details details_of(const SlaPolicy& a, const SlaPolicy& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare_whole(out, "when", a.when, b.when);
  compare_named(out, {"clock", "计时"}, a.clocks, b.clocks,
                [](const ClockPolicy& x, const ClockPolicy& y) { return details_of(x, y); });
  return out;
}

Details details_of(const DispatchRule& a, const DispatchRule& b) {
  Details out;
  compare_whole(out, "when", a.when, b.when);
  compare(out, "team", a.team, b.team);
  compare(out, "skills", a.skills, b.skills);
  compare(out, "match_region", a.match_region, b.match_region);
  compare(out, "match_product_line", a.match_product_line, b.match_product_line);
  compare_whole(out, "by", a.by, b.by);
  compare_whole(out, "priority_rank", a.priority_rank, b.priority_rank);
  return out;
}

Details details_of(const Trigger& a, const Trigger& b) {
  Details out;
  compare(out, "on", a.on, b.on);
  compare_whole(out, "when", a.when, b.when);
  compare_whole(out, "actions", a.actions, b.actions);
  return out;
}

Details details_of(const View& a, const View& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare_whole(out, "when", a.when, b.when);
  compare(out, "sort", a.sort, b.sort);
  compare(out, "order", a.order, b.order);
  compare(out, "columns", a.columns, b.columns);
  compare(out, "roles", a.roles, b.roles);
  return out;
}

Details details_of(const NotificationText& a, const NotificationText& b) {
  Details out;
  compare(out, "subject (zh)", a.subject_zh, b.subject_zh);
  compare(out, "subject (en)", a.subject_en, b.subject_en);
  compare_whole(out, "body (zh)", a.body_zh, b.body_zh);
  compare_whole(out, "body (en)", a.body_en, b.body_en);
  compare(out, "channels", a.channels, b.channels);
  compare(out, "urgent", a.urgent, b.urgent);
  return out;
}

Details details_of(const domain::Macro& a, const domain::Macro& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare_whole(out, "when", a.when, b.when);
  compare(out, "roles", a.roles, b.roles);
  compare_whole(out, "message", a.message, b.message);
  compare(out, "reply", a.reply, b.reply);
  compare_whole(out, "actions", a.actions, b.actions);
  return out;
}

Details details_of(const domain::CannedAnswer& a, const domain::CannedAnswer& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare_whole(out, "text", a.text, b.text);
  compare(out, "types", a.types, b.types);
  compare(out, "roles", a.roles, b.roles);
  return out;
}

Details details_of(const domain::TicketTemplate& a, const domain::TicketTemplate& b) {
  Details out;
  compare(out, "title", a.title, b.title);
  compare(out, "type", a.type, b.type);
  compare(out, "subject", a.subject, b.subject);
  compare_whole(out, "body", a.body, b.body);
  compare_whole(out, "priority", a.priority, b.priority);
  compare(out, "region", a.region, b.region);
  compare(out, "product_line", a.product_line, b.product_line);
  compare(out, "team", a.team, b.team);
  compare(out, "tags", a.tags, b.tags);
  compare_whole(out, "fields", a.fields, b.fields);
  compare(out, "roles", a.roles, b.roles);
  return out;
}

Details details_of(const PluginUse& a, const PluginUse& b) {
  Details out;
  compare(out, "plugin", a.plugin, b.plugin);
  compare(out, "title", a.title, b.title);
  compare(out, "user", a.user, b.user);
  compare(out, "acts_for_people", a.acts_for_people, b.acts_for_people);
  compare_whole(out, "settings", a.settings, b.settings);
  compare(out, "hosts", a.hosts, b.hosts);
  compare(out, "networks", a.networks, b.networks);
  compare_whole(out, "limits", a.limits, b.limits);
  compare(out, "events", a.events, b.events);
  compare(out, "fallback", a.fallback, b.fallback);
  compare_whole(out, "quiet_hours", a.quiet, b.quiet);
  compare_whole(out, "sync", a.sync, b.sync);
  return out;
}

Change change(ChangeKind kind, const Said& what, std::string name, Details details = {}) {
  Change out{kind, what.en, what.zh, std::move(name), {}, {}};
  for (auto& line : details) {
    out.details.push_back(std::move(line.en));
    out.details_zh.push_back(std::move(line.zh));
  }
  return out;
}

template <class T>
void compare_maps(std::vector<Change>& out, const Said& what, const std::map<std::string, T>& before,
                  const std::map<std::string, T>& after) {
  for (const auto& [name, value] : before) {
    const auto now = after.find(name);
    if (now == after.end()) {
      out.push_back(change(ChangeKind::removed, what, name));
    } else if (!(value == now->second)) {
      out.push_back(change(ChangeKind::changed, what, name, details_of(value, now->second)));
    }
  }
  for (const auto& [name, value] : after) {
    if (!before.contains(name)) out.push_back(change(ChangeKind::added, what, name));
  }
}

/// Lists whose order means something.
template <class T>
void compare_lists(std::vector<Change>& out, const Said& what, const std::vector<T>& before,
                   const std::vector<T>& after) {
  std::map<std::string, T> one, two;
  std::vector<std::string> order_before, order_after;
  for (const auto& item : before) one.emplace(item.name, item);
  for (const auto& item : after) two.emplace(item.name, item);
  for (const auto& item : before) {
    if (two.contains(item.name)) order_before.push_back(item.name);
  }
  for (const auto& item : after) {
    if (one.contains(item.name)) order_after.push_back(item.name);
  }
  compare_maps(out, what, one, two);
  if (order_before != order_after) {
    const auto from = words(order_before), to = words(order_after);
    out.push_back(change(ChangeKind::changed, what, {},
                         {{"order: " + from.en + " → " + to.en, "顺序：" + from.zh + " → " + to.zh}}));
  }
}

void compare_calendars(std::vector<Change>& out, const Definitions& before, const Definitions& after, Time now) {
  constexpr std::size_t most_segments = 20'000;
  const Said what{"calendar", "工作日历"};
  const Time from = now - std::chrono::hours{24 * 366}, to = now + std::chrono::hours{24 * 732};
  for (const auto& [name, calendar] : before.calendars) {
    const auto found = after.calendars.find(name);
    if (found == after.calendars.end()) {
      out.push_back(change(ChangeKind::removed, what, name));
      continue;
    }
    Details details;
    compare(details, "zone", calendar.zone(), found->second.zone());
    const auto old_time = calendar.segments(from, to, most_segments).intervals;
    const auto new_time = found->second.segments(from, to, most_segments).intervals;
    if (old_time != new_time) {
      const auto first = std::ranges::mismatch(old_time, new_time);
      const Time at = std::min(first.in1 == old_time.end() ? to : first.in1->from,
                               first.in2 == new_time.end() ? to : first.in2->from);
      const auto day = to_rfc3339(at).substr(0, 10);
      details.emplace_back("working time differs, first around " + day, "工作时间有变，最早在 " + day + " 前后");
    }
    if (!details.empty()) out.push_back(change(ChangeKind::changed, what, name, std::move(details)));
  }
  for (const auto& [name, calendar] : after.calendars) {
    if (!before.calendars.contains(name)) out.push_back(change(ChangeKind::added, what, name));
  }
}

/// A state that came while the other went, and is like it.
std::string rename_of(const State& gone, const Workflow& before, const Workflow& after) {
  std::vector<const State*> fresh;
  for (const auto& state : after.states) {
    if (before.find_state(state.name) == nullptr) fresh.push_back(&state);
  }
  for (const auto* state : fresh) {
    if (state->title.zh == gone.title.zh && state->category == gone.category) return state->name;
  }
  std::vector<std::string_view> names;
  for (const auto* state : fresh) {
    if (state->category == gone.category) names.push_back(state->name);
  }
  return std::string(nearest(gone.name, names));
}

std::vector<RemovedState> removed_states(const Definitions& before, const Definitions& after,
                                         const CountTickets& count) {
  std::vector<RemovedState> out;
  static const Workflow none;
  for (const auto& [name, workflow] : before.workflows) {
    const auto found = after.workflows.find(name);
    const auto& now = found == after.workflows.end() ? none : found->second;
    for (const auto& state : workflow.states) {
      if (now.find_state(state.name) != nullptr) continue;
      out.push_back({name, state.name, rename_of(state, workflow, now), count(name, state.name)});
    }
  }
  return out;
}

}  // namespace

Plan plan(const Definitions& before, const Definitions& after, Time now, const CountTickets& count) {
  Plan out;
  if (auto details = details_of(before.desk, after.desk); !details.empty()) {
    out.changes.push_back(change(ChangeKind::changed, {"desk", "服务台"}, {}, std::move(details)));
  }
  compare_maps(out.changes, {"team", "班组"}, before.teams, after.teams);
  compare_maps(out.changes, {"role", "角色"}, before.roles, after.roles);
  compare_calendars(out.changes, before, after, now);
  compare_maps(out.changes, {"form", "表单"}, before.forms, after.forms);
  compare_maps(out.changes, {"workflow", "流程"}, before.workflows, after.workflows);
  compare_lists(out.changes, {"SLA policy", "SLA 策略"}, before.sla, after.sla);
  compare_lists(out.changes, {"dispatch rule", "派单规则"}, before.dispatch, after.dispatch);
  compare_lists(out.changes, {"trigger", "触发器"}, before.triggers, after.triggers);
  compare_maps(out.changes, {"view", "视图"}, before.views, after.views);
  compare_maps(out.changes, {"text", "通知文本"}, before.texts, after.texts);
  compare_maps(out.changes, {"macro", "宏"}, before.macros, after.macros);
  compare_maps(out.changes, {"answer", "常用回复"}, before.answers, after.answers);
  compare_maps(out.changes, {"template", "工单模板"}, before.templates, after.templates);
  compare_maps(out.changes, {"plugin", "插件"}, before.plugins, after.plugins);
  out.removed = removed_states(before, after, count);
  return out;
}

std::string render_plan(const Plan& plan, Language language) {
  const bool zh = language == Language::zh;
  if (plan.changes.empty()) return zh ? "没有差异。\n" : "Nothing differs.\n";
  std::string out;
  for (const auto& change : plan.changes) {
    out += change.kind == ChangeKind::added ? "+ " : change.kind == ChangeKind::removed ? "- " : "~ ";
    out += zh ? change.what_zh : change.what;
    out += (change.name.empty() ? "" : " " + quoted(change.name)) + "\n";
    for (const auto& line : zh ? change.details_zh : change.details) out += "    " + line + "\n";
  }
  bool waiting = false;
  for (const auto& state : plan.removed) {
    if (state.tickets == 0) continue;
    if (!waiting) {
      out += zh ? "\n以下节点要删除，停在那里的工单沿用旧流程办完；要换到新节点请用 --map：\n"
                : "\nTickets in states that are removed keep their workflow unless a mapping moves them:\n";
    }
    waiting = true;
    const auto from = state.workflow + "/" + state.state;
    const auto count = std::to_string(state.tickets);
    out += zh ? "  " + quoted(from) + " 有 " + count + " 张" : "  " + count + " in " + quoted(from);
    if (!state.candidate.empty()) out += (zh ? "；可能是 --map " : "; perhaps --map ") + from + "=" + state.candidate;
    out += "\n";
  }
  return out;
}

}  // namespace docket::definition
