// SPDX-License-Identifier: Apache-2.0
// From cells to a table.
#include <cmath>

#include "base/enum.hpp"
#include "domain/report/tally.hpp"

namespace docket::domain {
namespace {

constexpr double micros_a_second = 1e6;

Cell percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return {};
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void append(Cells& all, const Cells& row) {
  for (std::size_t at = 0; at < all.counts.size(); ++at) all.counts[at] += row.counts[at];
  for (std::size_t at = 0; at < all.samples.size(); ++at) all.samples[at].append(row.samples[at]);
}

Title with(const Title& title, std::string zh, std::string en) {
  return {title.zh + zh, title.en + ", " + en};
}

}  // namespace

Cell Samples::sum() const {
  return static_cast<double>(sum_) / micros_a_second;
}

Cell Samples::mean() const {
  if (values_.empty()) return {};
  return std::get<double>(sum()) / static_cast<double>(values_.size());
}

Cell Samples::percentile(int percent) {
  if (values_.empty()) return {};
  const auto rank = (static_cast<std::size_t>(percent) * values_.size() + 99) / 100;
  const auto at = values_.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  const bool above = rank - 1 >= parted_at_;
  std::nth_element(above ? values_.begin() + static_cast<std::ptrdiff_t>(parted_at_) : values_.begin(), at, values_.end());
  parted_at_ = rank - 1;
  return static_cast<double>(*at) / micros_a_second;
}

TallyColumn count_column(std::string name, Title title, std::size_t at, bool in_chart) {
  return {{std::move(name), std::move(title), ColumnKind::count},
          [at](Cells& row, const Cells&) -> Cell { return row.counts[at]; },
          in_chart};
}

TallyColumn share_column(std::string name, Title title, std::size_t part, std::size_t rest) {
  return {{std::move(name), std::move(title), ColumnKind::percent},
          [=](Cells& row, const Cells&) { return percent(row.counts[part], row.counts[part] + row.counts[rest]); }};
}

TallyColumn part_column(std::string name, Title title, std::size_t part, std::size_t whole) {
  return {{std::move(name), std::move(title), ColumnKind::percent},
          [=](Cells& row, const Cells&) { return percent(row.counts[part], row.counts[whole]); }};
}

TallyColumn duration_column(std::string name, Title title, std::function<Cell(Samples&)> cell, std::size_t sample,
                            bool in_chart) {
  return {{std::move(name), std::move(title), ColumnKind::duration_s},
          [sample, cell = std::move(cell)](Cells& row, const Cells&) { return cell(row.samples[sample]); },
          in_chart};
}

void add_durations(std::vector<TallyColumn>& columns, const std::string& prefix, const Title& title, std::size_t sample,
                   bool in_chart) {
  columns.push_back(duration_column(prefix + "_mean", with(title, "（平均）", "mean"),
                                    [](Samples& s) { return s.mean(); }, sample));
  columns.push_back(duration_column(prefix + "_p50", with(title, "（中位）", "median"),
                                    [](Samples& s) { return s.percentile(50); }, sample, in_chart));
  columns.push_back(duration_column(prefix + "_p90", with(title, "（90%）", "p90"),
                                    [](Samples& s) { return s.percentile(90); }, sample, in_chart));
  columns.push_back(duration_column(prefix + "_p95", with(title, "（95%）", "p95"),
                                    [](Samples& s) { return s.percentile(95); }, sample));
}

namespace {

bool takes_back(const CountedFact& fact) {
  return (fact.kind == FactKind::ending && fact.flag == static_cast<std::int64_t>(EndingFlag::taken_back)) ||
         (fact.kind == FactKind::run && fact.flag == static_cast<std::int64_t>(RunEnd::continued));
}

/// What a fact takes back: a resolution, or the end of a run of the same clock.
bool is_taken_back(const CountedFact& fact, const CountedFact& by) {
  if (fact.kind != by.kind) return false;
  if (fact.kind == FactKind::ending) return fact.flag == static_cast<std::int64_t>(EndingFlag::resolved);
  return fact.name == by.name && fact.flag != static_cast<std::int64_t>(RunEnd::breached);
}

/// The facts without those that an undo took back, and without the undo.
void leave_what_stands(std::span<const CountedFact> facts, std::vector<CountedFact>& out) {
  out.clear();
  for (const auto& fact : facts) {
    if (!takes_back(fact)) {
      out.push_back(fact);
      continue;
    }
    const auto last = std::find_if(out.rbegin(), out.rend(), [&](const CountedFact& one) { return is_taken_back(one, fact); });
    if (last != out.rend()) out.erase(std::next(last).base());
  }
}

}  // namespace

const CountedFact* standing_ending(const CountedTicket& ticket) {
  if (!ticket.head.resolved_at || ticket.head.merged) return nullptr;
  for (auto fact = ticket.facts.rbegin(); fact != ticket.facts.rend(); ++fact) {
    if (fact->kind == FactKind::ending && fact->flag == static_cast<std::int64_t>(EndingFlag::resolved))
      return fact->at == *ticket.head.resolved_at ? &*fact : nullptr;
  }
  return nullptr;
}

void Tally::count(const CountedTicket& ticket) {
  if (std::ranges::none_of(ticket.facts, takes_back)) return count_standing(ticket);
  leave_what_stands(ticket.facts, standing_);
  count_standing({ticket.head, ticket.in_sight, standing_});
}

Tally::Tally(const ReportQuery& query, NameBook& names) : query_(query), names_(names) {
  const auto code = [&](const std::optional<std::string>& name) -> std::optional<NameCode> {
    if (!name) return std::nullopt;
    return names_.code(*name);
  };
  const auto& filter = query_.filter;
  filter_ = {code(filter.type),  code(filter.channel), code(filter.region), code(filter.product_line),
             code(filter.team), code(filter.clock),   code(filter.policy), code(filter.workflow)};
}

FactQuery Tally::facts() const {
  FactQuery wanted;
  wanted.kinds = query_.report->kinds;
  if (query_.report->dated) {
    wanted.from = query_.span.from();
    wanted.to = query_.span.to();
  } else {
    wanted.from = wanted.to = Time::min();
    wanted.open = true;
  }
  return wanted;
}

bool Tally::takes(const CountedHead& head) const {
  const auto same = [](const std::optional<NameCode>& wanted, NameCode name) { return !wanted || *wanted == name; };
  return same(filter_.type, head.type) && same(filter_.channel, head.channel) && same(filter_.region, head.region) &&
         same(filter_.product_line, head.product_line) && same(filter_.workflow, head.workflow) &&
         (!query_.filter.priority || *query_.filter.priority == head.priority);
}

Cells* Tally::row(const CountedHead& head, const Moment& moment) {
  return query_.span.holds(moment.at) ? row_now(head, moment) : nullptr;
}

Cells* Tally::row_now(const CountedHead& head, const Moment& moment) {
  if (filter_.team && *filter_.team != moment.team) return nullptr;
  if (filter_.clock && *filter_.clock != moment.name) return nullptr;
  if (filter_.policy && *filter_.policy != moment.of) return nullptr;
  if (query_.filter.agent && *query_.filter.agent != moment.who) return nullptr;
  return &cells(key(head, moment));
}

Cells& Tally::cells(Key key) {
  constexpr Key most_by_key = 4096;
  if (key >= most_by_key) return rows_[key];
  if (key >= rows_by_key_.size()) rows_by_key_.resize(key + 1);
  auto& cells = rows_by_key_[key];
  if (cells == nullptr) cells = &rows_[key];
  return *cells;
}

Tally::Key Tally::key(const CountedHead& head, const Moment& moment) const {
  switch (query_.group) {
    case ReportGroup::period:
      return query_.span.period_of(moment.at);
    case ReportGroup::type:
      return head.type;
    case ReportGroup::channel:
      return head.channel;
    case ReportGroup::region:
      return head.region;
    case ReportGroup::product_line:
      return head.product_line;
    case ReportGroup::team:
      return moment.team;
    case ReportGroup::priority:
      return static_cast<Key>(head.priority);
    case ReportGroup::agent:
      return static_cast<Key>(moment.who.value);
    case ReportGroup::clock:
    case ReportGroup::reason:
      return moment.name;
    case ReportGroup::policy:
      return moment.of;
    case ReportGroup::state:
      return (static_cast<Key>(moment.of) << 32U) | moment.name;
  }
  return 0;
}

std::vector<Cell> Tally::labels(Key key) const {
  switch (query_.group) {
    case ReportGroup::period:
      return {query_.span.label(key)};
    case ReportGroup::priority:
      return {std::string(enum_name(static_cast<Priority>(key)))};
    case ReportGroup::agent:
      return {static_cast<std::int64_t>(key)};
    case ReportGroup::state:
      return {names_.name(static_cast<NameCode>(key & 0xffffffffU)), names_.name(static_cast<NameCode>(key >> 32U))};
    default:
      return {names_.name(static_cast<NameCode>(key))};
  }
}

std::vector<Tally::Key> Tally::order() const {
  std::vector<Key> keys;
  if (query_.group == ReportGroup::period) {
    for (Key at = 0; at < query_.span.periods(); ++at) keys.push_back(at);
    return keys;
  }
  for (const auto& [key, cells] : rows_) keys.push_back(key);
  if (query_.group == ReportGroup::priority) {
    std::ranges::sort(keys, std::greater{});
    return keys;
  }
  std::ranges::sort(keys, [&](Key a, Key b) {
    const auto most = rows_.at(b).counts[0] <=> rows_.at(a).counts[0];
    return most != 0 ? most < 0 : labels(a) < labels(b);
  });
  return keys;
}

ReportTable Tally::table() {
  ReportTable table;
  const auto columns = this->columns();
  const bool by_period = query_.group == ReportGroup::period;
  table.chart = by_period ? ChartKind::line : query_.report->chart;
  table.columns.push_back(
      {std::string(enum_name(query_.group)), title_of(query_.group), by_period ? ColumnKind::date : ColumnKind::text});
  if (query_.group == ReportGroup::state) table.columns.push_back({"workflow", {"工作流", "Workflow"}, ColumnKind::text});
  for (const auto& column : columns) {
    table.columns.push_back(column.column);
    if (column.in_chart) table.series.push_back(column.column.name);
  }
  const auto keys = order();
  Cells all;
  for (const auto& [key, cells] : rows_) append(all, cells);
  for (const auto key : keys) {
    auto& row = table.rows.emplace_back(labels(key));
    auto& cells = rows_[key];
    for (const auto& column : columns) row.push_back(column.cell(cells, all));
  }
  table.totals.resize(table.columns.size() - columns.size());
  for (const auto& column : columns) table.totals.push_back(column.cell(all, all));
  return table;
}

}  // namespace docket::domain
