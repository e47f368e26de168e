// SPDX-License-Identifier: Apache-2.0
// Reports: which there are, what they are asked, and the table that answers. Pure; the facts come in ticket by ticket.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/time_zone.hpp"
#include "domain/report/counted.hpp"

namespace docket::domain {

/// What the rows of a report are.
enum class ReportGroup { period, type, channel, region, product_line, team, priority, agent, clock, policy, state, reason };
BOOST_DESCRIBE_ENUM(ReportGroup, period, type, channel, region, product_line, team, priority, agent, clock, policy, state,
                    reason)
enum class ReportPeriod { day, week, month };
BOOST_DESCRIBE_ENUM(ReportPeriod, day, week, month)
enum class ColumnKind { text, count, duration_s, percent, date, score };
BOOST_DESCRIBE_ENUM(ColumnKind, text, count, duration_s, percent, date, score)
enum class ChartKind { line, bar, stacked_bar };
BOOST_DESCRIBE_ENUM(ChartKind, line, bar, stacked_bar)

/// One row of the catalogue.
struct ReportInfo {
  std::string_view name;
  Title title;
  Title text;                       ///< what is counted, and by which day
  std::vector<ReportGroup> groups;  ///< the first unless told
  ChartKind chart;                  ///< of a group that is no period; periods are drawn as lines
  bool dated = true;                ///< counts what fell into a range of days; else what is so now
  std::bitset<fact_kind_count> kinds{};
  /// Whether the filters `clock` and `policy` mean something.
  [[nodiscard]] bool on_clocks() const { return groups.front() == ReportGroup::clock; }
};
[[nodiscard]] std::span<const ReportInfo> report_catalogue();
[[nodiscard]] const ReportInfo* find_report(std::string_view name);
[[nodiscard]] const Title& title_of(ReportGroup group);

/// The days of a report in the desk's zone, cut into periods; weeks begin on Monday.
class ReportSpan {
 public:
  /// From the beginning of `from` to the end of `to`. invalid_field when `to` is before `from` or there are more than
  /// 4,000 periods.
  [[nodiscard]] static Result<ReportSpan> make(const TimeZone& zone, std::chrono::year_month_day from,
                                               std::chrono::year_month_day to, ReportPeriod by);
  [[nodiscard]] Time from() const { return begins_.front(); }
  [[nodiscard]] Time to() const { return begins_.back(); }  ///< excluded
  [[nodiscard]] bool holds(Time t) const { return t >= from() && t < to(); }
  [[nodiscard]] std::size_t periods() const { return labels_.size(); }
  /// Of an instant that it holds.
  [[nodiscard]] std::size_t period_of(Time t) const;
  /// Its first day, YYYY-MM-DD; the first and the last period may be cut short by the range.
  [[nodiscard]] const std::string& label(std::size_t period) const { return labels_[period]; }

 private:
  std::vector<Time> begins_;  ///< of each period, and the end
  std::vector<std::string> labels_;
};
/// The local day of an instant, and the instant at which a local day begins (the first one that is in it).
[[nodiscard]] std::chrono::year_month_day local_day(const TimeZone& zone, Time t);
[[nodiscard]] Time day_begins(const TimeZone& zone, std::chrono::year_month_day day);
[[nodiscard]] std::string day_text(std::chrono::year_month_day day);

/// What is counted: all that is given must hold. `team` and `agent` are those that a thing happened with.
struct ReportFilter {
  std::optional<std::string> type, channel, region, product_line, team, clock, policy, workflow;
  std::optional<Priority> priority;
  std::optional<UserId> agent;
};

struct ReportQuery {
  const ReportInfo* report = nullptr;
  ReportGroup group = ReportGroup::period;
  ReportSpan span;
  ReportFilter filter{};
  Time now{};
};

using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

struct ReportColumn {
  std::string name;
  Title title;
  ColumnKind kind = ColumnKind::count;
};

/// Rows in the order in which they are shown. The first cell is the group: a name of the definitions, the number of an
/// agent, the first day of a period; people and titles are put in by whoever knows them.
struct ReportTable {
  std::vector<ReportColumn> columns;
  std::vector<std::vector<Cell>> rows;
  std::vector<Cell> totals;  ///< a row over everything, the first cell empty; none for a report without
  ChartKind chart = ChartKind::bar;
  std::vector<std::string> series;  ///< columns that the chart shows
};

/// Counts one report. Of one thread; `names` must be the scan's.
class ReportTally {
 public:
  virtual ~ReportTally() = default;
  [[nodiscard]] virtual FactQuery facts() const = 0;
  virtual void count(const CountedTicket& ticket) = 0;
  [[nodiscard]] virtual ReportTable table() = 0;
};
[[nodiscard]] std::unique_ptr<ReportTally> make_tally(const ReportQuery& query, NameBook& names);

}  // namespace docket::domain
