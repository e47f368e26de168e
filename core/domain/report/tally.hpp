// SPDX-License-Identifier: Apache-2.0
// What all tallies share: filters, groups, and cells of counts and samples that become rows.
#pragma once

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "base/large_memory.hpp"
#include "domain/report/report.hpp"

namespace docket::domain {

/// Durations kept as they are: medians and percentiles are exact, by nearest rank.
class Samples {
 public:
  void add(Duration value) {
    values_.push_back(value.count());
    sum_ += value.count();
    parted_at_ = 0;
  }
  void append(const Samples& more) {
    values_.insert(values_.end(), more.values_.begin(), more.values_.end());
    sum_ += more.sum_;
    parted_at_ = 0;
  }
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(values_.size()); }
  /// Seconds; none without values.
  [[nodiscard]] Cell mean() const;
  [[nodiscard]] Cell sum() const;
  /// Cheapest in ascending order: what lies below the last one asked for is not looked at again.
  [[nodiscard]] Cell percentile(int percent);

 private:
  std::vector<std::int64_t, LargeAllocator<std::int64_t>> values_;
  std::int64_t sum_ = 0;
  std::size_t parted_at_ = 0;  // none of the values before it is above one from it on
};

/// What is counted in one row. What the numbers mean is the report's.
struct Cells {
  std::array<std::int64_t, 12> counts{};
  std::array<Samples, 3> samples{};
};

/// A column after the group's, with how its cell is made.
struct TallyColumn {
  ReportColumn column;
  std::function<Cell(Cells&, const Cells& all)> cell;
  bool in_chart = false;
};

[[nodiscard]] TallyColumn count_column(std::string name, Title title, std::size_t at, bool in_chart = false);
/// counts[part] of counts[part] + counts[rest], in percent.
[[nodiscard]] TallyColumn share_column(std::string name, Title title, std::size_t part, std::size_t rest);
/// counts[part] of counts[whole], in percent.
[[nodiscard]] TallyColumn part_column(std::string name, Title title, std::size_t part, std::size_t whole);
[[nodiscard]] TallyColumn duration_column(std::string name, Title title, std::function<Cell(Samples&)> cell,
                                          std::size_t sample, bool in_chart = false);
/// Mean, median, p90 and p95 of one sample, named prefix_mean and so on.
void add_durations(std::vector<TallyColumn>& columns, const std::string& prefix, const Title& title, std::size_t sample,
                   bool in_chart);

class Tally : public ReportTally {
 public:
  Tally(const ReportQuery& query, NameBook& names);
  [[nodiscard]] FactQuery facts() const override;
  void count(const CountedTicket& ticket) final;
  [[nodiscard]] ReportTable table() final;

 protected:
  /// The ticket without what was taken back.
  virtual void count_standing(const CountedTicket& ticket) = 0;

  /// Where and when something happened. `name` and `of` for groups that are not the ticket's.
  struct Moment {
    Time at{};
    NameCode team{};
    UserId who{};
    NameCode name{};
    NameCode of{};
  };
  [[nodiscard]] static Moment moment(const CountedFact& fact) { return {fact.at, fact.team, fact.who, fact.name, fact.of}; }

  /// Whether the ticket passes the filters that are about it.
  [[nodiscard]] bool takes(const CountedHead& head) const;
  /// The row of something in the span that passes the filters; null: it does not count.
  [[nodiscard]] Cells* row(const CountedHead& head, const Moment& moment);
  /// The same whatever the day, for what is so now.
  [[nodiscard]] Cells* row_now(const CountedHead& head, const Moment& moment);
  [[nodiscard]] virtual std::vector<TallyColumn> columns() const = 0;

  [[nodiscard]] const ReportQuery& query() const { return query_; }
  [[nodiscard]] NameCode code(std::string_view name) { return names_.code(name); }

 private:
  using Key = std::uint64_t;
  [[nodiscard]] Key key(const CountedHead& head, const Moment& moment) const;
  [[nodiscard]] Cells& cells(Key key);
  [[nodiscard]] std::vector<Cell> labels(Key key) const;
  [[nodiscard]] std::vector<Key> order() const;

  struct Codes {
    std::optional<NameCode> type, channel, region, product_line, team, clock, policy, workflow;
  };
  const ReportQuery query_;
  NameBook& names_;
  std::vector<CountedFact> standing_;  // room that goes from ticket to ticket
  Codes filter_;
  std::unordered_map<Key, Cells> rows_;
  std::vector<Cells*> rows_by_key_;  // of small keys, as nearly all are: found without hashing, millions of times
};

/// The ending that the ticket stands resolved by; null when it is not, or was merged.
[[nodiscard]] const CountedFact* standing_ending(const CountedTicket& ticket);

}  // namespace docket::domain
