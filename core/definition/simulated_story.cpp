// SPDX-License-Identifier: Apache-2.0
#include "definition/simulated_story.hpp"

#include <fmt/ranges.h>

#include <chrono>

#include "base/duration.hpp"
#include "base/enum.hpp"
#include "base/time_zone.hpp"
#include "definition/diagnostic.hpp"
#include "definition/simulate.hpp"

namespace docket::definition {
namespace {

using namespace domain;

/// What reads the same in both languages.
Said as_it_is(const std::string& text) {
  return {text, text};
}

Said& operator+=(Said& said, const Said& more) {
  said.en += more.en;
  said.zh += more.zh;
  return said;
}

Said state_words(const Workflow& workflow, const std::string& name) {
  const auto* state = workflow.find_state(name);
  if (state == nullptr) return as_it_is(name);
  return {name + " (" + state->title.zh + ")", name + "（" + state->title.zh + "）"};
}

/// Times inside of lines are marked, to be shown in the desk's zone.
std::string marked(Time time) {
  return "@" + std::to_string(time.time_since_epoch().count()) + "@";
}

Said due_words(const std::optional<Time>& due) {
  if (!due) return {};
  const auto at = marked(*due);
  return {", due " + at, "，到期 " + at};
}

std::string message_in_chinese(MessageKind kind) {
  switch (kind) {
    case MessageKind::reply:
      return "回复";
    case MessageKind::note:
      return "内部备注";
    case MessageKind::customer:
      return "客户消息";
  }
  return {};
}

std::string change_in_chinese(ClockChange change) {
  switch (change) {
    case ClockChange::paused:
      return "暂停";
    case ClockChange::resumed:
      return "恢复";
    case ClockChange::adopted:
      return "改用新规则";
    case ClockChange::continued:
      return "接着计时";
  }
  return {};
}

std::string actor_in_chinese(ActorKind kind) {
  switch (kind) {
    case ActorKind::user:
      return "同事";
    case ActorKind::customer:
      return "客户";
    case ActorKind::guest:
      return "协作人";
    case ActorKind::system:
      return "系统";
    case ActorKind::plugin:
      return "插件";
  }
  return {};
}

struct Teller {
  const Workflow& workflow;
  const SimulatedPeople& people;

  Told operator()(const Created& e) const {
    const auto state = state_words(workflow, e.state);
    const std::string priority(enum_name(e.priority));
    return {{"created as " + e.type + " in state " + state.en + ", priority " + priority,
             "新建 " + e.type + "，节点 " + state.zh + "，优先级 " + priority},
            0};
  }
  Told operator()(const Moved& e) const {
    const auto to = state_words(workflow, e.to);
    Said out{"step " + e.transition + ": " + e.from + " → " + to.en,
             "流转 " + e.transition + "：" + e.from + " → " + to.zh};
    if (e.due) out += {", by itself", "，自动"};
    if (e.reopened) out += {", reopened", "，重新打开"};
    return {out, 0};
  }
  Told operator()(const TypeChanged& e) const {
    return {{"type " + e.before + " → " + e.type, "类型 " + e.before + " → " + e.type}, 0};
  }
  Told operator()(const MessageAdded& e) const {
    return {{"message: " + std::string(enum_name(e.message)), "消息：" + message_in_chinese(e.message)}};
  }
  Told operator()(const FieldsSet& e) const {
    Said out{"set", "设置"};
    for (const auto& [name, value] : e.fields) out += as_it_is(" " + name);
    if (e.priority) out += as_it_is(" priority=" + std::string(enum_name(*e.priority)));
    for (const auto& tag : e.tags_added) out += as_it_is(" +" + tag);
    for (const auto& tag : e.tags_removed) out += as_it_is(" -" + tag);
    return {out};
  }
  Told operator()(const Assigned& e) const {
    if (e.waiting) return {{"waits in team " + e.team, "在班组 " + e.team + " 排队"}};
    const auto login = people.login(e.assignee);
    Said out{"owner: " + login + " of team " + e.team, "负责人：" + login + "（班组 " + e.team + "）"};
    if (e.choice && !e.choice->rule.empty())
      out += {", by the rule " + e.choice->rule, "，按派单规则 " + e.choice->rule};
    if (e.pushed) out += {", on a visit", "，之后会回到原班组"};
    if (e.popped) out += {", back from a visit", "，回到原班组"};
    return {out};
  }
  Told operator()(const Held& e) const { return {{"on hold: " + e.reason, "挂起：" + e.reason}, 0}; }
  Told operator()(const Resumed&) const { return {{"resumed", "恢复"}, 0}; }
  Told operator()(const Urged& e) const {
    const auto count = std::to_string(e.count);
    return {{"urged, the " + count + ". time", "第 " + count + " 次催单"}, 0};
  }
  Told operator()(const Escalated& e) const {
    const auto level = std::to_string(e.level);
    return {{"escalated to level " + level, "升级到 " + level + " 级"}};
  }
  Told operator()(const WatchersChanged&) const { return {{"watchers changed", "关注人有变化"}}; }
  Told operator()(const Mentioned&) const { return {}; }
  Told operator()(const GuestInvited& e) const { return {{"guest " + e.name + " asked", "邀请协作人 " + e.name}}; }
  Told operator()(const GuestAnswered& e) const {
    return {{"guest " + e.name + " answered", "协作人 " + e.name + " 已答复"}};
  }
  Told operator()(const GuestRevoked&) const { return {}; }
  Told operator()(const GuestReminded& e) const {
    return {{"reminder for guest " + e.name, "提醒协作人 " + e.name}, 0};
  }
  Told operator()(const Rated& e) const {
    const auto score = std::to_string(e.score);
    return {{"rated " + score, "评分 " + score}};
  }
  Told operator()(const Linked&) const { return {}; }
  Told operator()(const Merged&) const { return {}; }
  Told operator()(const Absorbed&) const { return {}; }
  Told operator()(const ClockStarted& e) const {
    const auto goal = format_duration(e.goal);
    const auto calendar = e.calendar.empty() ? Said{"the desk's calendar", "服务台的工作日历"}
                                             : Said{e.calendar, "工作日历 " + e.calendar};
    Said out{"clock " + e.clock + ": " + goal + " by " + calendar.en,
             "计时 " + e.clock + "：" + goal + "，按" + calendar.zh};
    out += e.paused ? Said{", paused", "，暂停"} : due_words(e.due_at);
    if (!e.paused && e.next_at && e.due_at && *e.next_at < *e.due_at) {
      const auto at = marked(*e.next_at);
      out += {", first warning " + at, "，首次预警 " + at};
    }
    return {out};
  }
  Told operator()(const ClockChanged& e) const {
    const auto counted = format_duration(e.counted);
    Said out{"clock " + e.clock + " " + std::string(enum_name(e.change)) + " after " + counted,
             "计时 " + e.clock + " " + change_in_chinese(e.change) + "，已计 " + counted};
    return {out += due_words(e.due_at)};
  }
  Told operator()(const ClockWarned& e) const {
    return {{"warning " + e.warning + " of clock " + e.clock, "计时 " + e.clock + " 预警：" + e.warning}, 0};
  }
  Told operator()(const ClockBreached& e) const {
    return {{"clock " + e.clock + " is past its goal", "计时 " + e.clock + " 超时"}, 0};
  }
  Told operator()(const ClockEnded& e) const {
    const auto counted = format_duration(e.counted);
    return {{"clock " + e.clock + " ended after " + counted + (e.kept ? ", kept" : ", missed"),
             "计时 " + e.clock + " 结束，共 " + counted + (e.kept ? "，达标" : "，已超时")}};
  }
  Told operator()(const Notified& e) const {
    Said out{"notify " + e.text + " to", "通知 " + e.text + " 发给"};
    for (const auto& recipient : e.recipients) {
      out += recipient.kind == ActorKind::user
                 ? as_it_is(" " + people.login(UserId{recipient.id}))
                 : Said{" the " + std::string(enum_name(recipient.kind)), " " + actor_in_chinese(recipient.kind)};
    }
    return {out};
  }
  Told operator()(const Called& e) const {
    const auto& destinations = destinations_of(e);
    return {{fmt::format("call {}", fmt::join(destinations, ", ")),
             fmt::format("投递到 {}", fmt::join(destinations, "、"))}};
  }
  Told operator()(const RuleFired& e) const {
    if (e.refused.empty()) return {};
    return {{fmt::format("{} could not: {}", e.rule, fmt::join(e.refused, "; ")),
             fmt::format("{} 有动作未能执行：{}", e.rule, fmt::join(e.refused, "；"))}};
  }
  Told operator()(const Adopted&) const { return {}; }
  Told operator()(const MoveSkipped& e) const {
    return {{"step " + e.transition + " fell due and was not possible: " + e.reason,
             "自动流转 " + e.transition + " 到期，未能执行：" + e.reason},
            0};
  }
};

std::string local(Time time, const TimeZone& zone, Language language) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* days_zh[] = {"周日", "周一", "周二", "周三", "周四", "周五", "周六"};
  const auto shifted = time + zone.offset_at(time);
  const auto weekday = std::chrono::weekday{std::chrono::floor<std::chrono::days>(shifted)}.c_encoding();
  const auto text = to_rfc3339(shifted);
  return text.substr(0, 10) + " " + (language == Language::zh ? days_zh : days)[weekday] + " " + text.substr(11, 8);
}

std::string with_local_times(std::string text, const TimeZone& zone, Language language) {
  for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
    const auto end = text.find('@', at + 1);
    if (end == std::string::npos || text.find_first_not_of("0123456789", at + 1) != end || end == at + 1) continue;
    const auto shown = local(Time{Duration{std::stoll(text.substr(at + 1, end - at - 1))}}, zone, language);
    text.replace(at, end - at + 1, shown);
    at += shown.size() - 1;
  }
  return text;
}

}  // namespace

Told tell(const RecordedEvent& event, const Workflow& workflow, const SimulatedPeople& people) {
  return std::visit(Teller{workflow, people}, event.event);
}

std::string render_simulation(const Simulation& simulation, Language language) {
  const bool zh = language == Language::zh;
  const auto loaded = TimeZone::load(simulation.zone);
  const auto zone = loaded ? *loaded : TimeZone::utc();
  std::string out = zh ? "时间按 " + zone.name() + " 时区。\n" : "Times are those of " + zone.name() + ".\n";
  for (const auto& line : simulation.lines) {
    const auto text = with_local_times(zh ? line.text_zh : line.text, zone, language);
    const auto at = local(line.at, zone, language);
    const std::string margin(static_cast<std::size_t>(display_width(at)) + 3, ' ');
    out += line.depth == 0 ? at + "  " + text + "\n" : margin + text + "\n";
  }
  if (zh) return out + (simulation.ended ? "工单已办结。\n" : "工单没有办结。\n");
  return out + (simulation.ended ? "The ticket came to an end.\n" : "The ticket did not come to an end.\n");
}

}  // namespace docket::definition
