// SPDX-License-Identifier: Apache-2.0
#include "definition/render_backtest.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/both.hpp"
#include "domain/report/report.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::definition {
namespace {

using domain::Backtest;
using domain::BacktestSums;
using domain::Cases;

constexpr std::size_t most_lines = 20;  ///< of one kind

/// 97.3 of 1000 ‰; 100 only where it is all.
std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "–";
  const auto tenths = part * 1000 / whole;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
}

std::string change(std::int64_t today, std::int64_t candidate) {
  auto out = std::to_string(today) + " → " + std::to_string(candidate);
  if (candidate > today) out += " (+" + std::to_string(candidate - today) + ")";
  if (candidate < today) out += " (-" + std::to_string(today - candidate) + ")";
  return out;
}

class Page {
 public:
  explicit Page(const domain::Definitions& candidate) : candidate_(candidate) {}

  void line(const Said& text) {
    text_.en += text.en + "\n";
    text_.zh += text.in(Language::zh) + "\n";
  }
  /// A heading is there only when something stands under it.
  void head(Said text) { head_ = std::move(text); }
  void item(const Said& text) {
    if (!head_.empty()) line(std::exchange(head_, {}));
    line({"  " + text.en, "  " + text.in(Language::zh)});
    any_ = true;
  }
  [[nodiscard]] bool any() const { return any_; }
  [[nodiscard]] Said take() { return std::move(text_); }

  [[nodiscard]] Said named(const Cases& cases) const {
    std::string numbers;
    for (const auto id : cases.tickets) numbers += (numbers.empty() ? "" : " ") + domain::ticket_number(candidate_, id);
    const bool more = cases.count > std::ssize(cases.tickets);
    return both("{} tickets ({}{})", "{} 张（{}{}）", cases.count, numbers, more ? " …" : "");
  }

 private:
  const domain::Definitions& candidate_;
  Said text_{}, head_{};
  bool any_ = false;
};

/// The names that either map has.
template <class Map>
std::set<typename Map::key_type> names_of(const Map& a, const Map& b) {
  std::set<typename Map::key_type> out;
  for (const auto& [name, value] : a) out.insert(name);
  for (const auto& [name, value] : b) out.insert(name);
  return out;
}

template <class Map>
typename Map::mapped_type at(const Map& map, const typename Map::key_type& name) {
  const auto found = map.find(name);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

/// The most frequent first.
template <class Key>
std::vector<std::pair<Key, Cases>> sorted(const std::map<Key, Cases>& cases) {
  std::vector<std::pair<Key, Cases>> out(cases.begin(), cases.end());
  std::ranges::stable_sort(out, [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  return out;
}

/// Nothing where there are none.
void tell_cases(Page& page, const Said& what, const Cases& cases) {
  if (cases.count == 0) return;
  const auto tickets = page.named(cases);
  page.item({what.en + ": " + tickets.en, what.zh + "：" + tickets.zh});
}

/// From what is so today to what it would be.
void tell_ways(Page& page, const std::map<std::pair<std::string, std::string>, Cases>& ways) {
  std::size_t told = 0;
  for (const auto& [way, cases] : sorted(ways)) {
    if (++told > most_lines) return page.item(both("and {} further ways", "另有 {} 种", ways.size() - most_lines));
    const auto arrow = way.first + " → " + way.second;
    tell_cases(page, {arrow, arrow}, cases);
  }
}

void tell_frame(Page& page, const Backtest& b, const domain::Definitions& candidate) {
  const auto loaded = TimeZone::load(candidate.desk.zone);
  const auto zone = loaded ? *loaded : TimeZone::utc();
  const auto from = domain::day_text(domain::local_day(zone, b.from));
  const auto to = domain::day_text(domain::local_day(zone, b.to - Duration{1}));
  page.line(both("{} tickets created from {} to {}, {} acts on them, lived again under today's definitions and under the candidate.",
                 "{1} 至 {2} 新建的 {0} 张工单、其间的 {3} 次操作，分别按现行配置与候选配置重走了一遍。", b.tickets, from, to, b.acts));
  page.line({"People do what they did when they did it. Dispatch takes those who work here now and were on shift then as present, and "
             "counts the loads of these tickets alone.",
             "操作按当时的人与时间重做；派单用现在的人员与当时的班次，当班即视为在线，在办数只数这些工单。"});
  if (b.tickets == 0) return;
  page.line(both("Compared: {} of {}. Under today's definitions the first team is the one of then on {}, the first person on {}, and the "
                 "goals that were kept and missed on {}: differences smaller than what is missing there say little.",
                 "可比较 {0}/{1} 张；按现行配置重走，首个班组与当时一致 {2}，首位负责人一致 {3}，时限结果一致 {4}。比这里的误差还小的差别，参考意义不大。",
                 b.compared, b.tickets, percent(b.same_team_then, b.compared), percent(b.same_agent_then, b.compared),
                 percent(b.same_goals_then, b.compared)));
  if (b.strayed_today > 0)
    page.line(both("Not compared: {} that went as earlier definitions had it and today's do not.",
                   "不可比较 {} 张：它们按更早的配置办理，现行配置走不通。", b.strayed_today));
  if (b.strayed_candidate > 0)
    page.line(both("Not compared: {} that the candidate does not let go on as they went; see what it refuses.",
                   "不可比较 {} 张：候选配置不允许当时的走法，见下面的“不允许”。", b.strayed_candidate));
}

void tell_objections(Page& page, const std::map<domain::Objection, Cases>& objections, Said head) {
  page.head(std::move(head));
  std::size_t told = 0;
  for (const auto& [objection, cases] : sorted(objections)) {
    if (++told > most_lines) {
      page.item(both("and {} further kinds", "另有 {} 种", objections.size() - most_lines));
      break;
    }
    const auto tickets = page.named(cases);
    page.item({tickets.en + ": " + objection.act.en + ": " + objection.why.en,
               tickets.zh + "：" + objection.act.in(Language::zh) + "：" + objection.why.in(Language::zh)});
  }
}

void tell_dispatch(Page& page, const desk::BacktestOutcome& outcome) {
  const auto& b = outcome.backtest;
  page.head({"Dispatch", "派单"});
  for (const auto& team : names_of(b.today.tickets_by_team, b.candidate.tickets_by_team)) {
    const auto today = at(b.today.tickets_by_team, team), candidate = at(b.candidate.tickets_by_team, team);
    if (today != candidate)
      page.item(both("first given to {}: {}", "首先派到 {}：{}", team, change(today, candidate)));
  }
  tell_ways(page, b.other_team);
  tell_cases(page, {"another person of the same team first", "同一班组内首位负责人不同"}, b.other_agent);
  for (const auto& team : names_of(b.today.tickets_ever, b.candidate.tickets_ever)) {
    const auto today = at(b.today.tickets_ever, team), candidate = at(b.candidate.tickets_ever, team);
    if (today != candidate) page.item(both("with {} at some time: {}", "经手班组 {}：{}", team, change(today, candidate)));
  }
  if (b.today.unassigned != b.candidate.unassigned)
    page.item(both("nobody ever had them: {}", "始终没有负责人：{}", change(b.today.unassigned, b.candidate.unassigned)));
  if (b.today.waited != b.candidate.waited)
    page.item(both("nobody could take them when they came: {}", "来时没有人可接：{}", change(b.today.waited, b.candidate.waited)));
  std::vector<std::tuple<int, int, UserId>> peaks;  // the largest change first
  for (const auto user : names_of(b.today.peaks, b.candidate.peaks)) {
    const int today = at(b.today.peaks, user), candidate = at(b.candidate.peaks, user);
    if (today != candidate) peaks.emplace_back(-std::abs(candidate - today), today, user);
  }
  std::ranges::sort(peaks);
  if (peaks.size() > most_lines / 2) peaks.resize(most_lines / 2);
  for (const auto& [by, today, user] : peaks)
    page.item(both("most tickets at a time, {}: {}", "同时在办最多，{}：{}", outcome.people.at(user),
                   change(today, at(b.candidate.peaks, user))));
}

void tell_ends(Page& page, const Backtest& b) {
  page.head({"Where they end up", "最后停在哪里"});
  tell_ways(page, b.other_state);
  tell_cases(page, {"with other priority, tags or fields", "优先级、标签或字段不同"}, b.other_values);
}

void tell_goals(Page& page, const Backtest& b) {
  page.head({"Goals (SLA)", "时限"});
  for (const auto& clock : names_of(b.today.clocks, b.candidate.clocks)) {
    const auto today = at(b.today.clocks, clock), candidate = at(b.candidate.clocks, clock);
    const auto late = at(b.newly_late, clock), kept = at(b.newly_kept, clock);
    const bool same = today.kept == candidate.kept && today.late == candidate.late && late.count == 0 && kept.count == 0;
    if (same) continue;
    page.item(both("{}: kept {} of {} ({}) → {} of {} ({})", "{0}：兑现 {1}/{2}（{3}）→ {4}/{5}（{6}）", clock, today.kept,
                   today.kept + today.late, percent(today.kept, today.kept + today.late), candidate.kept,
                   candidate.kept + candidate.late, percent(candidate.kept, candidate.kept + candidate.late)));
    tell_cases(page, {"  missed as well", "  新增超时"}, late);
    tell_cases(page, {"  missed no more", "  不再超时"}, kept);
  }
}

void tell_rules(Page& page, const Backtest& b) {
  page.head({"Rules and notices", "规则与通知"});
  for (const auto& rule : names_of(b.today.rules, b.candidate.rules)) {
    const auto today = at(b.today.rules, rule), candidate = at(b.candidate.rules, rule);
    if (today != candidate) page.item(both("{} acted: {}", "{} 触发：{}", rule, change(today, candidate)));
  }
  const auto sum = [&](std::int64_t today, std::int64_t candidate, Said what) {
    if (today == candidate) return;
    const auto figure = change(today, candidate);
    page.item({what.en + ": " + figure, what.zh + "：" + figure});
  };
  sum(b.today.warnings, b.candidate.warnings, {"warnings", "预警"});
  sum(b.today.escalations, b.candidate.escalations, {"escalations", "升级"});
  sum(b.today.notices, b.candidate.notices, {"notices to people", "发给人的通知"});
  sum(b.today.calls, b.candidate.calls, {"calls of plugins and webhooks", "调用插件与 Webhook"});
}

}  // namespace

Said render_backtest(const desk::BacktestOutcome& outcome, const domain::Definitions& candidate) {
  const auto& b = outcome.backtest;
  Page page(candidate);
  tell_frame(page, b, candidate);
  if (b.tickets == 0) {
    page.line({"No ticket was created in that time; there is nothing to compare.", "这段时间没有新建工单，没有可比较的。"});
    return page.take();
  }
  tell_objections(page, b.refused, {"Not allowed by the candidate", "候选配置不允许"});
  tell_objections(page, b.asked, {"Asked for by the candidate, and not given then (made up here, to go on)",
                                  "候选配置要求填写而当时没有填（这里用示例值继续）"});
  tell_objections(page, b.dropped, {"Given then, and not taken by the candidate any more (left out here, to go on)",
                                    "当时填了、候选配置不再接受（这里去掉后继续）"});
  tell_objections(page, b.taken_again, {"Refused today, and not by the candidate", "现行配置不允许而候选配置允许"});
  tell_cases(page, {"of further kinds", "其余种类"}, b.more_refused);
  tell_dispatch(page, outcome);
  tell_ends(page, b);
  tell_goals(page, b);
  tell_rules(page, b);
  if (!page.any())
    page.line({"The same steps, owners, goals, values, rules and notices: nothing would have gone otherwise.",
               "步骤、负责人、时限、字段、规则和通知都一样：结果完全相同。"});
  return page.take();
}

}  // namespace docket::definition
