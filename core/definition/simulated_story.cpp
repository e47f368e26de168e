// SPDX-License-Identifier: Apache-2.0
#include "definition/simulated_story.hpp"

#include <fmt/ranges.h>

#include <chrono>

#include "base/duration.hpp"
#include "base/enum.hpp"
#include "base/time_zone.hpp"
#include "definition/simulate.hpp"

namespace docket::definition {
namespace {

using namespace domain;

std::string state_words(const Workflow& workflow, const std::string& name) {
  const auto* state = workflow.find_state(name);
  return state == nullptr ? name : name + " (" + state->title.zh + ")";
}

/// Times inside of lines are marked, to be shown in the desk's zone.
std::string due_words(const std::optional<Time>& due) {
  return due ? ", due @" + std::to_string(due->time_since_epoch().count()) + "@" : "";
}

struct Teller {
  const Workflow& workflow;
  const SimulatedPeople& people;

  Told operator()(const Created& e) const {
    return {"created as " + e.type + " in state " + state_words(workflow, e.state) + ", priority " +
                std::string(enum_name(e.priority)),
            0};
  }
  Told operator()(const Moved& e) const {
    return {"step " + e.transition + ": " + e.from + " → " + state_words(workflow, e.to) +
                (e.due ? ", by itself" : "") + (e.reopened ? ", reopened" : ""),
            0};
  }
  Told operator()(const MessageAdded& e) const { return {"message: " + std::string(enum_name(e.message))}; }
  Told operator()(const FieldsSet& e) const {
    std::string out = "set";
    for (const auto& [name, value] : e.fields) out += " " + name;
    if (e.priority) out += " priority=" + std::string(enum_name(*e.priority));
    for (const auto& tag : e.tags_added) out += " +" + tag;
    for (const auto& tag : e.tags_removed) out += " -" + tag;
    return {out};
  }
  Told operator()(const Assigned& e) const {
    if (e.waiting) return {"waits in team " + e.team};
    std::string out = "owner: " + people.login(e.assignee) + " of team " + e.team;
    if (e.choice && !e.choice->rule.empty()) out += ", by the rule " + e.choice->rule;
    if (e.pushed) out += ", on a visit";
    if (e.popped) out += ", back from a visit";
    return {out};
  }
  Told operator()(const Held& e) const { return {"on hold: " + e.reason, 0}; }
  Told operator()(const Resumed&) const { return {"resumed", 0}; }
  Told operator()(const Urged& e) const { return {"urged, the " + std::to_string(e.count) + ". time", 0}; }
  Told operator()(const Escalated& e) const { return {"escalated to level " + std::to_string(e.level)}; }
  Told operator()(const WatchersChanged&) const { return {"watchers changed"}; }
  Told operator()(const Mentioned&) const { return {}; }
  Told operator()(const GuestInvited& e) const { return {"guest " + e.name + " asked"}; }
  Told operator()(const GuestAnswered& e) const { return {"guest " + e.name + " answered"}; }
  Told operator()(const GuestRevoked&) const { return {}; }
  Told operator()(const GuestReminded& e) const { return {"reminder for guest " + e.name, 0}; }
  Told operator()(const Rated& e) const { return {"rated " + std::to_string(e.score)}; }
  Told operator()(const Linked&) const { return {}; }
  Told operator()(const Merged&) const { return {}; }
  Told operator()(const Absorbed&) const { return {}; }
  Told operator()(const ClockStarted& e) const {
    auto out = "clock " + e.clock + ": " + format_duration(e.goal) + " by " +
               (e.calendar.empty() ? "the desk's calendar" : e.calendar) +
               (e.paused ? ", paused" : due_words(e.due_at));
    const bool warns = !e.paused && e.next_at && e.due_at && *e.next_at < *e.due_at;
    return {warns ? out + ", first warning @" + std::to_string(e.next_at->time_since_epoch().count()) + "@" : out};
  }
  Told operator()(const ClockChanged& e) const {
    return {"clock " + e.clock + " " + std::string(enum_name(e.change)) + " after " + format_duration(e.counted) +
            due_words(e.due_at)};
  }
  Told operator()(const ClockWarned& e) const { return {"warning " + e.warning + " of clock " + e.clock, 0}; }
  Told operator()(const ClockBreached& e) const { return {"clock " + e.clock + " is past its goal", 0}; }
  Told operator()(const ClockEnded& e) const {
    return {"clock " + e.clock + " ended after " + format_duration(e.counted) + (e.kept ? ", kept" : ", missed")};
  }
  Told operator()(const Notified& e) const {
    std::string out = "notify " + e.text + " to";
    for (const auto& recipient : e.recipients) {
      out += recipient.kind == ActorKind::user ? " " + people.login(UserId{recipient.id})
                                               : " the " + std::string(enum_name(recipient.kind));
    }
    return {out};
  }
  Told operator()(const Called& e) const { return {fmt::format("call {}", fmt::join(destinations_of(e), ", "))}; }
  Told operator()(const RuleFired& e) const {
    if (e.refused.empty()) return {};
    std::string out = e.rule + " could not:";
    for (const auto& line : e.refused) out += " " + line + ";";
    out.pop_back();
    return {out};
  }
  Told operator()(const Adopted&) const { return {}; }
  Told operator()(const MoveSkipped& e) const {
    return {"step " + e.transition + " fell due and was not possible: " + e.reason, 0};
  }
};

std::string local(Time time, const TimeZone& zone) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto shifted = time + zone.offset_at(time);
  const auto day = std::chrono::floor<std::chrono::days>(shifted);
  const auto text = to_rfc3339(shifted);
  return text.substr(0, 10) + " " + days[std::chrono::weekday{day}.c_encoding()] + " " + text.substr(11, 8);
}

std::string with_local_times(std::string text, const TimeZone& zone) {
  for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
    const auto end = text.find('@', at + 1);
    if (end == std::string::npos || text.find_first_not_of("0123456789", at + 1) != end || end == at + 1) continue;
    const auto shown = local(Time{Duration{std::stoll(text.substr(at + 1, end - at - 1))}}, zone);
    text.replace(at, end - at + 1, shown);
    at += shown.size() - 1;
  }
  return text;
}

}  // namespace

Told tell(const RecordedEvent& event, const Workflow& workflow, const SimulatedPeople& people) {
  return std::visit(Teller{workflow, people}, event.event);
}

std::string render_simulation(const Simulation& simulation) {
  const auto loaded = TimeZone::load(simulation.zone);
  const auto zone = loaded ? *loaded : TimeZone::utc();
  std::string out = "Times are those of " + zone.name() + ".\n";
  for (const auto& line : simulation.lines) {
    const auto text = with_local_times(line.text, zone);
    out += line.depth == 0 ? local(line.at, zone) + "  " + text + "\n" : std::string(26, ' ') + text + "\n";
  }
  out += simulation.ended ? "The ticket came to an end.\n" : "The ticket did not come to an end.\n";
  return out;
}

}  // namespace docket::definition
