// SPDX-License-Identifier: Apache-2.0
// The reports themselves: which fact counts in which row.
#include <stdexcept>

#include "domain/report/tally.hpp"

namespace docket::domain {
namespace {

constexpr std::size_t first_counts = 0;

bool is_open(StateCategory category) {
  return category != StateCategory::resolved && category != StateCategory::closed;
}
bool is_with_us(std::int64_t category) {
  return category == static_cast<std::int64_t>(StateCategory::new_) ||
         category == static_cast<std::int64_t>(StateCategory::open);
}
bool is(const CountedFact& fact, RunEnd end) {
  return fact.flag == static_cast<std::int64_t>(end);
}
bool is(const CountedFact& fact, EndingFlag flag) {
  return fact.flag == static_cast<std::int64_t>(flag);
}

class Volume final : public Tally {
 public:
  using Tally::Tally;
  void count_standing(const CountedTicket& ticket) override {
    const auto& head = ticket.head;
    if (!takes(head)) return;
    if (ticket.in_sight) {
      if (auto* cells = row(head, {head.created_at, head.team, head.assignee})) ++cells->counts[created];
      if (head.closed_at && !head.merged) {
        if (auto* cells = row(head, {*head.closed_at, head.team, head.assignee})) ++cells->counts[closed];
      }
    }
    const auto* ending = standing_ending(ticket);
    for (const auto& fact : ticket.facts) {
      if (fact.kind != FactKind::ending || !fact.in_sight) continue;
      const bool reopening = is(fact, EndingFlag::reopened);
      if (!reopening && &fact != ending) continue;
      if (auto* cells = row(head, moment(fact))) ++cells->counts[reopening ? reopened : resolved];
    }
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    return {count_column("created", {"新建", "Created"}, created, true),
            count_column("resolved", {"已解决", "Resolved"}, resolved, true),
            count_column("closed", {"已关闭", "Closed"}, closed),
            count_column("reopened", {"重新打开", "Reopened"}, reopened, true)};
  }

 private:
  enum Count { created = first_counts, resolved, closed, reopened };
};

class FirstResponse final : public Tally {
 public:
  FirstResponse(const ReportQuery& query, NameBook& names) : Tally(query, names), clock_(code("first_response")) {}
  void count_standing(const CountedTicket& ticket) override {
    const auto& head = ticket.head;
    if (!head.first_replied_at || !takes(head)) return;
    const auto reply = std::ranges::find_if(ticket.facts, [&](const CountedFact& fact) {
      return fact.kind == FactKind::reply && fact.at == *head.first_replied_at;
    });
    if (reply == ticket.facts.end() || !reply->in_sight) return;
    auto* cells = row(head, moment(*reply));
    if (cells == nullptr) return;
    ++cells->counts[replied];
    cells->samples[calendar].add(reply->at - head.created_at);
    for (const auto& fact : ticket.facts) {
      if (fact.kind != FactKind::run || fact.name != clock_ || is(fact, RunEnd::breached)) continue;
      if (fact.at != reply->at) continue;
      ++cells->counts[timed];
      cells->samples[working].add(fact.value);
      return;
    }
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("replied", {"已响应", "Answered"}, replied)};
    add_durations(out, "calendar", {"响应时长", "Time"}, calendar, true);
    out.push_back(count_column("timed", {"有计时的", "With a clock"}, timed));
    add_durations(out, "working", {"工作时间", "Working time"}, working, false);
    return out;
  }

 private:
  enum Count { replied = first_counts, timed };
  enum Sample { calendar, working };
  NameCode clock_;
};

class Resolution final : public Tally {
 public:
  Resolution(const ReportQuery& query, NameBook& names) : Tally(query, names), clock_(code("resolution")) {}
  void count_standing(const CountedTicket& ticket) override {
    const auto* ending = standing_ending(ticket);
    if (ending == nullptr || !ending->in_sight || !takes(ticket.head)) return;
    auto* cells = row(ticket.head, moment(*ending));
    if (cells == nullptr) return;
    ++cells->counts[resolved];
    cells->samples[calendar].add(ending->at - ticket.head.created_at);
    bool any = false;
    Duration sum{};
    for (const auto& fact : ticket.facts) {
      if (fact.kind != FactKind::run || fact.name != clock_ || is(fact, RunEnd::breached)) continue;
      if (fact.at > ending->at) continue;
      any = true;
      sum += fact.value;
    }
    if (!any) return;
    ++cells->counts[timed];
    cells->samples[working].add(sum);
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("resolved", {"已解决", "Resolved"}, resolved)};
    add_durations(out, "calendar", {"解决时长", "Time"}, calendar, true);
    out.push_back(count_column("timed", {"有计时的", "With a clock"}, timed));
    add_durations(out, "working", {"工作时间", "Working time"}, working, false);
    return out;
  }

 private:
  enum Count { resolved = first_counts, timed };
  enum Sample { calendar, working };
  NameCode clock_;
};

class Handling final : public Tally {
 public:
  using Tally::Tally;
  void count_standing(const CountedTicket& ticket) override {
    const auto* ending = standing_ending(ticket);
    if (ending == nullptr || !ending->in_sight || !takes(ticket.head)) return;
    auto* cells = row(ticket.head, moment(*ending));
    if (cells == nullptr) return;
    Duration handled{};
    Duration waited{};
    Duration held{};
    for (const auto& fact : ticket.facts) {
      if (fact.at > ending->at) continue;
      const bool with_us = is_with_us(fact.flag);
      const bool pending = fact.flag == static_cast<std::int64_t>(StateCategory::pending);
      if (fact.kind == FactKind::step) (with_us ? handled : waited) += with_us || pending ? fact.value : Duration{};
      if (fact.kind == FactKind::hold) {
        held += fact.value;
        (with_us ? handled : waited) -= with_us || pending ? fact.value : Duration{};
      }
    }
    ++cells->counts[resolved];
    cells->samples[handling].add(handled);
    cells->samples[waiting].add(waited);
    cells->samples[on_hold].add(held);
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("resolved", {"已解决", "Resolved"}, resolved)};
    add_durations(out, "handling", {"处理时长", "Handling"}, handling, true);
    out.push_back(duration_column("waiting_mean", {"等待客户（平均）", "Waiting for the customer, mean"},
                                  [](Samples& s) { return s.mean(); }, waiting));
    out.push_back(
        duration_column("hold_mean", {"挂起（平均）", "On hold, mean"}, [](Samples& s) { return s.mean(); }, on_hold));
    return out;
  }

 private:
  enum Count { resolved = first_counts };
  enum Sample { handling, waiting, on_hold };
};

class SlaKept final : public Tally {
 public:
  using Tally::Tally;
  void count_standing(const CountedTicket& ticket) override {
    if (!takes(ticket.head)) return;
    for (const auto& fact : ticket.facts) {
      if (!fact.in_sight) continue;
      auto* cells = row(ticket.head, moment(fact));
      if (cells == nullptr) continue;
      if (is(fact, RunEnd::breached)) {
        ++cells->counts[settled];
        ++cells->counts[breached];
        continue;
      }
      if (is(fact, RunEnd::ended_kept)) {
        ++cells->counts[settled];
        ++cells->counts[kept];
      }
      cells->samples[counted].add(fact.value);
    }
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("settled", {"计时数", "Clocks"}, settled),
                                 count_column("kept", {"达成", "Kept"}, kept, true),
                                 count_column("breached", {"超时", "Breached"}, breached, true),
                                 share_column("kept_share", {"达成率", "Kept, %"}, kept, breached)};
    add_durations(out, "counted", {"用时", "Counted"}, counted, false);
    return out;
  }

 private:
  enum Count { settled = first_counts, kept, breached };
  enum Sample { counted };
};

class Agents final : public Tally {
 public:
  using Tally::Tally;
  [[nodiscard]] FactQuery facts() const override {
    auto wanted = Tally::facts();
    wanted.open = true;
    return wanted;
  }
  void count_standing(const CountedTicket& ticket) override {
    const auto& head = ticket.head;
    if (!takes(head)) return;
    if (ticket.in_sight && head.assignee && is_open(head.category)) {
      if (auto* cells = row_now(head, {head.created_at, head.team, head.assignee})) ++cells->counts[open];
    }
    const auto* ending = standing_ending(ticket);
    const CountedFact* resolution = nullptr;
    for (const auto& fact : ticket.facts) {
      const bool reopening = fact.kind == FactKind::ending && is(fact, EndingFlag::reopened);
      if (fact.kind == FactKind::ending && !reopening) resolution = &fact;
      // Coming back is counted with whoever had resolved it.
      const auto* of = reopening ? resolution : &fact;
      if (of == nullptr || !of->in_sight || !of->who || head.merged) continue;
      auto* cells = row(head, moment(*of));
      if (cells != nullptr) add(*cells, fact, reopening, ending, head);
    }
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("resolved", {"已解决", "Resolved"}, resolved, true),
                                 count_column("open", {"手中工单", "Open now"}, open, true),
                                 count_column("assigned", {"接单", "Assigned"}, assigned),
                                 count_column("replies", {"回复", "Replies"}, replies),
                                 count_column("reopened", {"被重新打开", "Reopened"}, reopened)};
    add_durations(out, "resolution", {"解决时长", "Resolution"}, resolution_time, false);
    out.push_back(count_column("breached", {"超时", "Breached"}, breached));
    out.push_back(share_column("kept_share", {"SLA 达成率", "SLA kept, %"}, kept, breached));
    return out;
  }

 private:
  enum Count { resolved = first_counts, open, assigned, replies, reopened, kept, breached };
  enum Sample { resolution_time };

  static void add(Cells& cells, const CountedFact& fact, bool reopening, const CountedFact* ending,
                  const CountedHead& head) {
    if (reopening) ++cells.counts[reopened];
    if (fact.kind == FactKind::assignment) ++cells.counts[assigned];
    if (fact.kind == FactKind::reply) ++cells.counts[replies];
    if (fact.kind == FactKind::run && is(fact, RunEnd::breached)) ++cells.counts[breached];
    if (fact.kind == FactKind::run && is(fact, RunEnd::ended_kept)) ++cells.counts[kept];
    if (&fact != ending) return;
    ++cells.counts[resolved];
    cells.samples[resolution_time].add(fact.at - head.created_at);
  }
};

class Backlog final : public Tally {
 public:
  using Tally::Tally;
  void count_standing(const CountedTicket& ticket) override {
    const auto& head = ticket.head;
    if (!ticket.in_sight || !is_open(head.category) || !takes(head)) return;
    auto* cells = row_now(head, {head.created_at, head.team, head.assignee, head.state, head.workflow});
    if (cells == nullptr) return;
    ++cells->counts[open];
    if (head.on_hold) ++cells->counts[on_hold];
    const auto age = query().now - head.created_at;
    std::size_t bucket = 0;
    while (bucket < buckets.size() && age >= buckets[bucket].below) ++bucket;
    ++cells->counts[first_bucket + bucket];
    cells->samples[ages].add(age);
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("open", {"未解决", "Open"}, open)};
    std::size_t at = first_bucket;
    for (const auto& bucket : buckets) out.push_back(count_column(bucket.name, {bucket.zh, bucket.en}, at++, true));
    out.push_back(count_column("older", {"更久", "Older"}, at, true));
    out.push_back(count_column("on_hold", {"挂起中", "On hold"}, on_hold));
    out.push_back(duration_column("age_p50", {"账龄（中位）", "Age, median"}, [](Samples& s) { return s.percentile(50); }, ages));
    out.push_back(duration_column("oldest", {"最久", "Oldest"}, [](Samples& s) { return s.percentile(100); }, ages));
    return out;
  }

 private:
  struct Bucket {
    const char* name;
    const char* zh;
    const char* en;
    std::chrono::hours below;
  };
  static constexpr std::array<Bucket, 6> buckets{{{"under_4h", "4 小时内", "Under 4 h", std::chrono::hours{4}},
                                                  {"under_1d", "4–24 小时", "4–24 h", std::chrono::hours{24}},
                                                  {"under_3d", "1–3 天", "1–3 days", std::chrono::hours{72}},
                                                  {"under_7d", "3–7 天", "3–7 days", std::chrono::hours{168}},
                                                  {"under_14d", "7–14 天", "7–14 days", std::chrono::hours{336}},
                                                  {"under_30d", "14–30 天", "14–30 days", std::chrono::hours{720}}}};
  enum Count { open = first_counts, on_hold, first_bucket };
  enum Sample { ages };
};

/// Steps and holds: each of them a time, in the row that it belongs to.
class Stays final : public Tally {
 public:
  using Tally::Tally;
  void count_standing(const CountedTicket& ticket) override {
    if (!takes(ticket.head)) return;
    for (const auto& fact : ticket.facts) {
      if (!fact.in_sight || (fact.kind == FactKind::step && fact.flag > last_pending)) continue;
      auto* cells = row(ticket.head, moment(fact));
      if (cells == nullptr) continue;
      ++cells->counts[times];
      cells->samples[lasted].add(fact.value);
    }
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("times", {"次数", "Times"}, times)};
    add_durations(out, "time", {"时长", "Time"}, lasted, true);
    out.push_back({{"time_share", {"占全部时间", "Of all time, %"}, ColumnKind::percent},
                   [](Cells& row, const Cells& all) -> Cell {
                     const auto whole = std::get<double>(all.samples[lasted].sum());
                     if (whole == 0) return {};
                     return 100.0 * std::get<double>(row.samples[lasted].sum()) / whole;
                   }});
    return out;
  }

 private:
  enum Count { times = first_counts };
  enum Sample { lasted };
  // A resolved ticket that was closed or came back was in no step that somebody works on.
  static constexpr auto last_pending = static_cast<std::int64_t>(StateCategory::pending);
};

class Quality final : public Tally {
 public:
  using Tally::Tally;
  void count_standing(const CountedTicket& ticket) override {
    const auto& head = ticket.head;
    if (head.merged || !takes(head)) return;
    const CountedFact* open_ending = nullptr;
    bool first = true;
    for (const auto& fact : ticket.facts) {
      if (fact.kind != FactKind::ending) continue;
      const bool reopening = is(fact, EndingFlag::reopened);
      if (open_ending != nullptr) settle(ticket, *open_ending, reopening, std::exchange(first, false));
      open_ending = reopening ? nullptr : &fact;
    }
    if (open_ending != nullptr) settle(ticket, *open_ending, false, first);
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    return {count_column("resolutions", {"解决次数", "Resolutions"}, resolutions, true),
            count_column("reopened", {"后被重新打开", "Reopened later"}, reopened, true),
            part_column("reopened_share", {"重开率", "Reopened, %"}, reopened, resolutions),
            count_column("first_contact", {"一次解决", "First contact"}, first_contact, true),
            part_column("first_contact_share", {"一次解决率", "First contact, %"}, first_contact, resolutions)};
  }

 private:
  enum Count { resolutions = first_counts, reopened, first_contact };

  void settle(const CountedTicket& ticket, const CountedFact& ending, bool came_back, bool first) {
    if (!ending.in_sight) return;
    auto* cells = row(ticket.head, moment(ending));
    if (cells == nullptr) return;
    ++cells->counts[resolutions];
    if (came_back) ++cells->counts[reopened];
    const auto replies = std::ranges::count_if(ticket.facts, [&](const CountedFact& fact) {
      return fact.kind == FactKind::reply && fact.at <= ending.at;
    });
    if (first && !came_back && replies <= 1) ++cells->counts[first_contact];
  }
};

class Satisfaction final : public Tally {
 public:
  using Tally::Tally;
  void count_standing(const CountedTicket& ticket) override {
    if (!takes(ticket.head)) return;
    const auto rating = std::find_if(ticket.facts.rbegin(), ticket.facts.rend(),
                                     [](const CountedFact& fact) { return fact.kind == FactKind::rating; });
    if (rating == ticket.facts.rend() || rating->flag < 1 || rating->flag > 5) return;
    // Whoever had it when it was resolved, not who has it when the customer answers.
    const CountedFact* of = &*rating;
    for (const auto& fact : ticket.facts) {
      if (fact.kind == FactKind::ending && is(fact, EndingFlag::resolved) && fact.at <= rating->at) of = &fact;
    }
    if (!of->in_sight) return;
    auto where = moment(*of);
    where.at = rating->at;
    auto* cells = row(ticket.head, where);
    if (cells == nullptr) return;
    ++cells->counts[rated];
    ++cells->counts[first_score + static_cast<std::size_t>(rating->flag) - 1];
    cells->counts[sum] += rating->flag;
    if (rating->flag >= 4) ++cells->counts[satisfied];
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("rated", {"评价数", "Rated"}, rated),
                                 {{"score_mean", {"平均分", "Mean score"}, ColumnKind::score},
                                  [](Cells& row, const Cells&) -> Cell {
                                    if (row.counts[rated] == 0) return {};
                                    return static_cast<double>(row.counts[sum]) / static_cast<double>(row.counts[rated]);
                                  }},
                                 part_column("satisfied_share", {"满意率（4–5 分）", "Satisfied (4–5), %"}, satisfied, rated)};
    for (std::size_t score = 5; score >= 1; --score) {
      const auto text = std::to_string(score);
      out.push_back(count_column("score_" + text, {text + " 分", text}, first_score + score - 1, true));
    }
    return out;
  }

 private:
  enum Count { rated = first_counts, sum, satisfied, first_score };
};

class Dispatched final : public Tally {
 public:
  using Tally::Tally;
  void count_standing(const CountedTicket& ticket) override {
    const auto& head = ticket.head;
    if (!takes(head)) return;
    bool first = true;
    for (const auto& fact : ticket.facts) {
      const bool is_first = fact.who && std::exchange(first, false);
      if (!fact.in_sight) continue;
      auto* cells = row(head, moment(fact));
      if (cells == nullptr) continue;
      if (!fact.who) {
        ++cells->counts[queued];
        continue;
      }
      ++cells->counts[assignments];
      ++cells->counts[first_reason + static_cast<std::size_t>(fact.flag)];
      if (is_first) cells->samples[wait].add(fact.at - head.created_at);
    }
  }

 protected:
  [[nodiscard]] std::vector<TallyColumn> columns() const override {
    std::vector<TallyColumn> out{count_column("assignments", {"派到坐席", "To an agent"}, assignments)};
    const std::array<std::pair<const char*, Title>, 7> reasons{{{"dispatched", {"自动派单", "By dispatch"}},
                                                                {"by_hand", {"手工指派", "By hand"}},
                                                                {"taken", {"自取", "Taken"}},
                                                                {"step", {"随节点", "By a step"}},
                                                                {"returned", {"退回", "Returned"}},
                                                                {"action", {"规则", "By a rule"}},
                                                                {"requeued", {"重新排队", "Queued again"}}}};
    for (std::size_t at = 0; at < reasons.size(); ++at)
      out.push_back(count_column(reasons[at].first, reasons[at].second, first_reason + at, true));
    out.push_back(part_column("dispatched_share", {"自动派单率", "By dispatch, %"}, first_reason, assignments));
    out.push_back(count_column("queued", {"进入班组队列", "To the team's queue"}, queued));
    add_durations(out, "wait", {"等到首位坐席", "Wait for the first agent"}, wait, false);
    return out;
  }

 private:
  enum Count { assignments = first_counts, queued, first_reason };
  enum Sample { wait };
};

}  // namespace

std::unique_ptr<ReportTally> make_tally(const ReportQuery& query, NameBook& names) {
  const auto name = query.report->name;
  if (name == "volume") return std::make_unique<Volume>(query, names);
  if (name == "first_response") return std::make_unique<FirstResponse>(query, names);
  if (name == "resolution") return std::make_unique<Resolution>(query, names);
  if (name == "handling") return std::make_unique<Handling>(query, names);
  if (name == "sla") return std::make_unique<SlaKept>(query, names);
  if (name == "agents") return std::make_unique<Agents>(query, names);
  if (name == "backlog") return std::make_unique<Backlog>(query, names);
  if (name == "steps" || name == "holds") return std::make_unique<Stays>(query, names);
  if (name == "quality") return std::make_unique<Quality>(query, names);
  if (name == "satisfaction") return std::make_unique<Satisfaction>(query, names);
  if (name == "dispatch") return std::make_unique<Dispatched>(query, names);
  throw std::logic_error("a report of the catalogue that nobody counts");
}

}  // namespace docket::domain
