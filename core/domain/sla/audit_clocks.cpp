// SPDX-License-Identifier: Apache-2.0
// Compares what the events of a ticket say about its clocks with what counting anew gives.
#include <algorithm>

#include "base/both.hpp"
#include "domain/sla/clock_log.hpp"
#include "domain/sla/evolve_clocks.hpp"

namespace docket::domain {
namespace {

Said shown(const std::optional<Time>& at) {
  return at ? Said{to_rfc3339(*at), to_rfc3339(*at)} : Said{"never", "从不"};
}
Said shown(Duration amount) {
  return both("{} µs", "{} 微秒", amount.count());
}

const Said counted_time{"counted", "已计时间"};
const Said never_started{"never started", "从未开始"};

/// Looks at each event before the log takes it.
class Audit {
 public:
  Audit(const ClockLog& log, std::vector<Said>& differences) : log_(log), differences_(differences) {}

  void look(const RecordedEvent& event) {
    sequence_ = event.sequence;
    at_ = event.at;
    std::visit([&](const auto& e) { on(e); }, event.event);
  }
  /// For what an event says of the time after it: looks once more when the log has taken it.
  void look_after(const RecordedEvent& event) {
    std::visit([&](const auto& e) { after(e); }, event.event);
  }

 private:
  void on(const ClockStarted& event) {
    int runs = 0;
    for (const auto& run : log_.runs()) {
      if (run.ledger.clock != event.clock) continue;
      runs = std::max(runs, run.ledger.run);
      if (!run.ended) differ(event, both("starts although run {} has not ended", "第 {} 轮尚未结束就开始", run.ledger.run));
    }
    if (event.run != runs + 1) differ(event, both("is not the run after {}", "不是第 {} 轮的下一轮", runs));
    if (event.goal < Duration{}) differ(event, {"has a goal below zero", "目标为负"});
  }
  void after(const ClockStarted& event) { same_due(event); }

  void on(const ClockChanged& event) {
    if (event.change == ClockChange::continued) return on_continued(event);
    const auto* run = known(event);
    if (run == nullptr) return;
    if (event.change == ClockChange::paused && run->paused) differ(event, {"pauses although it is paused", "已暂停又暂停"});
    if (event.change == ClockChange::resumed && !run->paused) differ(event, {"resumes although it runs", "在走又恢复"});
    if (event.change != ClockChange::adopted) {
      same(event, counted_time, log_.counted(*run, at_), event.counted);
      no_breach_is_missing(event, *run);
    }
  }
  void on_continued(const ClockChanged& event) {
    const auto* run = log_.find(event.clock, event.run);
    if (run == nullptr || !run->ended) return differ(event, run == nullptr ? never_started : Said{"goes on although it has not ended", "尚未结束就继续"});
    same(event, counted_time, run->ledger.counted, event.counted);
  }
  void after(const ClockChanged& event) {
    const auto* run = log_.find(event.clock, event.run);
    if (run == nullptr || run->ended) return;
    if (event.change == ClockChange::adopted) same(event, counted_time, log_.counted(*run, event.as_of), event.counted);
    same_due(event);
  }

  void on(const ClockWarned& event) {
    const auto* run = known(event);
    if (run == nullptr) return;
    if (!run->running()) differ(event, {"warns although it does not run", "未在走却预警"});
    if (event.due > at_) differ(event, {"warns before it is due", "未到时间就预警"});
    if (std::ranges::find(run->ledger.warnings, event.warning, &ClockWarned::warning) != run->ledger.warnings.end()) {
      differ(event, both("warns twice: {}", "重复预警：{}", event.warning));
    }
    const auto& ledger = run->ledger;
    ClockRun rules;
    rules.clock = ledger.clock;
    rules.policy = ledger.policy;
    const auto* warnings = warnings_of(rules, *log_.active(), *log_.pinned(), log_.workflow());
    const auto moment = find_moment(ledger.goal, warnings, event.warning);
    if (!moment) return differ(event, both("warns as no rule says: {}", "没有规则要求的预警：{}", event.warning));
    same(event, {"warning due", "预警时间"}, log_.time_of(*run, moment->at), std::optional<Time>(event.due));
  }

  void on(const ClockBreached& event) {
    const auto* run = known(event);
    if (run == nullptr) return;
    if (run->breach_recorded) differ(event, {"breaches twice", "重复超时"});
    if (event.due > at_) differ(event, {"breaches before it is due", "未到时间就超时"});
    same(event, {"breach due", "超时时间"}, run->reached_at ? run->reached_at : log_.time_of(*run, run->ledger.goal),
         std::optional<Time>(event.due));
  }

  void on(const ClockEnded& event) {
    const auto* run = known(event);
    if (run == nullptr) return;
    same(event, counted_time, log_.counted(*run, at_), event.counted);
    if (event.kept == run->breach_recorded)
      differ(event, event.kept ? Said{"is kept although it breached", "已超时却记为达标"}
                                : Said{"is not kept although it did not breach", "未超时却记为未达标"});
    no_breach_is_missing(event, *run);
  }

  template <class Other>
  void on(const Other&) {}
  template <class Other>
  void after(const Other&) {}

  template <class Event>
  const ClockLog::Run* known(const Event& event) {
    const auto* run = log_.find(event.clock, event.run);
    if (run == nullptr || run->ended) {
      differ(event, run == nullptr ? never_started : Said{"has ended", "已经结束"});
      return nullptr;
    }
    return run;
  }

  template <class Event>
  void no_breach_is_missing(const Event& event, const ClockLog::Run& run) {
    if (run.breach_recorded) return;
    const auto due = run.reached_at ? run.reached_at : log_.time_of(run, run.ledger.goal);
    if (due && *due <= at_) differ(event, both("has no breach although it was due at {}", "应于 {} 超时却无记录", shown(due).en));
  }

  template <class Event>
  void same_due(const Event& event) {
    const auto* run = log_.find(event.clock, event.run);
    if (run == nullptr) return;
    auto due = run->running() ? log_.time_of(*run, run->ledger.goal) : std::nullopt;
    if (due && run->reached_at) due = run->reached_at;
    same(event, {"due", "到期时间"}, due, event.due_at);
  }

  template <class Event, class T>
  void same(const Event& event, const Said& what, const T& counted, const T& recorded) {
    if (counted == recorded) return;
    const auto now = shown(counted), said = shown(recorded);
    differ(event, both("{0} is {2}, the event says {4}", "{1}应为 {3}，事件记为 {5}", what.en, what.zh, now.en, now.zh, said.en, said.zh));
  }

  template <class Event>
  void differ(const Event& event, const Said& what) {
    differences_.push_back(both("event {0} ({1}): clock {2} run {3}: {4}", "事件 {0}（{1}）：时限 {2} 第 {3} 轮：{5}", sequence_,
                                Event::kind, event.clock, event.run, what.en, what.zh));
  }

  const ClockLog& log_;
  std::vector<Said>& differences_;
  std::int64_t sequence_ = 0;
  Time at_{};
};

}  // namespace

std::vector<Said> audit_clocks(const std::vector<RecordedEvent>& events, const DefinitionsSource& bundles) {
  ClockLog log(bundles);
  std::vector<Said> differences;
  Audit audit(log, differences);
  for (const auto& event : events) {
    if (log.active() == nullptr && !std::holds_alternative<Created>(event.event)) {
      differences.push_back(both("event {}: the log does not begin with the ticket's creation", "事件 {}：记录不是以建单开头", event.sequence));
      break;
    }
    audit.look(event);
    log.take(event);
    audit.look_after(event);
  }
  return differences;
}

}  // namespace docket::domain
